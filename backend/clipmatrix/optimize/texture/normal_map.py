"""The normal map the optimiser moves: slopes as a sum of coarse to fine images, bounded, flat where none is brought.

Like textures, but for three things. The levels are images only: a slope is told in the directions of u and v, which
turn from one UV island to the next, so a grid in space could not say the same on both sides of a seam. For the same
reason changes fade out towards the seams, and slopes are bounded, or a crease would run along each. And the sum passes
a squash that keeps its direction, p / sqrt(1 + p^2), rather than one for each channel.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from ...render.seam import Stacking
from . import texture_pyramid
from .atlas import Atlas
from .mirror import Mirror
from .texture_pyramid import Pyramid

STEEPEST = 1.0
"""Slopes stay below this: normals lean by at most 45 degrees. Beyond, light would have to fall through the mesh."""

MARGIN = 0.02
"""Slopes to start from are kept this share below the steepest, or they could not move; steeper ones are stretched."""


@dataclass(frozen=True)
class Ground:
    """What levels are added to, at one size.

    Attributes
    ----------
    layout
        The atlas.
    base
        (S, 2, h, h) slopes before the squash.
    gain
        (S, h, h, 1) what slopes are multiplied by after it: 1, or more where the start is steeper than they can be.
    free
        (S, h, h) in [0, 1], how much of a change arrives.
    mirror
        How changes are made equal left and right; None where they are not.
    """

    layout: Atlas
    base: Tensor
    gain: Tensor
    free: Tensor
    mirror: Mirror | None = None


@dataclass(frozen=True)
class NormalMap:
    """Levels and what they are added to.

    Attributes
    ----------
    start
        (S, H, H, 2) slopes the job starts from.
    full, seen
        How they change, at the map's size and at the size that views can resolve.
    pyramid
        Leaves: images (S, 2, h, h), no grids.
    """

    start: Tensor
    full: Ground
    seen: Ground
    pyramid: Pyramid

    def slopes(self) -> Tensor:
        """(S, h, h, 2) as fine as views can resolve, row 0 at v = 0; differentiable in the levels."""
        return self._leaning(self.seen)

    def full_slopes(self) -> Tensor:
        """(S, H, H, 2) the same at the map's own size; what is locked is what it was."""
        return torch.where(self.full.free[..., None] > 0, self._leaning(self.full), self.start)

    def _leaning(self, ground: Ground) -> Tensor:
        change = texture_pyramid.change(self.pyramid, ground.layout)
        if ground.mirror is not None:
            change = ground.mirror.applied(change)
        return _squashed(ground.base + change * ground.free[:, None]) * ground.gain


def begin(start: Tensor, full: Ground, seen: Ground, stack: Stacking) -> NormalMap:
    """A map that is as slopes (S, H, H, 2) say, on the grounds of its own size and of that which views can resolve."""
    side = seen.free.shape[-1]
    return NormalMap(
        start, full, seen, texture_pyramid.flat(len(start), side, start.device, channels=2, grids=(), stack=stack)
    )


def ground(start: Tensor, layout: Atlas, weight: Tensor, mirror: Mirror | None = None) -> Ground:
    """Prepare what a map is at the size of an atlas.

    Parameters
    ----------
    start
        (S, H, H, 2) slopes, averaged to that size.
    weight
        (S, h, h) in [0, 1], how much of a change arrives, beside what the atlas says.
    mirror
        How changes are made equal left and right.
    """
    slopes = texture_pyramid.scaled(start.permute(0, 3, 1, 2), layout.free.shape[-1])
    steepness = slopes.norm(dim=1).unsqueeze(-1) / (STEEPEST * (1 - MARGIN))
    if mirror is not None:
        weight = mirror.shared(weight)
    return Ground(layout, _stretched(slopes), steepness.clamp_min(1), layout.free * weight, mirror)


def _squashed(changed: Tensor) -> Tensor:
    """(S, 2, H, H) of any length to slopes (S, H, H, 2)."""
    planes = changed * (STEEPEST * (1 + changed.square().sum(dim=1, keepdim=True)).rsqrt())
    return planes.permute(0, 2, 3, 1)


def _stretched(slopes: Tensor) -> Tensor:
    """Slopes (S, 2, H, H) before the squash; those that are too steep as steep as may be."""
    planes = slopes / STEEPEST
    planes = planes * ((1 - MARGIN) / planes.norm(dim=1, keepdim=True).clamp_min(1e-9)).clamp_max(1)
    return (planes * (1 - planes.square().sum(dim=1, keepdim=True)).rsqrt()).contiguous()
