"""sRGB to linear light and back (IEC 61966-2-1), differentiable."""

import torch
from torch import Tensor

_TINY = 1e-6


def linear_from_srgb(srgb: Tensor) -> Tensor:
    """Decode sRGB values in [0, 1], any shape, to linear light."""
    bright = ((srgb.clamp_min(_TINY) + 0.055) / 1.055) ** 2.4
    return torch.where(srgb <= 0.04045, srgb / 12.92, bright)


def srgb_from_linear(linear: Tensor) -> Tensor:
    """Encode linear light in [0, 1], any shape, as sRGB."""
    bright = 1.055 * linear.clamp_min(_TINY) ** (1 / 2.4) - 0.055
    return torch.where(linear <= 0.0031308, linear * 12.92, bright)
