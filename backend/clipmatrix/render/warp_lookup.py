"""Texture lookup as fused kernels, for CUDA and for CPUs, by NVIDIA Warp: what :func:`.texture.sample` finds.

Where that works on lists of all taps, a thread here looks one pixel up, and passes its gradient on to the texels by
atomic additions. Level 0 stays where it is; only its averages are made anew.

Import it only where Warp is installed.
"""

from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

from . import texture
from .texture import level_sizes
from .warp_launch import array, launch
from .warp_levels import AVERAGE, FOLD, MANY, SEEN_AS
from .warp_taps import gather, scatter


def sample(textures: Tensor, uv: Tensor, slot: Tensor, level: Tensor) -> Tensor:
    """Look up P points; as :func:`.texture.sample`.

    Repeats are bit-identical on a CPU, where Warp's threads run one after the other. On CUDA atomic additions come in
    any order, so where torch is asked for deterministic algorithms there, it does the lookup itself; so it does for
    other numbers than float32.
    """
    in_any_order = textures.is_cuda and torch.are_deterministic_algorithms_enabled()
    if in_any_order or {textures.dtype, uv.dtype, level.dtype} != {torch.float32}:
        return texture.sample(textures, uv, slot, level)
    colours: Tensor = _Lookup.apply(textures, uv, slot, level.detach())
    return colours


class _Lookup(torch.autograd.Function):
    """Gradients of all levels fold into level 0."""

    @staticmethod
    def forward(ctx: Any, textures: Tensor, uv: Tensor, slot: Tensor, level: Tensor) -> Tensor:
        planes = textures.permute(0, 3, 1, 2).contiguous()
        colours, slopes = uv.new_empty(planes.shape[1], len(level)), uv.new_empty(2, planes.shape[1], len(level))
        _launch_pixels(gather, planes, _averaged(planes), uv, slot, level, colours, slopes)
        ctx.save_for_backward(uv, slot, level, slopes)
        ctx.shape = planes.shape
        return colours

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, Tensor | None, None, None]:
        uv, slot, level, slopes = ctx.saved_tensors
        to_textures, to_uv = None, None
        if ctx.needs_input_grad[0]:
            planes = gradient.new_zeros(ctx.shape)
            averages = _averages(planes).zero_()
            _launch_pixels(scatter, planes, averages, uv, slot, level, gradient)
            for coarse, fine in pairwise(reversed(_levels(planes, averages))):
                _launch_rows(FOLD, fine, coarse)
            to_textures = planes.permute(0, 2, 3, 1)
        if ctx.needs_input_grad[1]:
            to_uv = (slopes * gradient).sum(1)
        return to_textures, to_uv, None, None


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


def _launch_pixels(kernel: Any, planes: Tensor, averages: Tensor, uv: Tensor, *each: Tensor) -> None:
    """Start a kernel of :mod:`.warp_taps` on P pixels, with all that there is of ``each``."""
    height, width = planes.shape[2:]
    last = len(level_sizes(height, width)) - 1
    texels = array(planes.flatten(2)), array(averages)
    launch(kernel, uv.shape[1], uv.device, *texels, height, width, last, array(uv), *map(array, each))


def _launch_rows(kernels: dict[int, Any], fine: Tensor, coarse: Tensor) -> None:
    """Start a kernel of :mod:`.warp_levels` between a level (K, 2h, 2w) and its averages (K, h, w)."""
    planes, height, width = coarse.shape
    many = MANY if 2 * width % MANY == 0 else 2
    sharing = 2 * width // many if fine.is_cuda else 1
    rows = _in_groups(fine, many), _in_groups(coarse, many // 2)
    launch(kernels[many], (planes, height, sharing), fine.device, *rows, sharing)


def _in_groups(level: Tensor, many: int) -> Any:
    return array(level.unflatten(2, (-1, many)) if many > 1 else level, SEEN_AS[many])
