"""Mesh validity: what became of triangles and edges over all poses of a character."""

from collections.abc import Iterable

import clipmatrix_protocol as protocol
import torch
from torch import Tensor

DEGENERATE = 1e-3
"""A triangle has degenerated when its area fell under this share of what it was."""


def faults(
    start: Tensor, result: Tensor, triangles: Tensor, least_cosine: float = 0.0, least_area: float = DEGENERATE
) -> tuple[Tensor, Tensor]:
    """Find the triangles that broke.

    Parameters
    ----------
    start, result
        (N, V, 3) the same poses of the mesh before and after; any unit.
    triangles
        (T, 3) int64.
    least_cosine, least_area
        Cosine between the normals before and after, and share of the area, that a sound triangle keeps; stricter ones
        than the defaults leave a margin.

    Returns
    -------
    inverted, degenerate
        (N, T) bool each: the normal turned by more than 90 degrees; the area fell under :data:`DEGENERATE` of what it
        was. Triangles without area at the start count as neither.
    """
    before, after = _normals(start, triangles), _normals(result, triangles)
    area_before, area_after = before.norm(dim=-1), after.norm(dim=-1)
    real = area_before > 0
    degenerate = real & (area_after < least_area * area_before)
    inverted = real & ~degenerate & ((before * after).sum(dim=-1) < least_cosine * area_before * area_after)
    return inverted, degenerate


def validity(pairs: Iterable[tuple[Tensor, Tensor]], triangles: Tensor) -> protocol.Validity:
    """Compare a mesh before and after over its poses.

    Parameters
    ----------
    pairs
        Chunks of poses, (N, V, 3) before and (N, V, 3) after each; taken one after the other, so a generator keeps
        memory small.
    triangles
        (T, 3) int64.

    Returns
    -------
    Validity
        ``edge_stretch_p99`` is the 99th percentile, over edges and poses, of the factor by which an edge grew or shrank
        (at least 1).
    """
    ends = triangles[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2).sort(dim=1).values.unique(dim=0)
    poses = inverted = degenerate = 0
    stretches: list[Tensor] = []
    for start, result in pairs:
        turned, vanished = faults(start, result, triangles)
        poses += len(start)
        inverted += int(turned.sum())
        degenerate += int(vanished.sum())
        stretches.append(_stretch(start, result, ends))
    everything = torch.cat(stretches) if stretches else torch.ones(1)
    rank = max(1, -(-99 * len(everything) // 100))
    return protocol.Validity(
        poses=poses,
        inverted=inverted,
        degenerate=degenerate,
        edge_stretch_p99=float(everything.kthvalue(rank).values) if len(everything) else 1.0,
    )


def _normals(vertices: Tensor, triangles: Tensor) -> Tensor:
    """Face normals times twice the area, in float64 where the device has it: (N, T, 3)."""
    precise = torch.float32 if vertices.device.type == "mps" else torch.float64
    a, b, c = vertices.to(precise)[:, triangles].unbind(dim=2)
    return torch.linalg.cross(b - a, c - a)


def _stretch(start: Tensor, result: Tensor, ends: Tensor) -> Tensor:
    """By which factor each edge grew or shrank, flat; edges without length at the start are left out."""
    before = (start[:, ends[:, 0]] - start[:, ends[:, 1]]).norm(dim=-1)
    after = (result[:, ends[:, 0]] - result[:, ends[:, 1]]).norm(dim=-1)
    ratio = (after / before)[before > 0].clamp_min(1e-6)
    return torch.maximum(ratio, 1 / ratio).float()
