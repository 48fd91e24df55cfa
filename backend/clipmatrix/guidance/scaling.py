"""Pictures made as small as a tower wants them, with an antialiasing bicubic filter.

The filter works along columns and rows by itself, so it is a matrix for each. torch's own way back through it takes
several times as long as its way there on a CPU, and on CUDA adds up in any order; two products do neither.
"""

from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor


def scaled(images: Tensor, side: int) -> Tensor:
    """Scale images (N, C, H, W) to (N, C, side, side); differentiable. Borders are repeated."""
    height, width = images.shape[-2:]
    if (height, width) == (side, side):
        return images
    if not images.requires_grad:  # an artist's photograph, for instance, of any size
        return _filtered(images, side, side)
    rows, columns = (_matrix(before, side, images.dtype, images.device) for before in (height, width))
    return F.linear(rows @ images, columns)


@lru_cache(maxsize=16)
def _matrix(before: int, after: int, dtype: torch.dtype, device: torch.device) -> Tensor:
    """The filter along a line of pixels: (after, before); every step asks for the same few."""
    lines = torch.eye(before, dtype=dtype, device=device)[None, :, None]
    return _filtered(lines, 1, after)[0, :, 0].t()


def _filtered(images: Tensor, height: int, width: int) -> Tensor:
    return F.interpolate(images, (height, width), mode="bicubic", antialias=True, align_corners=False)
