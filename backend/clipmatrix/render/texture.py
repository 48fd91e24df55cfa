"""Mipped texture lookup: what a pixel sees of a texture, averaged over its footprint."""

from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

import torch
from torch import Tensor

from ..sending import sent

SMALLEST = 4
"""Side of the coarsest level."""

Sizes = tuple[tuple[int, int], ...]

TAPS = ((0, 0), (0, 1), (1, 0), (1, 1))
"""Row and column steps of a bilinear lookup."""


@dataclass(frozen=True)
class Mips:
    """A stack of textures and its averages, each level half the side of the one before.

    Attributes
    ----------
    texels
        (C, R), all levels one after the other, each (S, h, w) flattened; no gradient.
    slots
        S, how many textures there are.
    sizes
        Height and width of each level.
    """

    texels: Tensor
    slots: int
    sizes: Sizes

    def levels(self) -> list[Tensor]:
        """Views of the levels, (C, S, h, w) each."""
        return _levels(self.texels, self.slots, self.sizes)


def level_sizes(height: int, width: int) -> Sizes:
    """Height and width of each level, from the finest on."""
    sizes = [(height, width)]
    while min(sizes[-1]) > SMALLEST and all(side % 2 == 0 for side in sizes[-1]):
        sizes.append((sizes[-1][0] // 2, sizes[-1][1] // 2))
    return tuple(sizes)


def build_mips(textures: Tensor) -> Mips:
    """Average textures (S, H, W, C) down by halves, as long as both sides are even."""
    slots, height, width, channels = textures.shape
    sizes = level_sizes(height, width)
    texels = textures.new_empty(channels, slots * sum(h * w for h, w in sizes))
    levels = _levels(texels, slots, sizes)
    levels[0].copy_(textures.detach().permute(3, 0, 1, 2))
    for fine, coarse in pairwise(levels):
        rows = fine[:, :, 0::2] + fine[:, :, 1::2]
        torch.add(rows[..., 0::2], rows[..., 1::2], out=coarse).mul_(0.25)
    return Mips(texels, slots, sizes)


def level_of_detail(spread: Tensor, texels: int) -> Tensor:
    """Choose the mip level whose texels are as large as pixels.

    Parameters
    ----------
    spread
        (P,) area of the UVs that a pixel sees, in textures.
    texels
        Of a texture.

    Returns
    -------
    Tensor
        (P,) real level, unclamped.
    """
    return 0.5 * torch.log2((spread * texels).clamp_min(1e-12))


def sample(textures: Tensor, uv: Tensor, slot: Tensor, level: Tensor) -> Tensor:
    """Look up P points, bilinearly within the two nearest levels.

    Parameters
    ----------
    textures
        (S, H, W, C), row 0 at v = 0.
    uv
        (2, P), v up. Lookups stay within their slot: beyond its border the border's texels go on.
    slot
        (P,) int64.
    level
        (P,) real level; clamped to those there are.

    Returns
    -------
    Tensor
        (C, P); differentiable with respect to the textures and ``uv``, not to ``level``.
    """
    mips = build_mips(textures)
    last = len(mips.sizes) - 1
    level = level.detach().clamp(0, last)
    finer = level.floor().long().clamp(max=max(last - 1, 0))
    share = level - finer
    both = torch.stack([finer, (finer + 1).clamp(max=last)])
    sizes = sent(torch.tensor(mips.sizes), uv.device)
    starts = sent(torch.tensor([0, *accumulate(mips.slots * h * w for h, w in mips.sizes)]), uv.device)
    height, width = sizes[:, 0][both], sizes[:, 1][both]
    column, right = _nearest_two(uv[0], width)
    row, top = _nearest_two(uv[1], height)
    corner = starts[both] + slot * height * width
    index = torch.stack([
        corner + torch.minimum(row + up, height - 1) * width + torch.minimum(column + along, width - 1)
        for up, along in TAPS
    ])  # fmt: skip
    blend = torch.stack([1 - share, share])
    lower, upper = (1 - top) * blend, top * blend
    weights = torch.stack([lower * (1 - right), lower * right, upper * (1 - right), upper * right])
    colours: Tensor = _Lookup.apply(textures, mips, index.flatten(0, 1), weights.flatten(0, 1))
    return colours


def _nearest_two(coordinate: Tensor, count: Tensor) -> tuple[Tensor, Tensor]:
    """Index of the texel before a coordinate in [0, 1], and how far (in texels) the coordinate is beyond its centre."""
    place = torch.minimum((coordinate * count - 0.5).clamp_min(0), (count - 1).to(coordinate.dtype))
    before = place.detach().floor()
    return before.long(), place - before


def _levels(texels: Tensor, slots: int, sizes: Sizes) -> list[Tensor]:
    parts = texels.split([slots * height * width for height, width in sizes], dim=1)
    return [part.unflatten(1, (slots, *size)) for part, size in zip(parts, sizes, strict=True)]


class _Lookup(torch.autograd.Function):
    """Weighted sums of texels: index (K, P), weights (K, P) -> (C, P); the averages' gradient folds into level 0."""

    @staticmethod
    def forward(ctx: Any, textures: Tensor, mips: Mips, index: Tensor, weights: Tensor) -> Tensor:
        taps = mips.texels.index_select(1, index.flatten()).unflatten(1, index.shape)
        ctx.save_for_backward(taps, index, weights)
        ctx.size, ctx.slots, ctx.sizes = mips.texels.shape[1], mips.slots, mips.sizes
        return (taps * weights).sum(1)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, None, None, Tensor | None]:
        taps, index, weights = ctx.saved_tensors
        to_textures, to_weights = None, None
        if ctx.needs_input_grad[0]:
            spread = (gradient[:, None] * weights).flatten(1)
            to_texels = spread.new_zeros(len(gradient), ctx.size).index_add_(1, index.flatten(), spread)
            levels = _levels(to_texels, ctx.slots, ctx.sizes)
            for coarse, fine in pairwise(reversed(levels)):
                _fold(coarse, fine)
            to_textures = levels[0].permute(1, 2, 3, 0)
        if ctx.needs_input_grad[3]:
            to_weights = (gradient[:, None] * taps).sum(0)
        return to_textures, None, None, to_weights


def _fold(coarse: Tensor, fine: Tensor) -> None:
    """Add the gradient of averages (C, S, h, w) to what they are averages of, (C, S, 2h, 2w), in place."""
    rows = coarse.new_empty(*coarse.shape[:-1], fine.shape[-1])
    torch.mul(coarse, 0.25, out=rows[..., 0::2])
    rows[..., 1::2] = rows[..., 0::2]
    fine[:, :, 0::2] += rows
    fine[:, :, 1::2] += rows
