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
    """

    where: Tensor
    view: Tensor
    triangle: Tensor
    x: Tensor
    y: Tensor

    def __len__(self) -> int:
        return len(self.where)


def covered_pixels(triangle_ids: Tensor, dtype: torch.dtype) -> Pixels:
    """List the covered pixels of triangle_ids (N, H, W) int64, -1 where empty."""
    _, height, width = triangle_ids.shape
    flat = triangle_ids.reshape(-1)
    where = (flat >= 0).nonzero().squeeze(1)
    line = where.div(width, rounding_mode="floor")
    view = line.div(height, rounding_mode="floor")
    x = ((where - line * width).to(dtype) * 2 + (1 - width)) / width
    y = (height - 1 - (line - view * height).to(dtype) * 2) / height
    return Pixels(where, view, flat.index_select(0, where), x, y)


def gather_corners(values: Tensor, triangles: Tensor, pixels: Pixels) -> Tensor:
    """Gather per-vertex values at the corners of every pixel's triangle.

    Parameters
    ----------
    values : (C, N, V)
        Planar vertex attributes of every view.
    triangles : (T, 3) int64
    pixels : Pixels

    Returns
    -------
    (C, 3, P)
        Differentiable in `values`; gather all attributes in one call, its backward is one scatter.
    """
    return gather(values, corner_vertices(triangles, pixels, values.shape[2]))


def corner_vertices(triangles: Tensor, pixels: Pixels, count: int) -> Tensor:
    """All first, second and third corners of pixels' triangles, (3 P,), in flattened (N, V) with V = ``count``."""
    return (triangles.index_select(0, pixels.triangle).t() + pixels.view * count).reshape(-1)


def gather(values: Tensor, corners: Tensor) -> Tensor:
    """Gather planar vertex attributes (C, N, V) at what :func:`corner_vertices` has found: (C, 3, P)."""
    return values.flatten(1).index_select(1, corners).view(len(values), 3, -1)


def seen_vertices(corners: Tensor, views: int, count: int) -> Tensor:
    """Mark which of ``count`` vertices in each of ``views`` :func:`corner_vertices` has found: (N, V) bool."""
    unseen = torch.zeros(views * count, dtype=torch.bool, device=corners.device)
    return unseen.index_fill_(0, corners, True).view(views, count)
