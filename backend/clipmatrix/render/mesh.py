"""What the renderer must know of a mesh besides its vertices' places."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Mesh:
    """Constant over a job.

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
    """

    triangles: Tensor
    corner_uvs: Tensor
    slots: Tensor
    edges: Tensor
    edge_faces: Tensor


def mesh(triangles: Tensor, corner_uvs: Tensor, slots: Tensor) -> Mesh:
    """Find the edges of a mesh and the triangles they lie between."""
    count = len(triangles)
    sides = torch.cat([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]).sort(dim=1).values
    faces = torch.arange(count, device=triangles.device).repeat(3)
    edges, which, uses = sides.unique(dim=0, return_inverse=True, return_counts=True)
    order = which.argsort(stable=True)
    first = uses.cumsum(0) - uses
    sorted_faces = faces[order]
    second = torch.where(uses == 2, sorted_faces[(first + 1).clamp(max=len(order) - 1)], -1)
    return Mesh(triangles, corner_uvs, slots, edges, torch.stack([sorted_faces[first], second], dim=1))
