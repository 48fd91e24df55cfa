"""Smooth normals of posed meshes."""

from typing import Any

import torch
from torch import Tensor


def vertex_normals(vertices: Tensor, triangles: Tensor) -> Tensor:
    """Average face normals, weighted by area, at each vertex.

    Parameters
    ----------
    vertices
        (3, N, V) metres.
    triangles
        (T, 3) int64, counter-clockwise from outside.

    Returns
    -------
    Tensor
        (3, N, V) unit vectors; zero where no triangle touches.
    """
    total: Tensor = _AreaNormals.apply(vertices, triangles)
    return unit(total)


def cross(a: Tensor, b: Tensor) -> Tensor:
    """Cross product of planar vectors (3, ...)."""
    if a.device.type != "cpu":
        return torch.linalg.cross(a, b, dim=0)
    # On a CPU that takes several times as long as the products written out.
    ax, ay, az = a
    bx, by, bz = b
    return torch.stack([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx])


class _AreaNormals(torch.autograd.Function):
    """Sum of face normals, as long as twice the area, around each vertex. Its backward walks the same triangles."""

    @staticmethod
    def forward(ctx: Any, vertices: Tensor, triangles: Tensor) -> Tensor:
        first, second, third = at_corners(vertices, triangles)
        along, across = second - first, third - first
        ctx.save_for_backward(along, across, triangles)
        normals = cross(along, across)
        return _to_vertices([normals] * 3, triangles, vertices)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        along, across, triangles = ctx.saved_tensors
        first, second, third = at_corners(gradient, triangles)
        to_normals = first + second + third
        to_along, to_across = cross(across, to_normals), cross(to_normals, along)
        return _to_vertices([-to_along - to_across, to_along, to_across], triangles, gradient), None


def at_corners(values: Tensor, triangles: Tensor) -> list[Tensor]:
    """Values (3, N, V) at the three corners of each triangle: (3, N, T) each."""
    # Selecting from two dimensions is many times faster than from three.
    flat = values.flatten(0, 1)
    return [flat.index_select(1, corner).unflatten(0, values.shape[:2]) for corner in triangles.t().contiguous()]


def _to_vertices(values: list[Tensor], triangles: Tensor, like: Tensor) -> Tensor:
    """Add values at the three corners, (3, N, T) each, to the vertices: (3, N, V)."""
    total = torch.zeros_like(like, memory_format=torch.contiguous_format).flatten(0, 1)
    for corner, value in zip(triangles.t().contiguous(), values, strict=True):
        total.index_add_(1, corner, value.flatten(0, 1))
    return total.view(like.shape)


def unit(vectors: Tensor) -> Tensor:
    """Scale planar vectors (3, ...) to unit length; zero stays zero."""
    return vectors * (vectors * vectors).sum(0).clamp_min(1e-30).rsqrt()
