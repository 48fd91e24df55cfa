"""What covered pixels show, as fused kernels: what :func:`..gbuffer.gbuffer` finds."""

from typing import Any

import torch
from torch import Tensor

from .. import gbuffer as torchs
from ..gbuffer import GBuffer
from ..mesh import Mesh
from ..pixels import Pixels
from .blend import blend, part
from .launch import array, launch


def gbuffer(
    clip: Tensor, places: Tensor, upright: Tensor, mesh: Mesh, pixels: Pixels, size: tuple[int, int]
) -> GBuffer:
    """Interpolate what pixels show; as :func:`..gbuffer.gbuffer`, which it leaves other numbers than float32 to."""
    if {given.dtype for given in (clip, places, upright, mesh.corner_uvs, mesh.uv_areas)} != {torch.float32}:
        return torchs.gbuffer(clip, places, upright, mesh, pixels, size)
    blended, constant = _Blended.apply(clip, places, upright, mesh, pixels, size)
    return GBuffer(*blended.split([3, 3, 3, 2]), *constant.unbind())


class _Blended(torch.autograd.Function):
    """What was blended, (11, P), and what is constant, (2, P)."""

    @staticmethod
    def forward(
        ctx: Any,
        clip: Tensor,
        places: Tensor,
        upright: Tensor,
        mesh: Mesh,
        pixels: Pixels,
        size: tuple[int, int],
    ) -> tuple[Tensor, Tensor]:
        vertices = [plane.flatten(1) for plane in (clip, places, upright)]
        blended, constant = clip.new_empty(11, len(pixels)), clip.new_empty(2, len(pixels))
        at = pixels.corners, pixels.triangle, pixels.x, pixels.y
        given = map(array, (*vertices, mesh.corner_uvs, mesh.uv_areas, *at))
        launch(blend, len(pixels), clip.device, *given, size[0] * size[1] / 4, array(blended), array(constant))
        ctx.save_for_backward(*vertices, mesh.corner_uvs, *at)
        ctx.views = clip.shape[1:]
        ctx.mark_non_differentiable(constant)
        return blended, constant

    @staticmethod
    def backward(ctx: Any, gradient: Tensor, _: Tensor | None) -> tuple[Tensor | None, ...]:
        saved = ctx.saved_tensors
        clip, corners = saved[0], saved[4]
        to_corners = clip.new_empty(10, *corners.shape)
        launch(part, corners.shape[1], clip.device, *map(array, (*saved, gradient, to_corners)))
        total = clip.new_zeros(10, clip.shape[1]).index_add_(1, corners.flatten(), to_corners.flatten(1))
        return *total.view(10, *ctx.views).split([4, 3, 3]), None, None, None
