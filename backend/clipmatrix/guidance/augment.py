"""What CLIP looks at instead of the bare picture: random crops seen in slightly tilted perspective.

A picture that pleases CLIP only pixel by pixel does not survive a crop and a tilt; the character's look does
(CLIPDraw, Frans et al. 2021, section 3).
"""

from dataclasses import dataclass
from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from ..sending import sent

SMALLEST_CROP = 0.7
"""Side of the smallest crop, as a share of the picture."""

TILT = 0.12
"""How far a crop's corners move, at most, as a share of the crop's side."""


@dataclass(frozen=True)
class Crops:
    """Crops drawn for N pictures; what is drawn is small, and laid out where the pictures are.

    Attributes
    ----------
    homographies
        (N * copies, 3, 3) on the CPU, from the unit square (u to the right, v down) to picture coordinates in [-1, 1].
    copies
        Crops per picture.
    size
        Side of a crop in pixels.
    """

    homographies: Tensor
    copies: int
    size: int


def draw_crops(count: int, copies: int, size: int, generator: Generator) -> Crops:
    """Draw crops of ``size`` x ``size`` pixels, ``copies`` for each of ``count`` pictures.

    The generator is on the CPU, so that a seed means the same on every device.
    """
    return Crops(_homographies(_corners(count * copies, generator)), copies, size)


def cropped(images: Tensor, crops: Crops) -> Tensor:
    """Look at pictures through crops.

    Parameters
    ----------
    images
        (N, 3, H, W) in [0, 1].
    crops
        For N pictures.

    Returns
    -------
    Tensor
        (N * copies, 3, size, size), the copies of a picture one after the other; differentiable. What lies outside of
        the picture repeats its border.
    """
    size, outside = crops.size, "border"
    below = places(crops, images.device).view(len(images), -1, size, 2)  # those of a picture one below the other
    if images.device.type == "mps":  # where torch has no borders to repeat before 2.13
        below, outside = _inside(below, images.shape[-2:]), "zeros"
    seen = F.grid_sample(images, below, mode="bilinear", padding_mode=outside, align_corners=False)
    return seen.unflatten(2, (crops.copies, size)).transpose(1, 2).flatten(0, 1)


def places(crops: Crops, device: torch.device) -> Tensor:
    """Where pixels of crops look at: (N * copies, size * size, 2) picture coordinates, beyond [-1, 1] outside of it."""
    mapped = _pixels(crops.size, device) @ sent(crops.homographies, device).transpose(1, 2)
    return mapped[..., :2] / mapped[..., 2:]


@lru_cache(maxsize=16)
def _pixels(size: int, device: torch.device) -> Tensor:
    """Pixel centres in the unit square, row by row: (size * size, 3) of u, v and 1; each step asks for the same few."""
    steps = (torch.arange(size) + 0.5) / size
    v, u = torch.meshgrid(steps, steps, indexing="ij")
    return torch.stack([u, v, torch.ones_like(u)], dim=-1).view(-1, 3).to(device)


def _inside(grid: Tensor, size: tuple[int, ...]) -> Tensor:
    """Bring what looks beyond a picture's outermost pixels, height and width ``size``, back to their centres."""
    height, width = size
    edge = sent(1 - 1 / torch.tensor([width, height], dtype=grid.dtype), grid.device)
    return grid.clamp(-edge, edge)


def _corners(count: int, generator: Generator) -> Tensor:
    """Draw the corners of crops in picture coordinates [-1, 1]: (count, 4, 2), (x, y) counter-clockwise."""
    side = SMALLEST_CROP + (1 - SMALLEST_CROP) * torch.rand(count, 1, 1, generator=generator)
    centre = (1 - side) * (2 * torch.rand(count, 1, 2, generator=generator) - 1)
    tilt = TILT * (2 * torch.rand(count, 4, 2, generator=generator) - 1)
    square = torch.tensor([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
    return centre + side * (square + tilt)


def _homographies(corners: Tensor) -> Tensor:
    """From the unit square to quadrilaterals (count, 4, 2): (count, 3, 3) (Heckbert 1989, section 2.2.3)."""
    a, b, c, d = corners.unbind(dim=1)
    total, ab, cd = a - b + c - d, b - c, d - c
    determinant = ab[:, :1] * cd[:, 1:] - ab[:, 1:] * cd[:, :1]
    g = (total[:, :1] * cd[:, 1:] - total[:, 1:] * cd[:, :1]) / determinant
    h = (ab[:, :1] * total[:, 1:] - ab[:, 1:] * total[:, :1]) / determinant
    upper = torch.stack([b - a + g * b, d - a + h * d, a], dim=2)
    return torch.cat([upper, torch.stack([g, h, torch.ones_like(g)], dim=2)], dim=1)
