"""Base colour as it travels and as it is rendered: bytes in sRGB, and linear light."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from .colour import linear_from_srgb

GREY = 0.2140
"""Linear base colour of what brings no texture: sRGB mid grey."""


def read_colours(image: np.ndarray, side: int) -> Tensor:
    """Scale an sRGB image (H, W, 3) uint8 to (side, side, 3) linear, on the CPU."""
    planes = linear_from_srgb(torch.tensor(image).permute(2, 0, 1)[None].float() / 255)
    if planes.shape[-2:] != (side, side):
        planes = F.interpolate(planes, size=(side, side), mode="bilinear", antialias=True, align_corners=False)
    return planes[0].permute(1, 2, 0).clamp(0, 1)
