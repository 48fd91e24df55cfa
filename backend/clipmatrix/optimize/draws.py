"""What a step draws at random, all of it before it looks: the device may still be busy with the step before."""

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from ..guidance.augment import Crops, draw_crops
from ..guidance.backgrounds import backgrounds
from .sampling import Views, draw_views
from .scene import Scene

SUN_SWING = 1.0
"""How far the suns swing around the vertical, all alike, from step to step, radians: shadows must not be painted on."""

CROPS = 4
"""Crops of each picture that a tower of up to :data:`CROPS_SIZE` pixels sees; larger towers see fewer."""

CROPS_SIZE = 112


@dataclass(frozen=True)
class Drawn:
    """The chances of a step, on the CPU.

    Attributes
    ----------
    views
        N poses and cameras.
    behind
        (N, H, H, 3) sRGB, the backgrounds.
    swing
        How far the suns have turned about the vertical, radians.
    crops
        What each tower is shown of the views; None for the whole.
    """

    views: Views
    behind: Tensor
    swing: float
    crops: tuple[Crops | None, ...]


def draw(scene: Scene, generator: Generator) -> Drawn:
    """Draw the chances of a step; ``generator`` is on the CPU, so that a seed means the same on every device."""
    settings = scene.brief.settings
    views = draw_views(scene.stage, settings.views, generator)
    behind = backgrounds(settings.views, scene.view_size, generator)
    swing = SUN_SWING * float(2 * torch.rand((), generator=generator) - 1)
    sizes = [guide.tower.image_size for guide in scene.guides]
    crops = [
        draw_crops(settings.views, copies(size), scene.view_size, generator) if settings.crops else None
        for size in sizes
    ]
    return Drawn(views, behind, swing, tuple(crops))


def copies(tower_size: int) -> int:
    """Choose how many crops of a picture a tower sees: as many as cost about the same on any tower."""
    return max(1, min(CROPS, round(CROPS * (CROPS_SIZE / tower_size) ** 2)))
