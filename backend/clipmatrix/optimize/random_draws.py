"""What a step draws at random, all of it before it looks: the device may still be busy with the step before."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Generator

from ..guidance.augment import Crops, draw_crops
from ..guidance.backgrounds import Factors, draw_backgrounds
from ..guidance.prompts import PictureKind
from .sampling import Views, draw_views
from .scene import Guide, Scene

SUN_SWING = 1.0
"""How far the suns swing around the vertical, all alike, from step to step, radians: shadows must not be painted on."""

CROPS = 4
"""Crops of a picture that a tower of up to :data:`CROPS_SIZE` pixels sees on average; larger towers see fewer."""

CROPS_SIZE = 112
"""Side of the pictures a tower looks at, pixels, up to which it sees so many crops."""

Shown = Mapping[PictureKind, Crops]
"""By kind of picture, through which crops a tower sees it; a kind that is missing is seen whole."""


@dataclass(frozen=True)
class Drawn:
    """The chances of a step, on the CPU.

    Attributes
    ----------
    views
        N poses and cameras.
    behind
        The backgrounds of N pictures.
    swing
        How far the suns have turned about the vertical, radians.
    crops
        For each tower, through which crops it sees the views.
    """

    views: Views
    behind: Factors
    swing: float
    crops: tuple[Shown, ...]


def draw(scene: Scene, generator: Generator) -> Drawn:
    """Draw the chances of a step; ``generator`` is on the CPU, so that a seed means the same on every device."""
    settings = scene.brief.settings
    views = draw_views(scene.stage, settings.views, generator)
    behind = draw_backgrounds(settings.views, scene.view_size, generator)
    swing = SUN_SWING * float(2 * torch.rand((), generator=generator) - 1)
    return Drawn(views, behind, swing, tuple(draw_shown(guide, scene, generator) for guide in scene.guides))


def draw_shown(guide: Guide, scene: Scene, generator: Generator) -> Shown:
    """Draw the crops through which a tower sees the views of a step; ``generator`` as in :func:`draw`."""
    settings = scene.brief.settings
    each = copies(guide.tower.image_size, guide.targets.counts) if settings.crops else {}
    return {kind: draw_crops(settings.views, count, scene.view_size, generator) for kind, count in each.items()}


def copies(tower_size: int, counts: Mapping[PictureKind, float]) -> dict[PictureKind, int]:
    """Choose how many crops of a picture of each kind a tower sees.

    There are so many in all that every tower costs about the same. A kind that counts more gets more of them: one that
    counts little adds little noise, however few pictures it is judged by.

    Parameters
    ----------
    tower_size
        Side of the pictures that the tower sees, pixels.
    counts
        How much each kind counts in the prompts, relative to the others; above 0.

    Returns
    -------
    dict
        For each kind at least 1.
    """
    average = max(1, min(CROPS, round(CROPS * (CROPS_SIZE / tower_size) ** 2)))
    spare, whole = len(counts) * (average - 1), sum(counts.values())
    return {kind: 1 + round(spare * count / whole) for kind, count in counts.items()}
