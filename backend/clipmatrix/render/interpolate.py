"""Interpolate attributes over the covered pixels with their barycentrics."""

from typing import Any

import torch
from torch import Tensor

from .pixels import Pixels


def interpolate_corners(corners: Tensor, weights: Tensor) -> Tensor:
    """Blend corner values (C, 3, P) with barycentrics (3, P): (C, P). Differentiable in both."""
    values: Tensor = _Interpolated.apply(corners, weights)
    return values


def corner_values(values: Tensor, pixels: Pixels) -> Tensor:
    """Gather per-corner attributes, such as UVs (T, 3, C), at every pixel's triangle: (C, 3, P)."""
    count, corners, channels = values.shape
    rows = values.reshape(count, -1).index_select(0, pixels.triangle)
    return rows.t().reshape(corners, channels, -1).transpose(0, 1)


def triangle_values(values: Tensor, pixels: Pixels) -> Tensor:
    """Gather a per-triangle value (T,), such as the texture slot, at every pixel: (P,)."""
    return values.index_select(0, pixels.triangle)


class _Interpolated(torch.autograd.Function):
    """By hand no corner's gradient is padded with zeros for the other two and summed with theirs."""

    @staticmethod
    def forward(ctx: Any, corners: Tensor, weights: Tensor) -> Tensor:
        ctx.save_for_backward(corners, weights)
        values = corners[:, 0] * weights[0]
        return values.addcmul_(corners[:, 1], weights[1]).addcmul_(corners[:, 2], weights[2])

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, Tensor | None]:
        corners, weights = ctx.saved_tensors
        to_corners, to_weights = ctx.needs_input_grad
        spread = gradient[:, None]
        return spread * weights if to_corners else None, (spread * corners).sum(0) if to_weights else None
