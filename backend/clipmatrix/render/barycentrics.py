"""Recompute perspective-correct barycentrics at covered pixels, differentiable in the clip coordinates.

With corners v_k = (x_k, y_k, w_k) moved so that the pixel is the origin, x'_k = x_k - X w_k and y'_k = y_k - Y w_k, the
homogeneous edge function opposite corner k is E_k = x'_{k+1} y'_{k+2} - y'_{k+1} x'_{k+2}, that is E = x' x y', and the
barycentrics of the surface point behind the pixel are E_k / sum E. No division by w: corners behind the camera are
harmless. Moving the origin first keeps small triangles accurate in float32.
"""

from typing import Any

import torch
from torch import Tensor

from .normals import cross
from .pixels import Pixels


def barycentrics(corners: Tensor, pixels: Pixels) -> Tensor:
    """Perspective-correct barycentrics of the pixel centres.

    Parameters
    ----------
    corners : (4, 3, P)
        Clip coordinates of each pixel's triangle, from `gather`. z is not used.
    pixels : Pixels

    Returns
    -------
    (3, P)
        Weights of the three corners, summing to one; inside the triangle they lie in [0, 1]. Gradients flow to
        `corners`; the choice of triangle is constant.
    """
    weights: Tensor = _Barycentrics.apply(corners, pixels.x, pixels.y)
    return weights


class _Barycentrics(torch.autograd.Function):
    """Closed-form backward: E is bilinear in the moved corners, so both directions are cross products."""

    @staticmethod
    def forward(ctx: Any, corners: Tensor, x: Tensor, y: Tensor) -> Tensor:
        w = corners[3]
        moved_x, moved_y = corners[0] - x * w, corners[1] - y * w
        edges = cross(moved_x, moved_y)
        inverse = edges.sum(0).reciprocal()
        weights = edges * inverse
        ctx.save_for_backward(moved_x, moved_y, inverse, weights, x, y)
        return weights

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        moved_x, moved_y, inverse, weights, x, y = ctx.saved_tensors
        to_edges = (gradient - (gradient * weights).sum(0)) * inverse
        to_x, to_y = cross(moved_y, to_edges), cross(to_edges, moved_x)
        return torch.stack([to_x, to_y, torch.zeros_like(to_x), -(x * to_x + y * to_y)]), None, None
