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
from typing import Protocol

import torch
from torch import Tensor

from .runs import runs

# Fragments held at once; a scene with more is drawn in several rounds. About 200 MB at its peak.
FRAGMENT_BUDGET = 4_000_000
# Triangle ids travel through float32 (int64 minima do not exist on every device), which counts exactly up to here.
MAX_TRIANGLES = 1 << 24
# Boxes hold int16.
MAX_SIDE = 1 << 14
# Slack, in pixels, of the bounding boxes that are computed in the precision of the input.
BOX_SLACK = 1e-2


class Visibility(Protocol):
    """The seam: clip coordinates in, the id of the nearest triangle at every pixel centre out."""

    def __call__(
        self, clip_vertices: Tensor, triangles: Tensor, height: int, width: int, one_sided: Tensor | None = None
    ) -> Tensor:
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
                yield _Candidates(*(field[first:last] for field in vars(self).values()))

    def select(self, index: Tensor) -> "_Candidates":
        """Keep some."""
        return _Candidates(*(field.index_select(0, index) for field in vars(self).values()))


@torch.no_grad()
def visibility(
    clip_vertices: Tensor,
    triangles: Tensor,
    height: int,
    width: int,
    one_sided: Tensor | None = None,
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
    one_sided : (N, T) bool
        Triangles that are not drawn where their corners run clockwise on screen. They are left out to save time: an
        implementation need not do so.
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
    check_input(clip_vertices, triangles, height, width)
    views = len(clip_vertices)
    pixels = _pixel_coordinates(clip_vertices, height, width)
    depth = torch.full((views * height * width,), torch.inf, device=pixels.device)
    winner = torch.full_like(depth, torch.inf)  # none
    found = _candidates(pixels, triangles, height, width)
    if one_sided is not None:
        found = _but_backs(found, pixels, triangles, one_sided)
    for part in found.rounds(budget):
        where, z, triangle = _fragments(pixels, triangles, part, height, width)
        nearest = depth.scatter_reduce(0, where, z, "amin")
        # A pixel that came closer forgets its triangle; equal depth keeps it in the competition for the lowest id.
        winner.masked_fill_(nearest < depth, torch.inf)
        seen = (z == nearest.index_select(0, where)).nonzero().squeeze(1)
        winner.scatter_reduce_(0, where.index_select(0, seen), triangle.index_select(0, seen), "amin")
        depth = nearest
    return winner.masked_fill_(winner.isinf(), -1.0).long().view(views, height, width)


def check_input(clip_vertices: Tensor, triangles: Tensor, height: int, width: int) -> None:
    """Refuse what no renderer could draw.

    Raises
    ------
    ValueError
        If shapes or sizes are impossible.
    """
    if clip_vertices.ndim != 3 or clip_vertices.shape[-1] != 4:
        raise ValueError(f"clip_vertices must be (N, V, 4), not {tuple(clip_vertices.shape)}")
    if triangles.ndim != 2 or triangles.shape[-1] != 3 or triangles.dtype != torch.int64:
        raise ValueError(f"triangles must be (T, 3) int64, not {tuple(triangles.shape)} {triangles.dtype}")
    if len(triangles) >= MAX_TRIANGLES:
        raise ValueError(f"{len(triangles)} triangles are more than the {MAX_TRIANGLES - 1} a picture can hold")
    if not (1 <= height <= MAX_SIDE and 1 <= width <= MAX_SIDE):
        raise ValueError(f"a picture has 1 to {MAX_SIDE} pixels a side, not {height} x {width}")


def _pixel_coordinates(clip_vertices: Tensor, height: int, width: int) -> Tensor:
    """Return (4, V, N) homogeneous column, row (centres at integers), w and depth; float64 where the device has it."""
    precise = torch.float32 if clip_vertices.device.type == "mps" else torch.float64
    x, y, z, w = clip_vertices.to(precise).permute(2, 1, 0)
    column = x * (width / 2) + w * ((width - 1) / 2)
    row = w * ((height - 1) / 2) - y * (height / 2)
    return torch.stack([column, row, w, z])


def _candidates(pixels: Tensor, triangles: Tensor, height: int, width: int) -> _Candidates:
    """Keep the triangles whose bounding box holds a pixel centre and that are not wholly outside the view."""
    column, row, w, z = pixels.float().unbind(0)
    front = w > 0
    inverse = torch.where(front, w, 1.0).reciprocal()
    unbounded = torch.where(front, 0.0, torch.inf)  # a corner behind the camera makes the box the whole picture
    column, row = column * inverse, row * inverse
    # First and last pixels, the last negated, so that one minimum over the corners makes the box.
    sides = torch.stack([
        (column - unbounded - BOX_SLACK).ceil().clamp(0, width),
        (row - unbounded - BOX_SLACK).ceil().clamp(0, height),
        (-column - unbounded - BOX_SLACK).ceil().clamp(1 - width, 1),
        (-row - unbounded - BOX_SLACK).ceil().clamp(1 - height, 1),
    ], dim=-1).short()  # fmt: skip
    outside = (z > w).byte() + (z < -w).byte() * 2 + (~front).byte() * 4
    box = _over_corners(sides, triangles, torch.minimum)
    empty = (box[..., :2] + box[..., 2:] > 0).any(-1)
    empty |= _over_corners(outside, triangles, torch.bitwise_and) != 0
    where = (~empty).view(-1).nonzero().squeeze(1)
    left, top, right, bottom = box.view(-1, 4).index_select(0, where).t().long()
    views = pixels.shape[2]
    triangle = where.div(views, rounding_mode="floor")
    return _Candidates(where - triangle * views, triangle, top, -bottom, left, -right)


def _but_backs(found: _Candidates, pixels: Tensor, triangles: Tensor, one_sided: Tensor) -> _Candidates:
    """Leave out the one-sided triangles that face away."""
    views = pixels.shape[2]
    vertex = triangles.index_select(0, found.triangle).t() * views + found.view
    x, y, w = pixels[:3].flatten(1).index_select(1, vertex.reshape(-1)).view(3, 3, -1)
    volume = (
        x[0] * (y[1] * w[2] - y[2] * w[1])
        + y[0] * (w[1] * x[2] - w[2] * x[1])
        + w[0] * (x[1] * y[2] - x[2] * y[1])
    )  # fmt: skip
    # Rows run downwards, so that a triangle counter-clockwise on screen has a negative volume.
    away = (volume > 0) & one_sided.flatten().index_select(0, found.view * len(triangles) + found.triangle)
    return found.select((~away).nonzero().squeeze(1))


def _over_corners(values: Tensor, triangles: Tensor, combine: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    """Combine per-vertex values (V, ...) over the three corners of each triangle: (T, ...)."""
    a, b, c = (values.index_select(0, corner) for corner in triangles.t().contiguous())
    return combine(combine(a, b), c)


@dataclass(frozen=True)
class _Outlines:
    """K triangles ready to be filled.

    Attributes
    ----------
    top, bottom : (K,) int64
        Rows they may touch; none where bottom < top.
    left : (3, K) bool
        Whether an edge bounds the triangle on its left, else on its right.
    slope, offset : (3, K)
        The edge's column is slope * row + offset; a horizontal edge is infinitely far to the left.
    plane : (3, K)
        Depth z / w at a pixel is plane[0] * column + plane[1] * row + plane[2].
    """

    top: Tensor
    bottom: Tensor
    left: Tensor
    slope: Tensor
    offset: Tensor
    plane: Tensor


def _outlines(pixels: Tensor, triangles: Tensor, part: _Candidates) -> _Outlines:
    """Set up edge functions a * column + b * row + c, positive inside, and solve them for the column."""
    views = pixels.shape[2]
    vertex = triangles.index_select(0, part.triangle).t() * views + part.view
    x, y, w, z = pixels.flatten(1).index_select(1, vertex.reshape(-1)).view(4, 3, -1)
    # Products and differences round alike for both directions of an edge: neighbours get exactly opposite functions.
    a, b, c = (_cross(*pair) for pair in ((y, w), (w, x), (x, y)))
    volume = a[0] * x[0] + b[0] * y[0] + c[0] * w[0]
    plane = torch.stack([(function * z).sum(0) for function in (a, b, c)]) / volume
    facing = volume.sign()
    a, b, c = a * facing, b * facing, c * facing
    top, bottom = _rows(a, b, c, part)
    flat = a == 0
    slope, offset = torch.where(flat, 0.0, -b / a), torch.where(flat, -torch.inf, -c / a)
    return _Outlines(top, torch.where(volume == 0, top - 1, bottom), a >= 0, slope, offset, plane)


def _cross(p: Tensor, q: Tensor) -> Tensor:
    """Coefficient of the edge functions opposite each of three corners, from two coordinates (3, K)."""
    return torch.stack([p[1] * q[2] - q[1] * p[2], p[2] * q[0] - q[2] * p[0], p[0] * q[1] - q[0] * p[1]])


def _rows(a: Tensor, b: Tensor, c: Tensor, part: _Candidates) -> tuple[Tensor, Tensor]:
    """Narrow the rows by horizontal edges: a centre on one is inside where the triangle lies below it."""
    flat = a == 0
    if not bool(flat.any()):
        return part.top, part.bottom
    limit = (-c / b).ceil().clamp(-1, MAX_SIDE)
    top = torch.where(flat & (b > 0), limit, 0.0).amax(0).long()
    bottom = torch.where(flat & (b < 0), limit - 1, float(MAX_SIDE)).amin(0).long()
    never = (flat & (b == 0) & (c <= 0)).any(0)
    return torch.maximum(part.top, top), torch.where(never, -1, torch.minimum(part.bottom, bottom))


def _fragments(
    pixels: Tensor, triangles: Tensor, part: _Candidates, height: int, width: int
) -> tuple[Tensor, Tensor, Tensor]:
    """Return where (F,) flat pixel, depth (F,) float32 and triangle (F,) float32 of every covered pixel centre."""
    outlines = _outlines(pixels, triangles, part)
    owner, row = runs((outlines.bottom - outlines.top + 1).clamp_min(0), outlines.top)
    start, end = _spans(outlines, owner, row.to(pixels.dtype), width)
    filled = (end > start).nonzero().squeeze(1)
    start, end, owner, row = (values.index_select(0, filled) for values in (start, end, owner, row))
    span, column = runs(end - start, start)
    dx, dy, offset = outlines.plane.index_select(1, owner)
    z = dx.index_select(0, span) * column + (dy * row + offset).index_select(0, span)
    where = ((part.view.index_select(0, owner) * height + row) * width).index_select(0, span) + column
    triangle = part.triangle.index_select(0, owner).float().index_select(0, span)
    visible = ((z >= -1) & (z <= 1)).nonzero().squeeze(1)
    if len(visible) < len(z):
        where, z, triangle = (values.index_select(0, visible) for values in (where, z, triangle))
    return where, z.float(), triangle


def _spans(outlines: _Outlines, owner: Tensor, row: Tensor, width: int) -> tuple[Tensor, Tensor]:
    """Return the half-open span of columns, start (S,) and end (S,), between the left and the right edges on each row.

    A left edge includes a centre that lies on it, a right edge excludes it. Neighbours see one edge from opposite
    sides, so one and only one takes the centre.
    """
    left, slope, offset = (values.index_select(1, owner) for values in (outlines.left, outlines.slope, outlines.offset))
    column = torch.addcmul(offset, slope, row)
    start, end = torch.where(left, column, -torch.inf).amax(0), torch.where(left, torch.inf, column).amin(0)
    return start.ceil().clamp(0, width).long(), end.ceil().clamp(0, width).long()
