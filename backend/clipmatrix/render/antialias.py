"""Silhouettes: blend across them by where they cut, so that a moving outline moves the picture.

A picture sampled at pixel centres does not change when an outline moves by less than a pixel; here it does. Where a
silhouette edge (:mod:`.silhouettes`) passes between two neighbouring pixel centres, the pair is blended by the distance
of the crossing, so that coverage is linear in the edge's place. Where parts run into each other there is no mesh edge,
hence no gradient; nor is there one at what is so thin that it passes between pixel centres.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from .silhouettes import Cuts, crossed, on_screen


@dataclass(frozen=True)
class Crossings:
    """Places where silhouettes pass between neighbouring pixel centres.

    Attributes
    ----------
    inner, outer
        (K,) int64 flattened pixels (N, H, W), on the surface's side of the edge and beyond it.
    distance
        (K,) from the inner centre to the edge, in pixels, in [0, 1]; differentiable.
    """

    inner: Tensor
    outer: Tensor
    distance: Tensor


def antialias(pictures: Tensor, crossings: Crossings) -> Tensor:
    """Blend planar pictures (C, N * H * W) at their crossings; differentiable in both."""
    blended: Tensor = _Blend.apply(pictures, crossings.inner, crossings.outer, crossings.distance - 0.5)
    return blended


class _Blend(torch.autograd.Function):
    """A positive shift carries the inner pixel into the outer one, a negative one the outer into the inner."""

    @staticmethod
    def forward(ctx: Any, pictures: Tensor, inner: Tensor, outer: Tensor, shift: Tensor) -> Tensor:
        target = torch.where(shift > 0, outer, inner)
        difference = pictures.index_select(1, inner) - pictures.index_select(1, outer)
        ctx.save_for_backward(inner, outer, target, shift, difference)
        return pictures.index_add(1, target, difference * shift)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None, Tensor]:
        inner, outer, target, shift, difference = ctx.saved_tensors
        at_target = gradient.index_select(1, target)
        carried = at_target * shift
        to_pictures = gradient.index_add(1, inner, carried).index_add_(1, outer, -carried)
        return to_pictures, None, None, (at_target * difference).sum(0)


def crossings(clip: Tensor, cuts: Cuts, height: int, width: int) -> Crossings:
    """Measure cuts of vertices in clip coordinates (4, N, V), which it is differentiable in."""
    return Crossings(cuts.inner, cuts.outer, _distances(clip, cuts, height, width))


def _distances(clip: Tensor, cuts: Cuts, height: int, width: int) -> Tensor:
    """How far from the inner pixel's centre each edge passes, (K,) pixels."""
    ends = clip.reshape(4, -1).index_select(1, cuts.ends.reshape(-1)).unflatten(1, (2, -1))
    x, y, _ = on_screen(ends, height, width)
    across, along = torch.where(cuts.upright, x, y), torch.where(cuts.upright, y, x)
    place, _ = crossed(across, along, cuts.line)
    return torch.where(cuts.onwards, cuts.before + 1 - place, place - cuts.before)
