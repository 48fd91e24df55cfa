"""Textures as a sum of coarse to fine images: broad colour moves first, grain has no start.

Every level learns at the same rate, so the coarse ones, which all views agree on, decide, and the fine ones add detail.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

LEVELS = 6
"""Levels of the pyramid; 6 at an equal rate gave the cleanest pictures of all settings tried."""

DARKEST = 0.02
"""Start images are kept this far from 0 and 1, where the sigmoid would not let them move."""


def grey(count: int, size: int, device: torch.device | str = "cpu") -> list[Tensor]:
    """Start from mid grey.

    Returns
    -------
    list of Tensor
        Levels from coarse to fine, (S, 3, h, h) each with h = size / 2^(LEVELS - 1) .. size (at least 4); zeros.
    """
    sides = [max(4, size >> (LEVELS - 1 - level)) for level in range(LEVELS)]
    return [torch.zeros(count, 3, side, side, device=device) for side in sorted(set(sides))]


def from_images(images: Tensor) -> list[Tensor]:
    """Start from images: the inverse of :func:`to_images` up to :data:`DARKEST`.

    Parameters
    ----------
    images
        (S, H, H, 3) sRGB encoded in [0, 1].

    Returns
    -------
    list of Tensor
        Levels as of :func:`grey`; the finest holds the image, the others zeros.
    """
    levels = grey(len(images), images.shape[1], images.device)
    levels[-1] = torch.logit(images.permute(0, 3, 1, 2).clamp(DARKEST, 1 - DARKEST)).contiguous()
    return levels


def to_images(levels: list[Tensor]) -> Tensor:
    """Sum the levels: (S, H, H, 3) sRGB encoded in (0, 1), row 0 at v = 0; differentiable."""
    total = levels[0]
    for level in levels[1:]:
        total = level + F.interpolate(total, size=level.shape[-2:], mode="bilinear", align_corners=False)
    return torch.sigmoid(total).permute(0, 2, 3, 1)
