"""Light, sRGB and what lies behind, as fused kernels: what :func:`..fragments.shade` makes."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from .. import fragments as torchs
from ..fragments import Fragments, behind
from ..lights import Lights
from ..material import Material
from .absorb import absorb
from .launch import array, launch
from .shine import shine

MANY, FEW = 64, 4
"""Fragments whose gradients a thread adds up: on a CPU, and on CUDA, where thousands of threads run at a time."""


def shade(fragments: Fragments, material: Material, lights: Lights, backgrounds: Tensor) -> Tensor:
    """Shade fragments; as :func:`..fragments.shade`.

    It is left what comes in other numbers than float32, a sky that is not uniform, and lights at points, which no job
    has.
    """
    numbers = (material.roughness, material.metallic, lights.ambient, lights.sun_directions, lights.sun_colours)
    lists = fragments.points, fragments.eyes, fragments.normals, fragments.base
    simple = len(lights.ambient) == 1 and not len(lights.point_positions)
    if not simple or {given.dtype for given in (*numbers, *lists, backgrounds)} != {torch.float32}:
        return torchs.shade(fragments, material, lights, backgrounds)
    shaded: Tensor = _Shaded.apply(fragments.where, *lists, fragments.sunlit, backgrounds, *numbers)
    return shaded


class _Shaded(torch.autograd.Function):
    """Both pictures and their coverage, (7, N * H * W)."""

    @staticmethod
    def forward(
        ctx: Any,
        where: Tensor,
        points: Tensor,
        eyes: Tensor,
        normals: Tensor,
        base: Tensor,
        sunlit: Tensor | None,
        backgrounds: Tensor,
        *numbers: Tensor,
    ) -> Tensor:
        picture, listed = behind(backgrounds), torch.cat([number.reshape(-1) for number in numbers])
        given = where, points, eyes, normals, base, sunlit, listed
        launch(shine, len(where), where.device, *_arrays(given), len(numbers[-1]), array(picture))
        ctx.save_for_backward(picture, *given)
        ctx.behind, ctx.shapes = backgrounds.shape, [number.shape for number in numbers]
        return picture

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        picture, *given = ctx.saved_tensors
        where, points, *_ = given
        sizes, (rows, *steps) = [shape.numel() for shape in ctx.shapes], _shared(len(where), where.device)
        to_points, to_normals, to_base = points.new_empty(3, 3, len(where))
        to_numbers = points.new_zeros(rows, sum(sizes))
        pictures, made = (picture, gradient), (to_points, to_normals, to_base, to_numbers)
        seen = *_arrays(given), ctx.shapes[-1][0], *_arrays(pictures)
        launch(absorb, rows, where.device, *seen, *steps, *_arrays(made), each=steps[-1])
        each = zip(to_numbers.sum(0).split(sizes), ctx.shapes, strict=True)
        to_eyes = -to_points if ctx.needs_input_grad[2] else None
        to_behind = _uncovered(gradient, where, ctx.behind) if ctx.needs_input_grad[6] else None
        return None, to_points, to_eyes, to_normals, to_base, None, to_behind, *(part.view(size) for part, size in each)


def _shared(count: int, device: torch.device) -> tuple[int, int, int, int]:
    """Share fragments among threads: how many threads, how far apart their first ones lie, a thread's, and how many.

    One behind the other on a CPU; on CUDA it is those that all threads take at a time that lie so.
    """
    many = FEW if device.type == "cuda" else MANY
    rows = -(-count // many)
    return (rows, 1, rows, many) if device.type == "cuda" else (rows, many, 1, many)


def _uncovered(gradient: Tensor, where: Tensor, shape: torch.Size) -> Tensor:
    """Gradient of backgrounds (N, H, W, 3), from that of both pictures."""
    both = (gradient[:3] + gradient[3:6]).index_fill(1, where, 0.0)
    return both.view(3, *shape[:3]).permute(1, 2, 3, 0)


def _arrays(given: Sequence[Tensor | None]) -> list[Any]:
    return [None if one is None else array(one) for one in given]
