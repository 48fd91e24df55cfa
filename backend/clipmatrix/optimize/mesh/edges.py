"""The edges of a mesh, and the faces at each."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Edges:
    """Edges of a mesh.

    Attributes
    ----------
    ends
        (E, 2) int64, each edge once.
    faces
        (F, 2) int64, the two triangles at each edge that has exactly two.
    """

    ends: Tensor
    faces: Tensor


def edges(triangles: Tensor) -> Edges:
    """Find the edges of triangles (T, 3)."""
    corners = triangles[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2).sort(dim=1).values
    owner = torch.arange(len(triangles), device=triangles.device).repeat_interleave(3)
    ends, inverse, counts = corners.unique(dim=0, return_inverse=True, return_counts=True)
    by_edge = owner[inverse.argsort(stable=True)]
    first = counts.cumsum(0) - counts
    inner = first[counts == 2]
    return Edges(ends, torch.stack([by_edge[inner], by_edge[inner + 1]], dim=1))
