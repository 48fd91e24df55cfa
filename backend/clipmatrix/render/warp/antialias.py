"""Where outlines pass between pixels, as fused kernels: what :func:`..antialias.crossings` measures."""

from typing import Any

import torch
from torch import Tensor

from .. import antialias
from ..antialias import Crossings
from ..silhouettes import Cuts
from .launch import array, launch
from .measure import give, measure


def crossings(clip: Tensor, cuts: Cuts, height: int, width: int) -> Crossings:
    """Measure cuts; as :func:`..antialias.crossings`, which it leaves other numbers than float32 to."""
    if clip.dtype != torch.float32:
        return antialias.crossings(clip, cuts, height, width)
    return Crossings(cuts.inner, cuts.outer, _Measured.apply(clip, cuts, height, width))


class _Measured(torch.autograd.Function):
    """Distances from pixels' centres, (K,)."""

    @staticmethod
    def forward(ctx: Any, clip: Tensor, cuts: Cuts, height: int, width: int) -> Tensor:
        distance, planes = clip.new_empty(len(cuts.line)), clip.flatten(1)
        given = map(array, (planes, cuts.ends, cuts.upright, cuts.line, cuts.before, cuts.onwards))
        launch(measure, len(distance), clip.device, *given, height, width, array(distance))
        ctx.save_for_backward(planes, cuts.ends, cuts.upright, cuts.line, cuts.onwards)
        ctx.size, ctx.views = (height, width), clip.shape[1:]
        return distance

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None, None]:
        planes, ends, *rest = ctx.saved_tensors
        to_ends = planes.new_empty(4, *ends.shape)
        given, made = map(array, (planes, ends, *rest)), map(array, (gradient, to_ends))
        launch(give, len(gradient), planes.device, *given, *ctx.size, *made)
        total = torch.zeros_like(planes).index_add_(1, ends.flatten(), to_ends.flatten(1))
        return total.view(4, *ctx.views), None, None, None
