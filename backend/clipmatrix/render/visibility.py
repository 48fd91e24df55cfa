"""Decide which triangle each pixel sees: the one step of the renderer that is not differentiable.

Every renderer back end shares this signature and nothing else. Whatever rasterises returns triangle ids only;
barycentrics, depth and antialiasing are recomputed from the clip coordinates by the rooms next door, so that they are
differentiable, perspective-correct and equal whoever rasterised.

The plain torch rasteriser below fills scanline spans. It works on homogeneous edge functions (Olano and Greer,
"Triangle scan conversion using 2D homogeneous coordinates", 1997), so a triangle that crosses the camera's plane needs
no clipping.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, Protocol

import torch
from torch import Tensor

Cull = Literal["none", "back"]

# Fragments held at once; a scene with more is drawn in several rounds. About 200 MB at its peak.
FRAGMENT_BUDGET = 4_000_000
# Triangle ids travel through float32 (int64 minima do not exist on every device), which counts exactly up to here.
MAX_TRIANGLES = 1 << 24
# Slack, in pixels, of the bounding boxes that are computed in the precision of the input.
BOX_SLACK = 1e-2


class Visibility(Protocol):
    """The seam: clip coordinates in, the id of the nearest triangle at every pixel centre out."""

    def __call__(self, clip_vertices: Tensor, triangles: Tensor, height: int, width: int) -> Tensor:
        """See `visibility`, which documents what every implementation must do."""
        ...


@dataclass(frozen=True)
class _Candidates:
    """Triangles that may cover a pixel centre, one entry for each view they appear in.

    Attributes
    ----------
    view, triangle : (K,) int64
    top, bottom, left, right : (K,) int64
        Inclusive pixel box.
    """

    view: Tensor
    triangle: Tensor
    top: Tensor
    bottom: Tensor
    left: Tensor
    right: Tensor

    def rounds(self, budget: int) -> Iterator["_Candidates"]:
        """Cut into rounds whose boxes together hold about `budget` pixels (one triangle is never cut)."""
        area = (self.bottom - self.top + 1) * (self.right - self.left + 1)
        total = area.cumsum(0)
        count = int(total[-1]) // budget + 1 if len(total) else 0
        if count <= 1:
            yield from [self] * count
            return
        limits = torch.arange(1, count, device=total.device) * budget
        cuts = [0, *torch.searchsorted(total, limits).tolist(), len(total)]
        for first, last in pairwise(cuts):
            if last > first:
                fields = (self.view, self.triangle, self.top, self.bottom, self.left, self.right)
                yield _Candidates(*(field[first:last] for field in fields))


@torch.no_grad()
def visibility(
    clip_vertices: Tensor,
    triangles: Tensor,
    height: int,
    width: int,
    cull: Cull = "none",
    budget: int = FRAGMENT_BUDGET,
) -> Tensor:
    """Find the nearest triangle at every pixel centre.

    Parameters
    ----------
    clip_vertices : (N, V, 4) float
        OpenGL clip coordinates: x right, y up, visible where w > 0 and -w <= z <= w.
    triangles : (T, 3) int64
        Vertex indices; T below 2**24.
    height, width : int
        Picture size in pixels. Row 0 is the top row; centres lie at half-integers.
    cull : {"none", "back"}
        "back" drops triangles whose corners run clockwise on screen. Unsafe for open meshes.
    budget : int
        How many fragments may be held at once; changes memory and time, never the picture.

    Returns
    -------
    triangle_ids : (N, H, W) int64
        -1 where nothing is seen. Depths are compared as float32 and the lowest id wins a tie, so that repeats are
        bit-identical. A pixel centre on an edge shared by two triangles of one facing belongs to exactly one of them.
        Triangles without area on screen never show.

    Raises
    ------
    ValueError
        If shapes or sizes are impossible.
    """
    _check(clip_vertices, triangles, height, width)
    views = len(clip_vertices)
    pixels = _pixel_coordinates(clip_vertices, height, width)
    depth = torch.full((views * height * width,), torch.inf, device=pixels.device)
    winner = torch.full_like(depth, -1.0)
    for part in _candidates(pixels, triangles, height, width).rounds(budget):
        where, z, triangle = _fragments(pixels, triangles, part, height, width, cull)
        nearest = depth.scatter_reduce(0, where, z, "amin")
        # A pixel that came closer forgets its triangle; equal depth keeps it in the competition for the lowest id.
        winner = torch.where((nearest < depth) | (winner < 0), torch.inf, winner)
        seen = z == nearest.index_select(0, where)
        winner.scatter_reduce_(0, where[seen], triangle[seen], "amin")
        winner = torch.where(winner.isinf(), -1.0, winner)
        depth = nearest
    return winner.long().view(views, height, width)


def _check(clip_vertices: Tensor, triangles: Tensor, height: int, width: int) -> None:
    if clip_vertices.ndim != 3 or clip_vertices.shape[-1] != 4:
        raise ValueError(f"clip_vertices must be (N, V, 4), not {tuple(clip_vertices.shape)}")
    if triangles.ndim != 2 or triangles.shape[-1] != 3 or triangles.dtype != torch.int64:
        raise ValueError(f"triangles must be (T, 3) int64, not {tuple(triangles.shape)} {triangles.dtype}")
    if len(triangles) >= MAX_TRIANGLES:
        raise ValueError(f"{len(triangles)} triangles are more than the {MAX_TRIANGLES - 1} a picture can hold")
    if height < 1 or width < 1:
        raise ValueError(f"a picture of {height} x {width} pixels holds nothing")


def _pixel_coordinates(clip_vertices: Tensor, height: int, width: int) -> Tensor:
    """Return (V, N, 4) homogeneous column, row (centres at integers), depth and w; float64 where the device has it."""
    precise = torch.float32 if clip_vertices.device.type == "mps" else torch.float64
    x, y, z, w = clip_vertices.to(precise).permute(2, 1, 0)
    column = x * (width / 2) + w * ((width - 1) / 2)
    row = w * ((height - 1) / 2) - y * (height / 2)
    return torch.stack([column, row, z, w], dim=-1)


def _candidates(pixels: Tensor, triangles: Tensor, height: int, width: int) -> _Candidates:
    """Keep the triangles whose bounding box holds a pixel centre and that are not wholly outside the view."""
    column, row, z, w = pixels.unbind(-1)
    front = w > 0
    inverse = torch.where(front, w, 1.0).reciprocal()
    unbounded = torch.where(front, 0.0, torch.inf)  # a corner behind the camera makes the box the whole picture
    column, row = (column * inverse).clamp(-1, width), (row * inverse).clamp(-1, height)
    low = torch.stack([column - unbounded, row - unbounded, -column - unbounded, -row - unbounded], dim=-1)
    box = _over_corners(low.float() - BOX_SLACK, triangles, torch.minimum).ceil()
    left, top = box[..., 0].clamp(min=0), box[..., 1].clamp(min=0)
    right, bottom = (-box[..., 2]).clamp(max=width - 1), (-box[..., 3]).clamp(max=height - 1)
    outside = (z > w).byte() + (z < -w).byte() * 2 + (~front).byte() * 4
    kept = (left <= right) & (top <= bottom) & (_over_corners(outside, triangles, torch.bitwise_and) == 0)
    where = kept.view(-1).nonzero().squeeze(1)
    sides = (side.reshape(-1).index_select(0, where).long() for side in (top, bottom, left, right))
    views = pixels.shape[1]
    return _Candidates(where % views, where // views, *sides)


def _over_corners(values: Tensor, triangles: Tensor, combine: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    """Combine per-vertex values (V, ...) over the three corners of each triangle: (T, ...)."""
    a, b, c = (values.index_select(0, corner) for corner in triangles.t().contiguous())
    return combine(combine(a, b), c)


@dataclass(frozen=True)
class _Edges:
    """Edge functions a * column + b * row + c of K triangles, positive inside, and their depth planes.

    Attributes
    ----------
    a, b, c : (3, K)
        One row for each edge.
    plane : (3, K)
        Depth z / w at a pixel is plane[0] * column + plane[1] * row + plane[2].
    """

    a: Tensor
    b: Tensor
    c: Tensor
    plane: Tensor


def _edges(pixels: Tensor, triangles: Tensor, part: _Candidates, cull: Cull) -> tuple[_Edges, Tensor]:
    """Set up the edge functions of the candidates; also say which of them have area and the wanted facing."""
    views = pixels.shape[1]
    vertex = triangles.index_select(0, part.triangle).t() * views + part.view
    x, y, z, w = pixels.flatten(0, 1).index_select(0, vertex.reshape(-1)).t().reshape(4, 3, -1).contiguous()
    following, last = [1, 2, 0], [2, 0, 1]
    # Products and differences round alike for both directions of an edge: neighbours get exactly opposite functions.
    a = y[following] * w[last] - w[following] * y[last]
    b = w[following] * x[last] - x[following] * w[last]
    c = x[following] * y[last] - y[following] * x[last]
    volume = a[0] * x[0] + b[0] * y[0] + c[0] * w[0]
    # Rows run downwards, so that a triangle counter-clockwise on screen has a negative determinant.
    shown = volume < 0 if cull == "back" else volume != 0
    plane = torch.stack([(a * z).sum(0), (b * z).sum(0), (c * z).sum(0)]) / volume
    facing = volume.sign()
    return _Edges(a * facing, b * facing, c * facing, plane), shown


def _fragments(
    pixels: Tensor, triangles: Tensor, part: _Candidates, height: int, width: int, cull: Cull
) -> tuple[Tensor, Tensor, Tensor]:
    """Return where (F,) flat pixel, depth (F,) float32 and triangle (F,) of every covered pixel centre."""
    edges, shown = _edges(pixels, triangles, part, cull)
    rows = torch.where(shown, part.bottom - part.top + 1, 0)
    owner, row = _runs(rows, part.top)
    start, end = _spans(edges, owner, row.to(edges.a.dtype))
    start = torch.maximum(start, part.left.index_select(0, owner))
    end = torch.minimum(end, part.right.index_select(0, owner) + 1)
    filled = (end > start).nonzero().squeeze(1)
    start, owner, row = (values.index_select(0, filled) for values in (start, owner, row))
    span, column = _runs(end.index_select(0, filled) - start, start)
    dx, dy, offset = edges.plane.index_select(1, owner)
    z = dx.index_select(0, span) * column + (dy * row + offset).index_select(0, span)
    where = ((part.view.index_select(0, owner) * height + row) * width).index_select(0, span) + column
    triangle = part.triangle.index_select(0, owner).index_select(0, span)
    visible = ((z >= -1) & (z <= 1)).nonzero().squeeze(1)
    if len(visible) < len(z):
        where, z, triangle = (values.index_select(0, visible) for values in (where, z, triangle))
    return where, z.float(), triangle.float()


def _runs(lengths: Tensor, first: Tensor) -> tuple[Tensor, Tensor]:
    """Unroll runs first, first + 1, ...: the run each element belongs to, and its value."""
    owner = torch.repeat_interleave(lengths)
    origin = first - (lengths.cumsum(0) - lengths)
    return owner, origin.index_select(0, owner) + torch.arange(len(owner), device=lengths.device)


def _spans(edges: _Edges, owner: Tensor, row: Tensor) -> tuple[Tensor, Tensor]:
    """Return the half-open span of columns, start (S,) and end (S,), inside all three edges on each row.

    A left edge includes a centre that lies on it, a right edge excludes it, and a horizontal edge includes it when
    the inside lies below. Neighbours see one edge from opposite sides, so one and only one takes the centre.
    """
    start = torch.full(owner.shape, -torch.inf, dtype=row.dtype, device=row.device)
    end = torch.full_like(start, torch.inf)
    for a, b, c in zip(edges.a, edges.b, edges.c, strict=True):
        a, b, c = (values.index_select(0, owner) for values in (a, b, c))
        value = b * row + c
        flat = a == 0
        crossing = torch.where(flat, torch.inf, (-value / a).ceil())
        start = torch.where(a > 0, torch.maximum(start, crossing), start)
        # A row wholly outside a horizontal edge ends before it starts.
        outside = flat & ((value < 0) | ((value == 0) & (b <= 0)))
        end = torch.where(a > 0, end, torch.minimum(end, torch.where(outside, -torch.inf, crossing)))
    limit = 2.0**30  # keeps the integers finite; no picture is that wide
    return start.clamp(-limit, limit).long(), end.clamp(-limit, limit).long()
