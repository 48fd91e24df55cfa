"""Interpolate attributes over the covered pixels with their barycentrics."""

from torch import Tensor

from .pixels import Pixels


def interpolate_corners(corners: Tensor, weights: Tensor) -> Tensor:
    """Blend corner values (C, 3, P) with barycentrics (3, P): (C, P). Differentiable in both."""
    return corners[:, 0] * weights[0] + corners[:, 1] * weights[1] + corners[:, 2] * weights[2]


def corner_values(values: Tensor, pixels: Pixels) -> Tensor:
    """Gather per-corner attributes, such as UVs (T, 3, C), at every pixel's triangle: (C, 3, P)."""
    count, corners, channels = values.shape
    rows = values.reshape(count, -1).index_select(0, pixels.triangle)
    return rows.t().reshape(corners, channels, -1).transpose(0, 1)


def triangle_values(values: Tensor, pixels: Pixels) -> Tensor:
    """Gather a per-triangle value (T,), such as the texture slot, at every pixel: (P,)."""
    return values.index_select(0, pixels.triangle)
