"""Textures as a sum of coarse to fine levels: broad colour moves first, grain has no start.

All levels learn at the same rate, so the coarse ones, which all views agree on, decide, and the fine ones add detail.
The coarse levels are grids in the space around the body, not images: whatever the UV layout, neighbouring skin shares
their colour and no seam runs through them. The sum passes a sigmoid and a square: the sigmoid's output is nearly sRGB
encoded (gamma 2), so that dark and bright colours move at an even pace, and its square is linear light.
"""

from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from ...render.seam import TORCH, Stacking
from ...render.upsample import doubled
from .atlas import Atlas

GRIDS = (1, 2, 4, 8, 16)
"""Nodes along a side of each spatial grid; the first is one colour for the whole character."""

COARSEST_IMAGE = 32
"""Side of the coarsest level that is an image; finer ones double it."""

MARGIN = 0.02
"""Start textures are kept this far from 0 and 1 in the sigmoid's output, or they could not move."""

LIMITS = (MARGIN**2, (1 - MARGIN) ** 2)
"""The same in linear light."""


@dataclass(frozen=True)
class Pyramid:
    """Levels, coarse to fine.

    Attributes
    ----------
    grids
        (G, C, n, n, n) each, along z, y, x over the cube [-1, 1] around the body; shared by all textures, or by the
        texels of a group as the atlas says. There may be none.
    images
        (S, C, h, h) each, row 0 at v = 0; twice the side of the one before.
    stack
        How images are added up.
    """

    grids: list[Tensor]
    images: list[Tensor]
    stack: Stacking = TORCH.stack

    def leaves(self) -> list[Tensor]:
        """All levels."""
        return [*self.grids, *self.images]


def flat(
    count: int,
    finest: int,
    device: torch.device | str = "cpu",
    *,
    channels: int = 3,
    grids: tuple[int, ...] = GRIDS,
    groups: int = 1,
    stack: Stacking = TORCH.stack,
) -> Pyramid:
    """Make levels that change nothing, for ``count`` textures; ``finest`` is the side of the finest image."""
    sides = [side for side in (COARSEST_IMAGE << level for level in range(12)) if side <= finest]
    return Pyramid(
        [torch.zeros(groups, channels, nodes, nodes, nodes, device=device) for nodes in grids],
        [torch.zeros(count, channels, side, side, device=device) for side in sides],
        stack,
    )


def base_of(linear: Tensor) -> Tensor:
    """Textures (S, H, H, 3) in linear light as what levels are added to: (S, 3, H, H)."""
    return torch.logit(linear.clamp_min(0).sqrt().clamp(MARGIN, 1 - MARGIN)).permute(0, 3, 1, 2).contiguous()


def unclamped(painted: Tensor, start: Tensor) -> Tensor:
    """Give back what :data:`MARGIN` takes from the darkest and brightest texels: where nothing has changed, all of it.

    Parameters
    ----------
    painted
        (S, H, H, 3) from :func:`to_linear`.
    start
        (S, H, H, 3) linear light that the base was made of.

    Returns
    -------
    Tensor
        (S, H, H, 3): a change leads away from the start's own white or black, so white may become up to 4 % brighter.
    """
    lowest, highest = LIMITS
    bright = start.clamp_min(highest) / highest
    dark = (1 - start.clamp_max(lowest)) / (1 - lowest)
    return painted * bright * dark + (1 - dark)


def scaled(base: Tensor, side: int) -> Tensor:
    """Average a base (S, C, H, H) down to another side."""
    if base.shape[-1] == side:
        return base
    return F.interpolate(base, size=(side, side), mode="bilinear", antialias=True, align_corners=False)


def change(pyramid: Pyramid, atlas: Atlas) -> Tensor:
    """Add up the levels.

    Parameters
    ----------
    pyramid
        The levels.
    atlas
        Of textures of the side H that is wanted: where each texel lies.

    Returns
    -------
    Tensor
        (S, C, H, H); differentiable in the levels.
    """
    parts = [_in_space(pyramid.grids, atlas)] if pyramid.grids else []
    parts += [_to_side(pyramid.stack(pyramid.images), atlas.free.shape[-1])] if pyramid.images else []
    return sum(parts[1:], parts[0])


def to_linear(pyramid: Pyramid, base: Tensor, atlas: Atlas) -> Tensor:
    """Textures as they are with the levels' change.

    Parameters
    ----------
    pyramid
        The levels.
    base
        (S, 3, H, H) what they are added to.
    atlas
        Of textures of that size: where each texel lies, and how far it may change.

    Returns
    -------
    Tensor
        (S, H, H, 3) linear light in (0, 1), row 0 at v = 0; differentiable in the levels.
    """
    added = change(pyramid, atlas)
    if atlas.twin is not None:
        added = added.transpose(0, 1).flatten(1)[:, atlas.twin].unflatten(1, atlas.free.shape).transpose(0, 1)
    if atlas.restricted:
        added = added * atlas.free[:, None]
    linear: Tensor = _Shown.apply(base, added)
    return linear.permute(0, 2, 3, 1)


class _Shown(torch.autograd.Function):
    """The square of the sigmoid of a sum. By hand it takes half the passes over a large texture."""

    @staticmethod
    def forward(ctx: Any, base: Tensor, added: Tensor) -> Tensor:
        encoded = (base + added).sigmoid_()
        ctx.save_for_backward(encoded)
        return encoded.square()

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[None, Tensor]:
        (encoded,) = ctx.saved_tensors
        slope = encoded.square().mul_(2)
        return None, slope.addcmul_(slope, encoded, value=-1).mul_(gradient)


def _in_space(grids: list[Tensor], atlas: Atlas) -> Tensor:
    """Sum grids at the atlas' places: (S, C, H, H). Coarse grids are added into the finest before it is sampled."""
    total = _in_finest(grids, atlas)
    if atlas.groups is None:
        return _looked_up(total[0], atlas)
    each = [share[:, None] * _looked_up(group, atlas) for group, share in zip(total, atlas.groups, strict=True)]
    return torch.stack(each).sum(dim=0)


def _in_finest(grids: list[Tensor], atlas: Atlas) -> Tensor:
    """Sum grids at the nodes of the finest, which comes last: (G, C, n, n, n)."""
    *coarser, finest = grids
    if atlas.coarse is not None and atlas.coarse.nodes == tuple(grid.shape[-1] for grid in coarser):
        return finest + atlas.coarse([grid.flatten(0, 1) for grid in coarser]).view_as(finest)
    size = finest.shape[2:]
    return sum((F.interpolate(grid, size, mode="trilinear", align_corners=True) for grid in coarser), finest)


def _looked_up(grid: Tensor, atlas: Atlas) -> Tensor:
    """Look a grid (C, n, n, n) up at the atlas' places: (S, C, H, H)."""
    if atlas.lookup is None or atlas.lookup.nodes != grid.shape[-1:]:
        return _sampled(grid[None], atlas.places)
    return atlas.lookup([grid]).unflatten(1, atlas.free.shape).transpose(0, 1)


def _sampled(grid: Tensor, places: Tensor) -> Tensor:
    """Look a grid (1, C, n, n, n) up at places (S, H, H, 3): (S, C, H, H)."""
    stack = places.flatten(0, 1)[None]  # all textures as one tall slice of samples
    found = F.grid_sample(grid, stack[:, None], mode="bilinear", padding_mode="border", align_corners=True)
    return found[0, :, 0].unflatten(1, places.shape[:2]).transpose(0, 1)


def _to_side(image: Tensor, side: int) -> Tensor:
    if image.shape[-1] == side:
        return image
    if 2 * image.shape[-1] == side:
        return doubled(image)
    return F.interpolate(image, size=(side, side), mode="bilinear", align_corners=False)
