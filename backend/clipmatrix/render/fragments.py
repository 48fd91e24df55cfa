"""From what covered pixels show to pictures: light, sRGB, and what lies behind."""

from dataclasses import dataclass

import torch
from torch import Tensor

from .colour import srgb_from_linear
from .lights import Lights
from .material import Material
from .normals import unit
from .shading import colour, reflect

PLAIN = 0.5
"""Linear base colour of the plain-shaded picture."""


@dataclass(frozen=True)
class Fragments:
    """P covered pixels of N pictures, ready to be shaded: planar lists.

    Attributes
    ----------
    where
        (P,) int64 flat index into (N, H, W).
    points, eyes
        (3, P) metres: the surface, and the camera that sees it.
    normals
        (3, P) of any length, either way round.
    base
        (3, P) linear base colour.
    sunlit
        (D, P) how much of each sun arrives, in [0, 1], without gradient; None: all of it everywhere.
    """

    where: Tensor
    points: Tensor
    eyes: Tensor
    normals: Tensor
    base: Tensor
    sunlit: Tensor | None = None


def shade(fragments: Fragments, material: Material, lights: Lights, backgrounds: Tensor) -> Tensor:
    """Shade fragments with their colours and in plain grey, and put them over backgrounds.

    Parameters
    ----------
    fragments
        What is covered.
    material, lights
        How it reflects; what falls on it.
    backgrounds
        (N, H, W, 3) sRGB.

    Returns
    -------
    Tensor
        (7, N * H * W): the textured picture and the plain one, sRGB, and coverage. Differentiable in all.
    """
    light = reflect(unit(fragments.normals), fragments.points, fragments.eyes, material, lights, fragments.sunlit)
    base = fragments.base
    shaded = torch.cat([colour(light, base), colour(light, base.new_full((1, 1), PLAIN))])
    covered = torch.cat([srgb_from_linear(shaded), torch.ones_like(base[:1])])
    return behind(backgrounds).index_copy_(1, fragments.where, covered)


def behind(backgrounds: Tensor) -> Tensor:
    """Both pictures of backgrounds (N, H, W, 3) where nothing is covered, and their coverage: (7, N * H * W), new."""
    planes = backgrounds.permute(3, 0, 1, 2).reshape(3, -1)
    return torch.cat([planes, planes, torch.zeros_like(planes[:1])])
