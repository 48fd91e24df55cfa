"""Gather what the visible triangles' corners carry, for every covered pixel, in planar lists.

Shading works on the P covered pixels of all views at once. Such lists are planar, (C, P), which keeps every
component contiguous: on a CPU that is several times faster than (P, C).
"""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Pixels:
    """The covered pixels of N pictures, in row order.

    Attributes
    ----------
    where : (P,) int64
        Flat index into (N, H, W).
    view, triangle : (P,) int64
    x, y : (P,)
        Pixel centres in normalised device coordinates, x right and y up, in (-1, 1).
    corners : (3, P) int64
        First, second and third corners of the triangles, in flattened (N, V).
    """

    where: Tensor
    view: Tensor
    triangle: Tensor
    x: Tensor
    y: Tensor
    corners: Tensor

    def __len__(self) -> int:
        return len(self.where)


def covered_pixels(triangle_ids: Tensor, triangles: Tensor, vertices: int, dtype: torch.dtype) -> Pixels:
    """List the covered pixels of pictures.

    Parameters
    ----------
    triangle_ids : (N, H, W) int64
        What each pixel sees, -1 where that is nothing.
    triangles : (T, 3) int64
    vertices : int
        How many there are, V.
    dtype
        Of pixel centres.
    """
    _, height, width = triangle_ids.shape
    flat = triangle_ids.reshape(-1)
    where = (flat >= 0).nonzero().squeeze(1)
    line = where.div(width, rounding_mode="floor")
    view = line.div(height, rounding_mode="floor")
    x = ((where - line * width).to(dtype) * 2 + (1 - width)) / width
    y = (height - 1 - (line - view * height).to(dtype) * 2) / height
    triangle = flat.index_select(0, where)
    return Pixels(where, view, triangle, x, y, corner_vertices(triangles, triangle, view, vertices))


def gather(values: Tensor, corners: Tensor) -> Tensor:
    """Gather planar attributes (C, N, V) at corners (3, P), such as those of :class:`Pixels`: (C, 3, P).

    Differentiable in ``values``; gather all attributes in one call, its backward is one scatter.
    """
    return values.flatten(1).index_select(1, corners.reshape(-1)).view(len(values), 3, -1)


def corner_vertices(triangles: Tensor, triangle: Tensor, view: Tensor, count: int) -> Tensor:
    """Find the corners of triangles (P,) in views (P,), in flattened (N, V) with V = ``count``: (3, P)."""
    return (triangles.index_select(0, triangle).t() + view * count).contiguous()


def seen_vertices(pixels: Pixels, views: int, count: int) -> Tensor:
    """Mark which of ``count`` vertices in each of ``views`` pixels' triangles have: (N, V) bool."""
    unseen = torch.zeros(views * count, dtype=torch.bool, device=pixels.corners.device)
    return unseen.index_fill_(0, pixels.corners.reshape(-1), True).view(views, count)
