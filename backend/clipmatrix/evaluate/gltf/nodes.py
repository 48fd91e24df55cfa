"""The tree of a file's nodes: where each stands, and where each goes in an animation."""

from dataclasses import dataclass

import numpy as np
from pygltflib import GLTF2
from scipy.spatial.transform import Rotation


@dataclass(frozen=True, eq=False)
class Placing:
    """Placement of N nodes against their parents, in F frames.

    Attributes
    ----------
    translations, rotations, scales
        (F, N, 3), (F, N, 4) unit quaternions x, y, z, w, (F, N, 3).
    """

    translations: np.ndarray
    rotations: np.ndarray
    scales: np.ndarray

    def repeated(self, frames: int) -> "Placing":
        """Take the first frame as many times."""
        return Placing(*(np.repeat(a[:1], frames, 0) for a in (self.translations, self.rotations, self.scales)))


def parents(model: GLTF2) -> np.ndarray:
    """Find each node's parent: (N,) int64, -1 for roots."""
    found = np.full(len(model.nodes), -1, np.int64)
    for index, node in enumerate(model.nodes):
        for child in node.children or ():
            found[child] = index
    return found


def shown(model: GLTF2) -> set[int]:
    """Find the nodes of the file's scene; without a scene, all of them."""
    if not model.scenes:
        return set(range(len(model.nodes)))
    waiting, found = list(model.scenes[model.scene or 0].nodes or ()), set()
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting += model.nodes[node].children or ()
    return found


def at_rest(model: GLTF2) -> Placing:
    """Read the placement that the nodes have without any animation; F is 1."""
    count = len(model.nodes)
    placing = Placing(np.zeros((1, count, 3)), np.tile([0.0, 0.0, 0.0, 1.0], (1, count, 1)), np.ones((1, count, 3)))
    for index, node in enumerate(model.nodes):
        if node.matrix:
            matrix = np.array(node.matrix, float).reshape(4, 4).T
            size = np.linalg.norm(matrix[:3, :3], axis=0) * [1, 1, np.sign(np.linalg.det(matrix[:3, :3]))]
            placing.translations[0, index] = matrix[:3, 3]
            placing.scales[0, index] = size if size.all() else 0.0
            if size.all():
                placing.rotations[0, index] = Rotation.from_matrix(matrix[:3, :3] / size).as_quat()
            continue
        for values, given in (
            (placing.translations, node.translation),
            (placing.rotations, node.rotation),
            (placing.scales, node.scale),
        ):
            if given:
                values[0, index] = given
    return placing


def world(placing: Placing, above: np.ndarray) -> np.ndarray:
    """Place the nodes in the world: (F, N, 4, 4), from their parents ``above`` (N,)."""
    frames, count = placing.translations.shape[:2]
    matrices = np.zeros((frames, count, 4, 4))
    turns = Rotation.from_quat(placing.rotations.reshape(-1, 4)).as_matrix().reshape(frames, count, 3, 3)
    matrices[..., :3, :3] = turns * placing.scales[..., None, :]
    matrices[..., :3, 3] = placing.translations
    matrices[..., 3, 3] = 1.0
    for node in downwards(above):
        if above[node] >= 0:
            matrices[:, node] = matrices[:, above[node]] @ matrices[:, node]
    return matrices


def downwards(above: np.ndarray) -> list[int]:
    """Order nodes so that a parent stands before its children.

    Raises
    ------
    ValueError
        If a node is its own ancestor.
    """
    order: list[int] = []
    waiting = np.flatnonzero(above < 0).tolist()
    while waiting:
        node = waiting.pop()
        order.append(node)
        waiting += np.flatnonzero(above == node).tolist()
    if len(order) < len(above):
        raise ValueError("its nodes go round in a circle")
    return order
