"""What the renderer must know of a mesh besides its vertices' places."""

from dataclasses import dataclass

import torch
from torch import Tensor

from .closed import closed


@dataclass(frozen=True)
class Fans:
    """The triangles around each of U vertices, as far as they have a say in its normal; from U on a vertex has none.

    Attributes
    ----------
    corners
        (3 F,) int64 by which corner they touch it, 3 * triangle + corner; those of a vertex one after the other.
    starts
        (U + 1,) int64 where each vertex' triangles begin, and where the last one's end.
    """

    corners: Tensor
    starts: Tensor


@dataclass(frozen=True)
class Mesh:
    """Constant over a job; made by `mesh`.

    Attributes
    ----------
    triangles
        (T, 3) int64, counter-clockwise from outside.
    corner_uvs
        (T, 3, 2), v up.
    uv_areas
        (T,) twice the area of each triangle's UVs, in textures.
    slots
        (T,) int64, which texture a triangle shows.
    edges
        (E, 2) int64 vertices of each edge.
    edge_faces
        (E, 2) int64 the triangles on its sides; a boundary edge, or one with more than two, has -1 in its second place.
    opposite
        (E,) int64 the vertex of the first of these triangles that is not on the edge.
    fronts
        (F, 3) int64 the triangles that normals are averaged from: all but those that lie on another one.
    fans
        What lies around each vertex.
    closed
        (T,) bool triangles that nobody sees from behind (:mod:`.closed`); None where that is not known.
    """

    triangles: Tensor
    corner_uvs: Tensor
    uv_areas: Tensor
    slots: Tensor
    edges: Tensor
    edge_faces: Tensor
    opposite: Tensor
    fronts: Tensor
    fans: Fans
    closed: Tensor | None = None


def mesh(triangles: Tensor, corner_uvs: Tensor, slots: Tensor, vertices: Tensor | None = None) -> Mesh:
    """Find the edges of a mesh, the triangles they lie between, and those around each vertex.

    With its vertices (V, 3) in some pose, also the parts that are closed; all poses have to leave them outside out.
    """
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
    beside = torch.stack([first, second], dim=1)
    upwards = (triangles < triangles.roll(-1, dims=1)).t().flatten()  # sides, in the order they are in above
    agree = torch.zeros_like(uses).index_add(0, which, upwards.long()) == 1
    sealed = None if vertices is None else closed(triangles, vertices, beside[(uses == 2) & agree])
    areas, heard = _areas(corner_uvs), fronts(triangles)
    fans = _fans(triangles, heard, span)
    return Mesh(triangles, corner_uvs, areas, slots, edges, beside, opposite, triangles[heard], fans, sealed)


def _areas(corner_uvs: Tensor) -> Tensor:
    """Twice the area of triangles (T, 3, 2)."""
    first, second = corner_uvs[:, 1] - corner_uvs[:, 0], corner_uvs[:, 2] - corner_uvs[:, 0]
    return (first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]).abs()


def fronts(triangles: Tensor) -> Tensor:
    """Leave out of (T, 3) those with the same corners as one before: (F,) int64.

    Hair and cloth are often modelled with a flipped copy behind each face. The two lie on the same points, and the sum
    of their normals is nothing but rounding, whose direction and gradient would be a job's ruin.
    """
    _, which = triangles.sort(dim=1).values.unique(dim=0, return_inverse=True)
    # In float32, which counts exactly as far as triangles can be drawn: int64 minima do not exist on every device.
    order = torch.arange(len(triangles), device=triangles.device, dtype=torch.float32)
    first = torch.full_like(order, torch.inf).scatter_reduce(0, which, order, "amin")
    return (first[which] == order).nonzero().squeeze(1)


def _fans(triangles: Tensor, heard: Tensor, count: int) -> Fans:
    """Sort the corners of some triangles by their vertices, of which there are ``count``."""
    vertex, order = triangles[heard].flatten().sort(stable=True)
    corners = 3 * heard[order // 3] + order % 3
    starts = torch.searchsorted(vertex, torch.arange(count + 1, device=triangles.device))
    return Fans(corners, starts)
