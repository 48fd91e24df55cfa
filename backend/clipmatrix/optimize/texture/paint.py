"""The paint the optimiser moves: base colour as a pyramid of levels on the textures that the job starts from."""

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from ...render.colour_texels import GREY
from ...render.seam import Stacking
from . import texture_pyramid
from .atlas import Atlas
from .dilate import dilate
from .texture_pyramid import Pyramid


@dataclass(frozen=True)
class Canvas:
    """What levels are added to, at one size.

    Attributes
    ----------
    layout
        The atlas.
    base
        (S, 3, h, h) colours before the sigmoid.
    """

    layout: Atlas
    base: Tensor


@dataclass(frozen=True)
class Paint:
    """Levels and what they are added to.

    Attributes
    ----------
    start
        (S, H, H, 3) linear base colour the job starts from; where it is locked, that which the character brings.
    full, seen
        At the textures' size and at the size that views can resolve.
    shares
        (S, h, h) how much of the body's surface each texel paints that views can resolve; sums to 1.
    reach
        (B, S, h, h) how far each brush paints each texel that views can resolve; None without brushes.
    pyramid
        Leaves: the levels.
    """

    start: Tensor
    full: Canvas
    seen: Canvas
    shares: Tensor
    reach: Tensor | None
    pyramid: Pyramid

    def textures(self) -> Tensor:
        """(S, h, h, 3) linear base colour in (0, 1), row 0 at v = 0; as fine as views can resolve."""
        return texture_pyramid.to_linear(self.pyramid, self.seen.base, self.seen.layout)

    def full_textures(self) -> Tensor:
        """(S, H, H, 3) the same at the textures' own size; what is locked is what it was."""
        layout = self.full.layout
        painted = texture_pyramid.to_linear(self.pyramid, self.full.base, layout)
        if self.extreme:
            painted = texture_pyramid.unclamped(painted, self.start)
        return torch.where(layout.free[..., None] > 0, painted, self.start) if layout.restricted else painted

    @cached_property
    def extreme(self) -> bool:
        """Whether the start has texels darker or brighter than the levels can reach."""
        low, high = texture_pyramid.LIMITS
        return bool(((self.start < low) | (self.start > high)).any())

    def colour_gain(self) -> float:
        """How much less the start answers to a change of the levels than mid grey does; at least 1."""
        grey, end = GREY**0.5, texture_pyramid.MARGIN
        shown = torch.sigmoid(self.seen.base)
        swing = float(((shown * (1 - shown)).mean(dim=1) * self.shares).sum())
        return max(1.0, round(grey * (1 - grey) / max(swing, end * (1 - end)), 3))


def begin(start: Tensor, full: Atlas, seen: Atlas, shares: Tensor, reach: Tensor | None, stack: Stacking) -> Paint:
    """Paint that is as textures (S, H, H, 3) say, on atlases of their own size and of that which views can resolve."""
    side = seen.free.shape[-1]
    # dilated first: what lies between the islands of an artist's image must not run into them
    base_seen = texture_pyramid.scaled(texture_pyramid.base_of(dilate(start, full)), side)
    groups = 1 if full.groups is None else len(full.groups)
    return Paint(
        start=start,
        full=Canvas(full, texture_pyramid.base_of(start)),
        seen=Canvas(seen, base_seen),
        shares=shares,
        reach=reach,
        pyramid=texture_pyramid.flat(len(start), side, start.device, groups=groups, stack=stack),
    )
