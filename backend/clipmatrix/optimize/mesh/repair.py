"""Mesh repair: after the loop no triangle is newly inverted or degenerate in any pose.

What is repaired is the displacement from the start's shape. Where it is smooth, triangles are carried along whole;
where it is zero, they are what they were: so smoothing first, shrinking after, must end well.
"""

from collections.abc import Iterator

import torch
from torch import Tensor

from ...character import Character, blend, transform
from ...mesh_checks.validity import faults
from .constraints import Constraints
from .edges import Edges

MARGIN_COSINE = 0.1
"""Normals may turn by 84 degrees here, so that frames between the sampled poses stay under 90."""

MARGIN_AREA = 5e-3
"""Share of its area a triangle keeps here; five times what counts as degenerate."""

SMOOTHING = 12
"""Rounds of local smoothing, each reaching further, before the displacement is shrunk as well."""

SHRINKING = 24
"""Rounds of local shrinking before the whole displacement is shrunk."""

POSE_CHUNK = 8
"""Poses held at once, each before and after."""


def posed_pairs(surface: Character, start: Tensor, result: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """Pose two shapes (P, 3) in every pose, a few at a time: yields (N, P, 3) before and after."""
    for poses in surface.poses.split(POSE_CHUNK):
        blended = blend(poses, surface.joints, surface.weights)
        yield transform(start, blended), transform(result, blended)


def broken(surface: Character, start: Tensor, result: Tensor) -> Tensor:
    """Find the triangles that break in any pose, with a margin: (T,) bool."""
    found = torch.zeros(len(surface.triangles), dtype=torch.bool, device=surface.device)
    for before, after in posed_pairs(surface, start, result):
        inverted, degenerate = faults(before, after, surface.triangles, MARGIN_COSINE, MARGIN_AREA)
        found |= (inverted | degenerate).any(dim=0)
    return found


@torch.no_grad()
def repair(surface: Character, start: Tensor, result: Tensor, edges: Edges, constraints: Constraints) -> Tensor:
    """Relax a shape where it breaks.

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
        (P, 3) metres; ``result`` itself away from broken triangles, sound in every pose.
    """
    displacement = result - start
    for attempt in range(SMOOTHING + SHRINKING):
        bad = broken(surface, start, start + displacement)
        if not bool(bad.any()):
            return start + displacement
        near = falloff(surface.triangles[bad].unique(), 2 + attempt // 2, len(start), edges)[:, None]
        smooth = displacement
        for _ in range(4):
            smooth = _average(smooth, edges)
        if attempt >= SMOOTHING:
            smooth = 0.7 * smooth
        displacement = constraints.project(torch.lerp(displacement, smooth, near))
    return start + _shrunk(surface, start, displacement)


def _shrunk(surface: Character, start: Tensor, displacement: Tensor) -> Tensor:
    """Scale a displacement down as a whole until nothing breaks; zero at last."""
    for share in (0.75, 0.5, 0.35, 0.2, 0.1, 0.05):
        if not bool(broken(surface, start, start + share * displacement).any()):
            return share * displacement
    return torch.zeros_like(displacement)


def falloff(points: Tensor, rings: int, count: int, edges: Edges) -> Tensor:
    """Weigh points by their distance in edges: (count,) 1 at the given points, 0 from ``rings`` edges on."""
    weight = torch.zeros(count, device=points.device)
    weight[points] = 1.0
    a, b = edges.ends.unbind(dim=1)
    for _ in range(rings - 1):
        lower = (weight - 1 / rings).clamp_min(0)
        weight = weight.scatter_reduce(0, a, lower[b], "amax").scatter_reduce(0, b, lower[a], "amax")
    return weight


def _average(field: Tensor, edges: Edges) -> Tensor:
    """Replace each point's value (P, 3) by the mean of its own and its neighbours'."""
    a, b = edges.ends.unbind(dim=1)
    total = field.index_add(0, a, field[b]).index_add(0, b, field[a])
    ones = torch.ones(len(a), device=field.device)
    degree = torch.ones(len(field), device=field.device).index_add(0, a, ones).index_add(0, b, ones)
    return total / degree[:, None]
