"""Untangling: where a job drives the surface into itself, its displacement is taken back until it doesn't.

Eyeballs and lids, toes, lips: where a template touches itself already, little suffices; under a fat arm, more. What
runs into itself in the template too, in the same pose, is the template's own affair.
"""

import numpy as np
import torch
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from torch import Tensor

from ...character import Character, skin
from ...mesh_checks.intersections import meeting, self_intersecting
from .constraints import Constraints
from .edges import Edges
from .repair import falloff

POSES = 4
"""Poses that are looked at, spread over all: what is loose in them mostly is in all."""

GENTLE = 8
"""Rounds that take a little back, widely: flesh that is pressed gives way without a crease."""

GENTLE_LEFT = 0.85
"""What is left of the displacement in the middle of a tangle after a gentle round."""

REACH = 1.5
"""How far the first round reaches, in lengths of the displacement; later ones less by :data:`NARROWER` each."""

NARROWER = 0.8

FIRM = 4
"""Rounds after them that halve what is left, close by; then as many that take it back whole."""


@torch.no_grad()
def untangle(surface: Character, start: Tensor, result: Tensor, edges: Edges, constraints: Constraints) -> Tensor:
    """Take a shape back towards what it was where it runs into itself.

    Both triangles of a new meeting go back, also where one of them was tangled with another before: two that are where
    they were do not meet.

    Parameters
    ----------
    surface
        Its triangles, skin and poses.
    start, result
        (P, 3) metres, rest space, before and after the job.
    edges
        Of its triangles.
    constraints
        What may not move freely.

    Returns
    -------
    Tensor
        (P, 3) metres; ``result`` itself away from tangles. Few new ones are left in any pose.
    """
    displacement = result - start
    corners = surface.triangles.cpu().numpy()
    own = {pose: self_intersecting(_posed(surface, start, pose), corners) for pose in _spread(len(surface.poses))}
    ways, moved = _ways(start, displacement, edges), np.ones(len(corners), bool)
    for attempt in range(GENTLE + 2 * FIRM):
        points = _meeting_anew(surface, start + displacement, own, moved)
        if not len(points):
            break
        near, firm = _near(points, ways, max(NARROWER**attempt, NARROWER**GENTLE)), attempt - GENTLE
        left = GENTLE_LEFT
        if firm >= 0:
            near = torch.maximum(near, falloff(points, 2 + firm // 2, len(start), edges))
            left = 0.5 if firm < FIRM else 0.0
        before, displacement = displacement, constraints.project(displacement * (1 - (1 - left) * near[:, None]))
        moved = (before != displacement)[surface.triangles].flatten(1).any(dim=1).cpu().numpy()
    return start + displacement


def _ways(start: Tensor, displacement: Tensor, edges: Edges) -> csr_array:
    """Give each edge its length in reaches of the displacement there: (P, P), the same both ways."""
    a, b = edges.ends.unbind(dim=1)
    length = (start[a] - start[b]).norm(dim=1)
    size = displacement.norm(dim=1)
    ways = (length / (REACH * torch.maximum(size[a], size[b]) + 2 * length).clamp_min(1e-9)).cpu().numpy()
    ends = edges.ends.cpu().numpy()
    rows, columns = np.concatenate([ends, ends[:, ::-1]]).T
    return csr_array((np.tile(ways, 2), (rows, columns)), shape=(len(start), len(start)))


def _near(points: Tensor, ways: csr_array, reach: float) -> Tensor:
    """Weigh all points by their way to the nearest of some: (P,) 1 at those, smoothly 0 from ``reach`` on."""
    distance = dijkstra(ways, indices=points.cpu().numpy(), min_only=True, limit=reach)
    share = np.clip(1 - distance / reach, 0, 1)
    return torch.tensor(share**2 * (3 - 2 * share), dtype=torch.float32, device=points.device)


def _meeting_anew(surface: Character, vertices: Tensor, own: dict[int, np.ndarray], among: np.ndarray) -> Tensor:
    """Find the points of triangles that meet in a pose, at least one of them untangled in it before.

    ``among`` (T,) are triangles that may meet others since the last look.
    """
    corners, found = surface.triangles.cpu().numpy(), []
    for pose, tangled in own.items():
        pairs = meeting(_posed(surface, vertices, pose), corners, among)
        found.append(pairs[~tangled[pairs].all(axis=1)])
    return surface.triangles[torch.tensor(np.concatenate(found), device=surface.device)].unique()


def _posed(surface: Character, vertices: Tensor, pose: int) -> np.ndarray:
    """Vertices (P, 3) in one of the poses."""
    return skin(vertices, surface.poses[pose : pose + 1], surface.joints, surface.weights)[0].cpu().numpy()


def _spread(count: int) -> list[int]:
    """Choose at most :data:`POSES` of a number of poses, the first among them."""
    kept = min(count, POSES)
    return [index * count // kept for index in range(kept)]
