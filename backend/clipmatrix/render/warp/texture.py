"""Texture lookup as fused kernels: what :func:`..texture.sample` finds.

Where that works on lists of all taps, a thread here looks one pixel up, and passes its gradient on to the texels by
atomic additions. Level 0 stays where it is; only its averages are made anew.
"""

from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

from .. import texture
from ..texture import level_sizes
from .launch import array, launch
from .levels import AVERAGE, BEGIN, FOLD, MANY, SEEN_AS
from .taps import SCATTER, gather

STEPS = 2.0**36
"""To the largest part of a gradient, where it is added up in whole steps: 2**27 such parts fit into one sum."""

FAINTEST = 1e-27
"""A gradient of which no part is larger has as many steps as one of this size: more would not be a float32."""


def sample(textures: Tensor, uv: Tensor, slot: Tensor, level: Tensor) -> Tensor:
    """Look up P points; as :func:`..texture.sample`, which it leaves other numbers than float32 to.

    Repeats are bit-identical: on a CPU gradients are added up one after the other; on CUDA, where they come in any
    order, in whole steps.
    """
    if {textures.dtype, uv.dtype, level.dtype} != {torch.float32}:
        return texture.sample(textures, uv, slot, level)
    colours: Tensor = _Lookup.apply(textures, uv, slot, level.detach())
    return colours


class _Lookup(torch.autograd.Function):
    """Gradients of all levels fold into level 0."""

    @staticmethod
    def forward(ctx: Any, textures: Tensor, uv: Tensor, slot: Tensor, level: Tensor) -> Tensor:
        planes = textures.permute(0, 3, 1, 2).contiguous()
        colours, slopes = uv.new_empty(planes.shape[1], len(level)), uv.new_empty(2, planes.shape[1], len(level))
        texels = planes.flatten(2), _averaged(planes)
        _launch_pixels(gather, planes.shape, *texels, uv, slot, level, colours, slopes)
        ctx.save_for_backward(uv, slot, level, slopes)
        ctx.shape = planes.shape
        return colours

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, Tensor | None, None, None]:
        uv, slot, level, slopes = ctx.saved_tensors
        to_textures, to_uv = None, None
        if ctx.needs_input_grad[0]:
            planes = to_texels(ctx.shape, uv, slot, level, gradient, in_steps=gradient.is_cuda)
            to_textures = planes.permute(0, 2, 3, 1)
        if ctx.needs_input_grad[1]:
            to_uv = (slopes * gradient).sum(1)
        return to_textures, to_uv, None, None


def to_texels(shape: torch.Size, *seen: Tensor, in_steps: bool) -> Tensor:
    """Gradient of planes (S, C, H, W) that were ``seen``: at which places, slots, levels, and the colours' gradient.

    The finest level, which is most of the memory, is passed over once: to be set to what comes from the coarser ones.
    """
    gradient = seen[-1]
    planes = gradient.new_empty(shape)
    averages = _averages(planes).zero_()
    steps = STEPS / gradient.abs().amax().clamp_min(FAINTEST) if in_steps and gradient.numel() else None
    _scatter(shape, averages, *seen, finest=False, steps=steps)
    finest, *coarser = _levels(planes, averages)
    for coarse, fine in pairwise(reversed(coarser)):
        _launch_rows(FOLD, fine, coarse)
    if coarser:
        _launch_rows(BEGIN, finest, coarser[0])
    else:
        planes.zero_()
    _scatter(shape, planes.flatten(2), *seen, finest=True, steps=steps)
    return planes


def _scatter(shape: torch.Size, to: Tensor, *seen: Tensor, finest: bool, steps: Tensor | None) -> None:
    """Add what P pixels pass on to texels (S, C, R), in place: those of the finest level, or of all others.

    With ``steps``, in whole steps, so many to 1.
    """
    if steps is None:
        _launch_pixels(SCATTER[to.dtype], shape, finest, to, to.new_ones(1), *seen, in_order=True)
        return
    sums = torch.zeros_like(to, dtype=torch.int64)
    _launch_pixels(SCATTER[sums.dtype], shape, finest, sums, steps.view(1), *seen, in_order=True)
    to += sums / steps


def _averaged(planes: Tensor) -> Tensor:
    """Average planes (S, C, H, W) down by halves, as :func:`_averages` lays them out."""
    averages = _averages(planes)
    for fine, coarse in pairwise(_levels(planes, averages)):
        _launch_rows(AVERAGE, fine, coarse)
    return averages


def _averages(planes: Tensor) -> Tensor:
    """Room for the averages of planes (S, C, H, W): (S, C, R), all levels but the first, one after the other."""
    sizes = level_sizes(*planes.shape[2:])[1:]
    return planes.new_empty(*planes.shape[:2], sum(height * width for height, width in sizes))


def _levels(planes: Tensor, averages: Tensor) -> list[Tensor]:
    """Views of the levels, (S * C, h, w) each."""
    sizes = level_sizes(*planes.shape[2:])[1:]
    parts = averages.split([height * width for height, width in sizes], dim=2)
    coarser = [part.unflatten(2, size).flatten(0, 1) for part, size in zip(parts, sizes, strict=True)]
    return [planes.flatten(0, 1), *coarser]


def _launch_pixels(kernel: Any, shape: torch.Size, *given: Tensor | bool, in_order: bool = False) -> None:
    """Start a kernel of :mod:`.taps` for textures of a shape (S, C, H, W), on as many pixels as the last tensor has."""
    height, width = shape[2:]
    sizes = height, width, len(level_sizes(height, width)) - 1
    pixels = given[-1]
    assert isinstance(pixels, Tensor)
    inputs = (one if isinstance(one, bool) else array(one) for one in given)
    launch(kernel, pixels.shape[-1], pixels.device, *sizes, *inputs, in_order=in_order)


def _launch_rows(kernels: dict[int, Any], fine: Tensor, coarse: Tensor) -> None:
    """Start a kernel of :mod:`.levels` between a level (K, 2h, 2w) and its averages (K, h, w)."""
    planes, height, width = coarse.shape
    many = MANY if 2 * width % MANY == 0 else 2
    sharing = 2 * width // many if fine.is_cuda else 1
    rows = _in_groups(fine, many), _in_groups(coarse, many // 2)
    launch(kernels[many], (height, planes, sharing), fine.device, *rows, sharing, each=2 * width // many // sharing)


def _in_groups(level: Tensor, many: int) -> Any:
    return array(level.unflatten(2, (-1, many)) if many > 1 else level, SEEN_AS[many])
