"""What the renderer must know of a mesh besides its vertices' places."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Mesh:
    """Constant over a job; made by `mesh`.

    Attributes
    ----------
    triangles
        (T, 3) int64, counter-clockwise from outside.
    corner_uvs
        (T, 3, 2), v up.
    slots
        (T,) int64, which texture a triangle shows.
    edges
        (E, 2) int64 vertices of each edge.
    edge_faces
        (E, 2) int64 the triangles on its sides; a boundary edge, or one with more than two, has -1 in its second place.
    opposite
        (E,) int64 the vertex of the first of these triangles that is not on the edge.
    """

    triangles: Tensor
    corner_uvs: Tensor
    slots: Tensor
    edges: Tensor
    edge_faces: Tensor
    opposite: Tensor


def mesh(triangles: Tensor, corner_uvs: Tensor, slots: Tensor) -> Mesh:
    """Find the edges of a mesh and the triangles they lie between."""
    sides = torch.cat([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]).sort(dim=1).values
    faces = torch.arange(len(triangles), device=triangles.device).repeat(3)
    span = int(triangles.max()) + 1 if len(triangles) else 1
    keys, which, uses = (sides[:, 0] * span + sides[:, 1]).unique(return_inverse=True, return_counts=True)
    edges = torch.stack([keys // span, keys % span], dim=1)
    by_edge = faces[which.argsort(stable=True)]
    start = uses.cumsum(0) - uses
    second = torch.where(uses == 2, by_edge[(start + 1).clamp(max=max(len(by_edge) - 1, 0))], -1)
    first = by_edge[start]
    opposite = triangles[first].sum(1) - edges.sum(1)
    return Mesh(triangles, corner_uvs, slots, edges, torch.stack([first, second], dim=1), opposite)
