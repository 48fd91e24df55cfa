"""How joints hang together and where they turn; on the wire only their matrices travel."""

from collections.abc import Sequence
from dataclasses import dataclass

import clipmatrix_protocol as protocol
import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import breadth_first_order, connected_components, minimum_spanning_tree

from ..bodies.embedded import load_figure
from ..bodies.skeleton import JOINT_NAMES, JOINT_PARENTS

BODY_JOINTS = 22
"""So many of SMPL-X's joints are the body's: pelvis to wrists and feet; hands and face follow."""

LEAST_OVERLAP = 1e-3
"""Joints whose weights overlap by less than this share of the smaller one do not hang together."""


@dataclass(frozen=True, eq=False)
class Skeleton:
    """J joints at rest.

    Attributes
    ----------
    names
        (J,).
    parents
        (J,) int64, -1 for a root.
    heads
        (J, 3) metres, rest space: the point each turns about.
    turns
        (J,) bool, whether it turns against its parent; a rigid part that hangs on a bone does not.
    """

    names: tuple[str, ...]
    parents: np.ndarray
    heads: np.ndarray
    turns: np.ndarray

    def downwards(self) -> list[int]:
        """Order the joints so that a parent stands before its children."""
        order: list[int] = []
        waiting = np.flatnonzero(self.parents < 0).tolist()
        while waiting:
            joint = waiting.pop()
            order.append(joint)
            waiting += np.flatnonzero(self.parents == joint).tolist()
        return order


def skin_weights(character: protocol.Character) -> np.ndarray:
    """Spread a character's skin out over its joints: (V, J), rows sum to 1."""
    table = np.zeros((sum(len(part.vertices) for part in character.parts), len(character.joints)))
    start = 0
    for part in character.parts:
        rows = np.arange(start, start + len(part.vertices))[:, None]
        np.add.at(table, (np.broadcast_to(rows, part.skin_joints.shape), part.skin_joints), part.skin_weights)
        start += len(part.vertices)
    return table


def figure_skeleton() -> Skeleton:
    """Read the embedded figure's own skeleton."""
    figure = load_figure()
    parents = np.array(figure.joint_parents, np.int64)
    return Skeleton(figure.joint_names, parents, figure.joint_heads.astype(float), parents >= 0)


def inferred(character: protocol.Character) -> Skeleton:
    """Guess a skeleton from the skin: joints hang together where they move the same vertices, and turn about there.

    With the joint names of SMPL-X it is known what hangs on what. Otherwise the heaviest overlaps make a tree; its root
    is the joint from which no branch carries more than half of the vertices, which is in the middle of a body. What
    overlaps with nothing turns about nothing.
    """
    weights = skin_weights(character)
    points = np.concatenate([part.vertices for part in character.parts]).astype(float)
    loads = weights.sum(axis=0)
    parents = _named(character.joints) if is_human(character.joints) else _overlapping(weights)
    heads = (weights.T @ points) / np.maximum(loads, 1e-9)[:, None]
    for joint in np.flatnonzero(parents >= 0):
        shared = weights[:, joint] * weights[:, parents[joint]]
        if shared.sum() > 0:
            heads[joint] = shared @ points / shared.sum()
    return Skeleton(character.joints, parents, heads, parents >= 0)


def is_human(names: Sequence[str]) -> bool:
    """Tell whether joints are named as SMPL-X names those of the body."""
    return set(JOINT_NAMES[:BODY_JOINTS]) <= set(names)


def _named(names: Sequence[str]) -> np.ndarray:
    """Parents by SMPL-X's names, those passed over that are not there: (J,)."""
    above = {name: JOINT_NAMES[parent] for name, parent in zip(JOINT_NAMES, JOINT_PARENTS, strict=True) if parent >= 0}
    place = {name: joint for joint, name in enumerate(names)}
    parents = np.full(len(names), -1, np.int64)
    for joint, name in enumerate(names):
        up = above.get(name)
        while up is not None and up not in place:
            up = above.get(up)
        parents[joint] = place[up] if up is not None else -1
    return parents


def _overlapping(weights: np.ndarray) -> np.ndarray:
    """Parents by what weights (V, J) have in common: (J,)."""
    overlap, loads = weights.T @ weights, weights.sum(axis=0)
    least = LEAST_OVERLAP * np.minimum(loads[:, None], loads[None, :])
    near = np.where((overlap > least) & ~np.eye(len(loads), dtype=bool), overlap, 0.0)
    lengths = np.divide(1.0, near, out=np.zeros_like(near), where=near > 0)
    tree = minimum_spanning_tree(csr_matrix(lengths))
    tree = tree + tree.T
    parents = np.full(len(loads), -1, np.int64)
    for group in _groups(tree):
        order, before = breadth_first_order(tree, _middle(tree, group, loads), directed=False)
        parents[order[1:]] = before[order[1:]]
    return parents


def _groups(tree: csr_matrix) -> list[np.ndarray]:
    count, labels = connected_components(tree, directed=False)
    return [np.flatnonzero(labels == label) for label in range(count)]


def _middle(tree: csr_matrix, group: np.ndarray, loads: np.ndarray) -> int:
    """Find the joint of a tree whose heaviest branch is lightest."""
    order, before = breadth_first_order(tree, group[0], directed=False)
    carried = loads.copy()
    for joint in order[:0:-1]:
        carried[before[joint]] += carried[joint]
    total = carried[group[0]]
    heaviest = {joint: total - carried[joint] for joint in order}
    for joint in order[1:]:
        up = before[joint]
        heaviest[up] = max(heaviest[up], carried[joint])
    return int(min(heaviest, key=lambda joint: (heaviest[joint], joint)))
