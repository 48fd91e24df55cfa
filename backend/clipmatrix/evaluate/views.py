"""The fixed views of an evaluation: all around, from three heights, each framing what it shows exactly."""

import math
from dataclasses import dataclass
from itertools import product

import torch
from torch import Tensor

from ..render.camera import NEAR_SHARE, Cameras, orbit, perspective

AZIMUTHS = tuple(45.0 * step for step in range(8))
ELEVATIONS = (0.0, 20.0, 40.0)

FIELD_OF_VIEW = 40.0
"""Degrees: a portrait lens at about two heights' distance."""

FILL = 0.88
"""Share of half the picture that the farthest point from its middle reaches."""


@dataclass(frozen=True)
class Views:
    """N views.

    Attributes
    ----------
    azimuths, elevations
        (N,) degrees; azimuth 0 sees a face that looks to -Y.
    """

    azimuths: Tensor
    elevations: Tensor

    def __len__(self) -> int:
        return len(self.azimuths)


def fixed_views(azimuths: tuple[float, ...] = AZIMUTHS, elevations: tuple[float, ...] = ELEVATIONS) -> Views:
    """Lay the views out, one height after the other."""
    above, around = zip(*product(elevations, azimuths), strict=True)
    return Views(torch.tensor(around), torch.tensor(above))


def framing(views: Views, vertices: Tensor) -> Cameras:
    """Aim the views at the middle of some points (P, 3), and stand as near as shows all of them."""
    azimuths, elevations = (torch.deg2rad(angle).to(vertices) for angle in (views.azimuths, views.elevations))
    middle = (vertices.amin(dim=0) + vertices.amax(dim=0)) / 2
    directions = orbit(azimuths, elevations, torch.ones_like(azimuths), vertices.new_zeros(3))[:, :3, :3]
    across, up, nearer = ((vertices - middle) @ directions).unbind(dim=2)  # camera axes: right, up, backward
    reach = FILL * math.tan(math.radians(FIELD_OF_VIEW) / 2)
    distances = (torch.maximum(across.abs(), up.abs()) / reach + nearer).amax(dim=1).clamp_min(1e-3)
    span = float((vertices - middle).norm(dim=1).max())
    placements = orbit(azimuths, elevations, distances, middle)
    far = 2 * float(distances.max()) + span
    return perspective(placements, math.radians(FIELD_OF_VIEW), near=far * NEAR_SHARE, far=far)
