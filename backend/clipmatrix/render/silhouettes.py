"""Find where silhouettes cut: which pixels lie on both sides of which edges. Nothing here is differentiable.

In each view the silhouette edges are those between a triangle that faces the camera and one that does not, and the
boundary's. Mostly vertical edges are taken at the pixel rows, mostly horizontal ones at the columns.

An upright edge cuts a row of pixel centres between two of them::

    ... o ------- o ---|----- o ------- o ...      a row; a column is the same, from top to bottom
              here     |      there
                      edge: at ``place``, in pixels from the row's first centre; ``before`` is the last centre before it

The surface ends at the edge. If it lies on this side, ``here`` is the inner pixel and ``there`` the outer; if it lies
onwards, the other way round. A cut counts where the edge is nearer than what the outer pixel sees.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from .mesh import Mesh
from .runs import runs

NEAREST = 1e-4
"""Edges with an end nearer to the camera's plane than this (clip w, metres) are left as they are."""

IN_FRONT = 1e-4
"""By which share an edge must be nearer than the pixel it blends over."""


@dataclass(frozen=True)
class Cuts:
    """K places where a silhouette passes between neighbouring pixel centres; one at most for each pair of them.

    Attributes
    ----------
    inner, outer
        (K,) int64 flattened pixels (N, H, W), on the surface's side of the edge and beyond it.
    ends
        (2, K) int64 flattened vertices (N, V), the edge's ends.
    upright
        (K,) bool, whether the edge is cut along a row of pixels, else along a column.
    line
        (K,) which row or column.
    before
        (K,) the last pixel centre on that line before the edge, counted along it.
    onwards
        (K,) bool, whether the surface lies beyond the edge.
    """

    inner: Tensor
    outer: Tensor
    ends: Tensor
    upright: Tensor
    line: Tensor
    before: Tensor
    onwards: Tensor


@torch.no_grad()
def find_cuts(clip: Tensor, mesh: Mesh, depth: Tensor) -> Cuts:
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
    view, corners = _edges(clip, mesh)
    ends = clip.reshape(4, -1).index_select(1, corners[:2].reshape(-1)).unflatten(1, (2, -1))
    turn = _volume(clip.reshape(4, 1, -1), corners)[0]
    x, y, nearness = on_screen(ends, height, width)
    upright = (y[1] - y[0]).abs() >= (x[1] - x[0]).abs()
    across, along = torch.where(upright, x, y), torch.where(upright, y, x)
    onwards = (turn > 0) == _runs_onwards(x, y, upright)
    lines = torch.where(upright, height, width)
    low, high = ((side - 0.5).ceil().clamp_min(0) for side in (along.amin(0), along.amax(0)))
    first = torch.minimum(low, lines)
    count = torch.where(ends[3].amin(0) > NEAREST, torch.minimum(high, lines) - first, 0.0)
    of, line = runs(count.long(), first.long())

    upright, onwards, view = (item.index_select(0, of) for item in (upright, onwards, view))
    across, along, nearness, corners = (item.index_select(1, of) for item in (across, along, nearness, corners[:2]))
    place, share = crossed(across, along, line)
    before = place.ceil() - 1  # a centre exactly on the edge belongs to what lies right or below, as in visibility
    w = 1 / torch.lerp(nearness[0], nearness[1], share)
    inside = (before >= 0) & (before < torch.where(upright, width, height) - 1)
    column, row = torch.where(upright, before.long(), line), torch.where(upright, line, before.long())
    here = torch.where(inside, (view * height + row) * width + column, 0)
    there = torch.where(inside, here + torch.where(upright, 1, width), 0)
    inner, outer = torch.where(onwards, there, here), torch.where(onwards, here, there)
    seen = inside & (w < depth.flatten().index_select(0, outer) * (1 - IN_FRONT))
    kept = _nearest(here + torch.where(upright, 0, depth.numel()), torch.where(seen, w, torch.inf), 2 * depth.numel())
    inner, outer, upright, line, before, onwards = (
        item.index_select(0, kept) for item in (inner, outer, upright, line, before, onwards)
    )
    return Cuts(inner, outer, corners.index_select(1, kept), upright, line, before, onwards)


def on_screen(ends: Tensor, height: int, width: int) -> tuple[Tensor, Tensor, Tensor]:
    """Place points (4, ...) in clip coordinates on screen: x, y in pixels from the upper left corner, y down; 1 / w."""
    nearness = 1 / ends[3]
    return (ends[0] * nearness + 1) * (width / 2), (1 - ends[1] * nearness) * (height / 2), nearness


def crossed(across: Tensor, along: Tensor, line: Tensor) -> tuple[Tensor, Tensor]:
    """Where edges cut lines (K,) of pixel centres, in pixels from a line's first centre, and at which share of them."""
    share = (line + 0.5 - along[0]) / (along[1] - along[0])
    return across[0] + share * (across[1] - across[0]) - 0.5, share


def _edges(clip: Tensor, mesh: Mesh) -> tuple[Tensor, Tensor]:
    """Pick edges whose faces differ in facing, and boundary edges: view (K,); ends and the vertex beside, (3, K)."""
    facing = (_volume(clip, mesh.triangles.t()) > 0).t().contiguous()
    first, second = mesh.edge_faces.t().contiguous()
    differ = facing.index_select(0, first) != facing.index_select(0, second.clamp_min(0))
    edge, view = (differ | (second < 0)[:, None]).nonzero(as_tuple=True)
    return view, torch.cat([mesh.edges.t(), mesh.opposite[None]]).index_select(1, edge) + view * clip.shape[2]


def _runs_onwards(x: Tensor, y: Tensor, upright: Tensor) -> Tensor:
    """Whether a face that is seen counter-clockwise from the first end to the second lies beyond its edge: (K,).

    Walking an upright edge downwards, it lies to the right; walking a level one rightwards, below where it was above.
    """
    downwards, rightwards = y[1] > y[0], x[1] > x[0]
    return torch.where(upright, downwards, ~rightwards)


def _volume(clip: Tensor, corners: Tensor) -> Tensor:
    """Determinants (N, T) of the (x, y, w) of corners (3, T) in clip (4, N, V): positive if counter-clockwise."""
    views = clip.shape[1]
    planes = torch.cat([clip[:2], clip[3:]]).flatten(0, 1)
    x, y, w = planes.index_select(1, corners.reshape(-1)).view(3, views, 3, -1).unbind(0)
    terms = [x[:, i] * (y[:, j] * w[:, k] - y[:, k] * w[:, j]) for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1))]
    return terms[0] + terms[1] + terms[2]


def _nearest(pairs: Tensor, w: Tensor, count: int) -> Tensor:
    """Indices of the finite distances w (K,) that are least in their pair, of ``count``; of equals the first."""
    best = w.new_full((count,), torch.inf).scatter_reduce(0, pairs, w, "amin")
    winner = w.isfinite() & (w == best.index_select(0, pairs))
    order = torch.where(winner, torch.arange(len(w), dtype=w.dtype, device=w.device), torch.inf)
    first = best.fill_(torch.inf).scatter_reduce(0, pairs, order, "amin")
    return (winner & (order == first.index_select(0, pairs))).nonzero().squeeze(1)
