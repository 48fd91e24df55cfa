"""Silhouettes: blend across them by where they cut, so that a moving outline moves the picture.

A picture sampled at pixel centres does not change when an outline moves by less than a pixel; here it does. In each
view the silhouette edges are those between a triangle that faces the camera and one that does not, and the boundary's.
Where such an edge passes between two neighbouring pixel centres, the pair is blended by the distance of the crossing,
so that coverage is linear in the edge's place. Mostly vertical edges are taken at the pixel rows, mostly horizontal
ones at the columns. Where parts run into each other there is no mesh edge, hence no gradient.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from .mesh import Mesh

NEAREST = 1e-4
"""Edges with an end nearer to the camera's plane than this (metres) are left as they are."""

IN_FRONT = 1e-4
"""By which share an edge must be nearer than the pixel it blends over."""


@dataclass(frozen=True)
class Crossings:
    """C places where silhouettes pass between neighbouring pixel centres.

    Attributes
    ----------
    inner, outer
        (C,) int64 flattened pixels, on the surface's side of the edge and beyond it.
    distance
        (C,) from the inner centre to the edge, in pixels, in [0, 1]; differentiable.
    """

    inner: Tensor
    outer: Tensor
    distance: Tensor


def antialias(pictures: Tensor, crossings: Crossings) -> Tensor:
    """Blend pictures (N, H, W, C) at their crossings; gradients go to the pictures and to the crossings' places."""
    flat = pictures.reshape(-1, pictures.shape[-1])
    inside, outside = flat.index_select(0, crossings.inner), flat.index_select(0, crossings.outer)
    shift = (crossings.distance - 0.5)[:, None]
    beyond = shift > 0
    change = shift.abs() * torch.where(beyond, inside - outside, outside - inside)
    target = torch.where(beyond[:, 0], crossings.outer, crossings.inner)
    return flat.index_add(0, target, change).view_as(pictures)


def find_crossings(clip_vertices: Tensor, mesh: Mesh, depth: Tensor) -> Crossings:
    """Find where silhouettes cut.

    Parameters
    ----------
    clip_vertices
        (N, V, 4).
    mesh
        The mesh.
    depth
        (N, H, W) distance along the view axis (clip w) of what each pixel sees, infinite where empty.
    """
    _, height, width = depth.shape
    view, edge, inwards = _silhouettes(clip_vertices.detach(), mesh)
    ends = (
        clip_vertices.reshape(-1, 4)
        .index_select(0, (mesh.edges[edge] + (view * clip_vertices.shape[1])[:, None]).flatten())
        .view(-1, 2, 4)
    )
    kept = (ends[..., 3] > NEAREST).all(dim=1)
    view, ends, inwards = view[kept], ends[kept], inwards[kept]
    x = (ends[..., 0] / ends[..., 3] + 1) * (width / 2)
    y = (1 - ends[..., 1] / ends[..., 3]) * (height / 2)
    nearness = 1 / ends[..., 3]
    steep = (y[:, 1] - y[:, 0]).abs() >= (x[:, 1] - x[:, 0]).abs()
    rows = _cut(x[steep], y[steep], nearness[steep], view[steep], -inwards[steep], (height, width), (width, 1))
    flat = ~steep
    columns = _cut(y[flat], x[flat], nearness[flat], view[flat], inwards[flat], (width, height), (1, width))
    inner, outer, distance, nearness = (torch.cat(both) for both in zip(rows, columns, strict=True))
    return _nearest(inner, outer, distance, nearness, depth.flatten(), len(rows[0]))


def _silhouettes(clip: Tensor, mesh: Mesh) -> tuple[Tensor, Tensor, Tensor]:
    """View, edge and the sign of the surface's side of each silhouette edge (in pixels, y down)."""
    flat = clip[..., [0, 1, 3]]
    corners = flat[:, mesh.triangles]
    facing = torch.linalg.det(corners) > 0
    first, second = mesh.edge_faces.unbind(1)
    outline = (second < 0) | (facing[:, first] != facing[:, second.clamp_min(0)])
    view, edge = outline.nonzero(as_tuple=True)
    ends, face = mesh.edges[edge], first[edge]
    third = mesh.triangles[face].sum(1) - ends.sum(1)
    triple = torch.stack([flat[view, ends[:, 0]], flat[view, ends[:, 1]], flat[view, third]], dim=1)
    return view, edge, -torch.linalg.det(triple).sign()


def _cut(
    across: Tensor,
    along: Tensor,
    nearness: Tensor,
    view: Tensor,
    side: Tensor,
    size: tuple[int, int],
    stride: tuple[int, int],
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Cut edges with the pixel-centre lines they run across.

    Parameters
    ----------
    across, along, nearness
        (K, 2) pixel coordinates of the ends, in the direction of the pixel pairs and in that of the edge; 1 / w.
    view
        (K,).
    side
        (K,) sign of the surface's side, times the sign of the edge's run gives its direction across.
    size
        How many lines, and pixels on a line.
    stride
        Of a line and of a pixel on it, in flattened pixels.

    Returns
    -------
    inner, outer, distance, nearness
        (C,) each, as in `Crossings`.
    """
    lines, length = size
    low, high = along.detach().min(1).values, along.detach().max(1).values
    first = (low - 0.5).ceil().clamp(0, lines)
    count = ((high - 0.5).ceil().clamp(0, lines) - first).clamp_min(0).long()
    of = torch.arange(len(count), device=count.device).repeat_interleave(count)
    line = torch.arange(len(of), device=of.device) - (count.cumsum(0) - count)[of] + first[of].long()
    run = (along[:, 1] - along[:, 0])[of]
    share = (line + 0.5 - along[of, 0]) / run
    place = across[of, 0] + share * (across[of, 1] - across[of, 0]) - 0.5
    before = place.detach().floor()
    inside = (before >= 0) & (before < length - 1)
    of, line, run, share, place, before = (item[inside] for item in (of, line, run, share, place, before))
    nearer = nearness[of, 0] + share * (nearness[of, 1] - nearness[of, 0])
    start = view[of] * lines * length + line * stride[0] + before.long() * stride[1]
    onwards = side[of] * run.detach().sign() > 0
    end = start + stride[1]
    distance = torch.where(onwards, before + 1 - place, place - before)
    return torch.where(onwards, end, start), torch.where(onwards, start, end), distance, nearer.detach()


def _nearest(inner: Tensor, outer: Tensor, distance: Tensor, nearness: Tensor, depth: Tensor, split: int) -> Crossings:
    """Drop what is hidden, and keep the nearest crossing of each pixel pair; of equals the first."""
    order = torch.arange(len(inner), device=inner.device)
    seen = 1 / nearness < depth[outer] * (1 - IN_FRONT)
    key = torch.minimum(inner, outer) + torch.where(order < split, 0, len(depth))
    best = nearness.new_zeros(2 * len(depth)).scatter_reduce(0, key[seen], nearness[seen], "amax")
    winner = seen & (nearness == best[key])
    none = torch.full((2 * len(depth),), len(inner), device=inner.device)
    first = none.scatter_reduce(0, key[winner], order[winner], "amin")
    kept = winner & (first[key] == order)
    return Crossings(inner[kept], outer[kept], distance[kept])
