"""Pictures of an exhibit: one state, one pose, all views, under one light for everybody."""

from dataclasses import dataclass

import clipmatrix_protocol as protocol
import numpy as np
import torch
from torch import Tensor

from ..render.camera import Cameras
from ..render.lights import Lights, sky
from ..render.render import render
from .exhibit import Exhibit

GROUND = 0.5
"""sRGB grey behind the character, for the judge; the page's pictures have none."""

AT_ONCE = 8
"""Views that are rendered together."""


@dataclass(frozen=True, eq=False)
class Shown:
    """N pictures of a pose.

    Attributes
    ----------
    textured, plain
        (N, 3, H, H) sRGB in [0, 1] before grey ground, row 0 at the top.
    coverage
        (N, 1, H, H) in [0, 1].
    """

    textured: Tensor
    plain: Tensor
    coverage: Tensor


@torch.no_grad()
def pictured(exhibit: Exhibit, state: int, posed: Tensor, cameras: Cameras, side: int) -> Shown:
    """Render a state of an exhibit, posed as (P, 3), from all cameras; pictures are ``side`` pixels wide and high."""
    looks, lights = exhibit.looks[state], standard_light(posed.device)
    parts = []
    for start in range(0, len(cameras), AT_ONCE):
        some = Cameras(cameras.world_to_clip[start : start + AT_ONCE], cameras.positions[start : start + AT_ONCE])
        ground = torch.full((len(some), side, side, 3), GROUND, device=posed.device)
        vertices = posed.expand(len(some), -1, -1)
        images = render(
            vertices, exhibit.mesh, some, looks.textures, looks.material, lights, ground, relief=looks.relief
        )
        parts.append([image.permute(0, 3, 1, 2) for image in (images.textured, images.plain, images.coverage)])
    return Shown(*(torch.cat(part) for part in zip(*parts, strict=True)))


def standard_light(device: torch.device) -> Lights:
    """The light that every job starts from: results that were grown under different lights are judged under one."""
    look = protocol.Look()
    directions = torch.tensor([sun.direction for sun in look.suns], device=device)
    colours = torch.tensor([sun.colour for sun in look.suns], device=device)
    return sky(torch.tensor(look.ambient, device=device), torch.nn.functional.normalize(directions, dim=-1), colours)


def cut_out(picture: Tensor, coverage: Tensor) -> np.ndarray:
    """Take the grey ground away: (H, W, 4) uint8 sRGB with straight alpha, from (3, H, W) and (1, H, W)."""
    colour = (picture - (1 - coverage) * GROUND) / coverage.clamp_min(1e-3)
    pixels = torch.cat([torch.where(coverage > 0, colour, 0.0), coverage]).clamp(0, 1)
    return (pixels * 255).round().to(torch.uint8).permute(1, 2, 0).cpu().numpy()
