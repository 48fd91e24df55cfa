"""Silhouettes: blend across them by where they cut, so that a moving outline moves the picture.

A picture sampled at pixel centres does not change when an outline moves by less than a pixel; here it does. In each
view the silhouette edges are those between a triangle that faces the camera and one that does not, and the boundary's.
Where such an edge passes between two neighbouring pixel centres, the pair is blended by the distance of the crossing,
so that coverage is linear in the edge's place. Mostly vertical edges are taken at the pixel rows, mostly horizontal
ones at the columns. Where parts run into each other there is no mesh edge, hence no gradient; nor is there one at what
is so thin that it passes between pixel centres.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from .mesh import Mesh

NEAREST = 1e-4
"""Edges with an end nearer to the camera's plane than this (clip w, metres) are left as they are."""

IN_FRONT = 1e-4
"""By which share an edge must be nearer than the pixel it blends over."""


@dataclass(frozen=True)
class Crossings:
    """Places where silhouettes pass between neighbouring pixel centres.

    Attributes
    ----------
    inner, outer
        (K,) int64 flattened pixels (N, H, W), on the surface's side of the edge and beyond it.
    distance
        (K,) from the inner centre to the edge, in pixels, in [0, 1]; differentiable.
    """

    inner: Tensor
    outer: Tensor
    distance: Tensor


@dataclass(frozen=True)
class _Lines:
    """One way to walk the pictures: `count` lines of `length` pixels, with the steps between flattened pixels."""

    count: int
    length: int
    line_step: int
    pixel_step: int


@dataclass(frozen=True)
class _Edges:
    """K silhouette edges on screen.

    Attributes
    ----------
    view
        (K,) int64.
    x, y
        (2, K) pixels from the upper left corner of the picture, y down; differentiable.
    nearness
        (2, K) 1 / w, linear along the edge on screen.
    side
        (K,) 1 where the surface lies to the right of the edge (screen x grows) as one walks it downwards, else -1.
    """

    view: Tensor
    x: Tensor
    y: Tensor
    nearness: Tensor
    side: Tensor

    def select(self, which: Tensor) -> "_Edges":
        kept = which.nonzero().squeeze(1)
        x, y, nearness = (item.index_select(1, kept) for item in (self.x, self.y, self.nearness))
        return _Edges(self.view.index_select(0, kept), x, y, nearness, self.side.index_select(0, kept))


def antialias(pictures: Tensor, crossings: Crossings) -> Tensor:
    """Blend planar pictures (C, N * H * W) at their crossings; differentiable in both."""
    blended: Tensor = _Blend.apply(pictures, crossings.inner, crossings.outer, crossings.distance - 0.5)
    return blended


class _Blend(torch.autograd.Function):
    """A positive shift carries the inner pixel into the outer one, a negative one the outer into the inner."""

    @staticmethod
    def forward(ctx: Any, pictures: Tensor, inner: Tensor, outer: Tensor, shift: Tensor) -> Tensor:
        target = torch.where(shift > 0, outer, inner)
        difference = pictures.index_select(1, inner) - pictures.index_select(1, outer)
        ctx.save_for_backward(inner, outer, target, shift, difference)
        return pictures.index_add(1, target, difference * shift)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None, Tensor]:
        inner, outer, target, shift, difference = ctx.saved_tensors
        at_target = gradient.index_select(1, target)
        carried = at_target * shift
        to_pictures = gradient.index_add(1, inner, carried).index_add_(1, outer, -carried)
        return to_pictures, None, None, (at_target * difference).sum(0)


def find_crossings(clip: Tensor, mesh: Mesh, depth: Tensor) -> Crossings:
    """Find where silhouettes cut.

    Parameters
    ----------
    clip
        (4, N, V) clip coordinates.
    mesh
        The mesh.
    depth
        (N, H, W) clip w of what each pixel sees, infinite where empty.
    """
    _, height, width = depth.shape
    edges = _silhouettes(clip, mesh, height, width)
    steep = (edges.y[1] - edges.y[0]).abs() >= (edges.x[1] - edges.x[0]).abs()
    upright, level = edges.select(steep), edges.select(~steep)
    rows = _cut(upright, upright.x, upright.y, upright.side, _Lines(height, width, width, 1))
    # Walking a level edge rightwards instead of downwards, its right-hand side is below where it was above.
    falling = torch.where((level.x[1] > level.x[0]) == (level.y[1] > level.y[0]), -1.0, 1.0)
    columns = _cut(level, level.y, level.x, level.side * falling, _Lines(width, height, 1, width))
    pairs = torch.cat([torch.minimum(rows[0], rows[1]), torch.minimum(columns[0], columns[1]) + depth.numel()])
    inner, outer, distance, w = (torch.cat(both) for both in zip(rows, columns, strict=True))
    kept = _nearest(pairs, outer, w, depth.flatten())
    return Crossings(*(item.index_select(0, kept) for item in (inner, outer, distance)))


def _silhouettes(clip: Tensor, mesh: Mesh, height: int, width: int) -> _Edges:
    """Pick the edges whose faces differ in facing, and boundary edges; place them on screen."""
    with torch.no_grad():
        facing = (_volume(clip, mesh.triangles.t()) > 0).t().contiguous()
        first, second = mesh.edge_faces.t().contiguous()
        differ = facing.index_select(0, first) != facing.index_select(0, second.clamp_min(0))
        edge, view = (differ | (second < 0)[:, None]).nonzero(as_tuple=True)
        corners = torch.cat([mesh.edges.t(), mesh.opposite[None]]).index_select(1, edge) + view * clip.shape[2]
        near = clip[3].reshape(-1).index_select(0, corners[:2].reshape(-1)).view(2, -1).amin(0) > NEAREST
        kept = near.nonzero().squeeze(1)
        view, corners = view.index_select(0, kept), corners.index_select(1, kept)
        turn = _volume(clip.reshape(4, 1, -1), corners)[0]
    ends = clip.reshape(4, -1).index_select(1, corners[:2].reshape(-1)).unflatten(1, (2, -1))
    nearness = 1 / ends[3]
    x, y = (ends[0] * nearness + 1) * (width / 2), (1 - ends[1] * nearness) * (height / 2)
    downwards = torch.where(y[1] > y[0], 1.0, -1.0)
    return _Edges(view, x, y, nearness.detach(), torch.where(turn > 0, downwards, -downwards))


def _volume(clip: Tensor, corners: Tensor) -> Tensor:
    """Determinants (N, T) of the (x, y, w) of corners (3, T) in clip (4, N, V): positive if counter-clockwise."""
    views = clip.shape[1]
    planes = torch.cat([clip[:2], clip[3:]]).flatten(0, 1)
    x, y, w = planes.index_select(1, corners.reshape(-1)).view(3, views, 3, -1).unbind(0)
    terms = [x[:, i] * (y[:, j] * w[:, k] - y[:, k] * w[:, j]) for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1))]
    return terms[0] + terms[1] + terms[2]


def _cut(edges: _Edges, across: Tensor, along: Tensor, side: Tensor, lines: _Lines) -> tuple[Tensor, ...]:
    """Cut edges with the lines through pixel centres that they run across.

    Parameters
    ----------
    edges
        K edges, all nearer to the lines' normal than to the lines.
    across, along
        (2, K) their ends, in the direction of the lines and across them.
    side
        (K,) 1 where the surface lies towards the end of the line.
    lines
        Rows or columns.

    Returns
    -------
    inner, outer, distance, w
        (C,) each; see `Crossings`. w is the edge's distance from the camera's plane.
    """
    low, high = along.detach().amin(0), along.detach().amax(0)
    first = (low - 0.5).ceil().clamp(0, lines.count)
    count = ((high - 0.5).ceil().clamp(0, lines.count) - first).long().clamp_min(0)
    of = torch.repeat_interleave(count)
    line = torch.arange(len(of), device=of.device) - (count.cumsum(0) - count - first.long()).index_select(0, of)
    start, end = across.index_select(1, of)
    near, far = along.index_select(1, of)
    share = (line + 0.5 - near) / (far - near)
    place = start + share * (end - start) - 0.5
    # A centre exactly on the edge belongs to what lies to its right or below, as in visibility.
    before = place.detach().ceil() - 1
    nearness = torch.lerp(edges.nearness[0].index_select(0, of), edges.nearness[1].index_select(0, of), share.detach())
    inside = ((before >= 0) & (before < lines.length - 1)).nonzero().squeeze(1)
    of, line, place, before, nearness = (item.index_select(0, inside) for item in (of, line, place, before, nearness))
    before_pixel = before.long() * lines.pixel_step + line * lines.line_step
    before_pixel = before_pixel + edges.view.index_select(0, of) * (lines.count * lines.length)
    after_pixel = before_pixel + lines.pixel_step
    onwards = side.index_select(0, of) > 0
    return (
        torch.where(onwards, after_pixel, before_pixel),
        torch.where(onwards, before_pixel, after_pixel),
        torch.where(onwards, before + 1 - place, place - before),
        1 / nearness,
    )


def _nearest(pairs: Tensor, outer: Tensor, w: Tensor, depth: Tensor) -> Tensor:
    """Indices of the crossings that are not hidden and nearest in their pixel pair; of equals the first."""
    seen = (w < depth.index_select(0, outer) * (1 - IN_FRONT)).nonzero().squeeze(1)
    pairs, w = pairs.index_select(0, seen), w.index_select(0, seen)
    best = w.new_full((2 * len(depth),), torch.inf).scatter_reduce(0, pairs, w, "amin")
    winner = (w == best.index_select(0, pairs)).nonzero().squeeze(1)
    pairs, seen = pairs.index_select(0, winner), seen.index_select(0, winner)
    order = torch.arange(len(seen), dtype=w.dtype, device=w.device)
    first = w.new_full((2 * len(depth),), torch.inf).scatter_reduce(0, pairs, order, "amin")
    return seen.index_select(0, (first.index_select(0, pairs) == order).nonzero().squeeze(1))
