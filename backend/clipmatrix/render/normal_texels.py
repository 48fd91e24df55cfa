"""Normal maps as they travel and as they are rendered: texels and slopes, each from the other."""

import torch
import torch.nn.functional as F
from torch import Tensor

LEAST_Z = 0.05
"""Of a normal that is read; one that leans further is taken to lean so far."""


def read_texels(image: Tensor, size: int) -> tuple[Tensor, Tensor]:
    """Read a normal map that travelled.

    Parameters
    ----------
    image
        (H, W, 3) uint8.
    size
        Side to scale it to.

    Returns
    -------
    Tensor, Tensor
        (size, size, 3) uint8; (size, size, 2) its slopes.
    """
    planes = image.permute(2, 0, 1)[None].float()
    if planes.shape[-2:] != (size, size):
        planes = F.interpolate(planes, size=(size, size), mode="bilinear", antialias=True, align_corners=False)
    texels = planes[0].permute(1, 2, 0).round().clamp(0, 255)
    normals = texels * (2 / 255) - 1
    return texels.to(torch.uint8), normals[..., :2] / normals[..., 2:].clamp_min(LEAST_Z)


def to_texels(slopes: Tensor) -> Tensor:
    """Slopes (..., 2) as a normal map (..., 3) uint8; flat is (128, 128, 255)."""
    normals = F.normalize(torch.cat([slopes, torch.ones_like(slopes[..., :1])], dim=-1), dim=-1)
    return ((normals + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)
