"""sRGB to linear light and back (IEC 61966-2-1), differentiable."""

from typing import Any

import torch
from torch import Tensor

_TINY = 1e-6

DARKEST = 0.0031308
"""Linear light up to which the curve is a line."""

_STEPS = (1 << 16) - 1
"""Of linear light in the table for bytes; twenty to a byte where the curve is steepest."""


def linear_from_srgb(srgb: Tensor) -> Tensor:
    """Decode sRGB values in [0, 1], any shape, to linear light."""
    bright = ((srgb.clamp_min(_TINY) + 0.055) / 1.055) ** 2.4
    return torch.where(srgb <= 0.04045, srgb / 12.92, bright)


def srgb_from_linear(linear: Tensor) -> Tensor:
    """Encode linear light, any shape, as sRGB; what is darker than black or brighter than white has no gradient."""
    encoded: Tensor = _Encode.apply(linear.clamp(0, 1))
    return encoded


@torch.no_grad()
def srgb_bytes(linear: Tensor) -> Tensor:
    """Encode linear light in [0, 1], any shape, as sRGB in whole 255ths, uint8.

    Through a table, which is several times faster than a power for each value. Bytes that were decoded come back as
    they were; one value in a thousand, near the middle between two bytes, is rounded the other way.
    """
    table = (srgb_from_linear(torch.linspace(0, 1, _STEPS + 1, device=linear.device)) * 255).round().to(torch.uint8)
    steps = (linear.clamp(0, 1) * _STEPS).round().to(torch.int32)
    return table.index_select(0, steps.flatten()).view(linear.shape)


class _Encode(torch.autograd.Function):
    """Of light in [0, 1]. The slope of a power is the power over its base: no second one on the way back."""

    @staticmethod
    def forward(ctx: Any, linear: Tensor) -> Tensor:
        bright = linear.clamp_min(DARKEST).pow_(1 / 2.4).mul_(1.055).sub_(0.055)
        encoded = torch.minimum(linear * 12.92, bright)  # beyond its end the line is above the curve
        ctx.save_for_backward(linear, encoded)
        return encoded

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        linear, encoded = ctx.saved_tensors
        bright = (encoded + 0.055).div_(linear.clamp_min(DARKEST).mul_(2.4))
        return torch.where(linear <= DARKEST, 12.92, bright).mul_(gradient)
