"""What CLIP looks at instead of the bare picture: random crops seen in slightly tilted perspective.

A picture that pleases CLIP only pixel by pixel does not survive a crop and a tilt; the character's look does
(CLIPDraw, Frans et al. 2021, section 3).
"""

from dataclasses import dataclass

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
    """Crops drawn for N pictures.

    Attributes
    ----------
    grid
        (N * copies, size, size, 2) picture coordinates in [-1, 1].
    copies
        Crops per picture.
    """

    grid: Tensor
    copies: int


def draw_crops(count: int, copies: int, size: int, generator: Generator) -> Crops:
    """Draw crops of ``size`` x ``size`` pixels, ``copies`` for each of ``count`` pictures.

    The generator is on the CPU, so that a seed means the same on every device.
    """
    return Crops(_grid(_corners(count * copies, generator), size), copies)


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
    count, size = len(images), crops.grid.shape[1]
    below = crops.grid.view(count, -1, size, 2)  # those of a picture one below the other
    outside = "border"
    if images.device.type == "mps":  # where torch has no borders to repeat before 2.13
        below, outside = _inside(below, images.shape[-2:]), "zeros"
    below = sent(below, images.device)
    seen = F.grid_sample(images, below, mode="bilinear", padding_mode=outside, align_corners=False)
    return seen.unflatten(2, (crops.copies, size)).transpose(1, 2).flatten(0, 1)


def _inside(grid: Tensor, size: tuple[int, ...]) -> Tensor:
    """Bring what looks beyond a picture's outermost pixels, height and width ``size``, back to their centres."""
    height, width = size
    edge = 1 - 1 / torch.tensor([width, height], dtype=grid.dtype)
    return grid.clamp(-edge, edge)


def _corners(count: int, generator: Generator) -> Tensor:
    """Draw the corners of crops in picture coordinates [-1, 1]: (count, 4, 2), (x, y) counter-clockwise."""
    side = SMALLEST_CROP + (1 - SMALLEST_CROP) * torch.rand(count, 1, 1, generator=generator)
    centre = (1 - side) * (2 * torch.rand(count, 1, 2, generator=generator) - 1)
    tilt = TILT * (2 * torch.rand(count, 4, 2, generator=generator) - 1)
    square = torch.tensor([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
    return centre + side * (square + tilt)


def _grid(corners: Tensor, size: int) -> Tensor:
    """Lay a picture of size x size pixels over each quadrilateral: (count, size, size, 2).

    The homography of the unit square to four points (Heckbert 1989, section 2.2.3).
    """
    a, b, c, d = corners.unbind(dim=1)
    total, ab, cd = a - b + c - d, b - c, d - c
    determinant = ab[:, 0] * cd[:, 1] - ab[:, 1] * cd[:, 0]
    g = (total[:, 0] * cd[:, 1] - total[:, 1] * cd[:, 0]) / determinant
    h = (ab[:, 0] * total[:, 1] - ab[:, 1] * total[:, 0]) / determinant
    steps = (torch.arange(size) + 0.5) / size
    v, u = (axis[None, ..., None] for axis in torch.meshgrid(steps, steps, indexing="ij"))
    g, h = g[:, None, None, None], h[:, None, None, None]
    a, b, d = (corner[:, None, None, :] for corner in (a, b, d))
    return ((b - a + g * b) * u + (d - a + h * d) * v + a) / (g * u + h * v + 1)
