"""Smooth normals as fused kernels: what :func:`..normals.vertex_normals` finds.

Where that scatters what faces have to say to vertices, they are gathered here, always in the same order: repeats are
bit-identical on every device.
"""

from typing import Any

import torch
import torch.nn.functional as F
import warp
from torch import Tensor

from .. import normals
from ..mesh import Mesh
from .faces import say, share
from .launch import array, launch


def vertex_normals(vertices: Tensor, mesh: Mesh) -> Tensor:
    """Average face normals at vertices (3, N, V); as :func:`..normals.vertex_normals`, for other numbers it does it."""
    if vertices.dtype != torch.float32:
        return normals.vertex_normals(vertices, mesh.fronts)
    found: Tensor = _AngleNormals.apply(vertices, mesh)
    return found


class _AngleNormals(torch.autograd.Function):
    """Sum of face normals times angles around each vertex, made unit vectors."""

    @staticmethod
    def forward(ctx: Any, vertices: Tensor, mesh: Mesh) -> Tensor:
        corners = vertices.new_empty(3 * len(mesh.triangles), vertices.shape[1], 3)
        angles = vertices.new_empty(len(mesh.triangles), vertices.shape[1], 3)
        made = array(corners, warp.vec3f), array(angles, warp.vec3f)
        launch(say, len(angles), vertices.device, array(vertices), array(mesh.triangles), *made)
        found, scale = normals.directions(_summed(corners, mesh, vertices))
        ctx.save_for_backward(vertices, angles, found, scale)
        ctx.mesh = mesh
        return found

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        (vertices, angles, found, scale), mesh = ctx.saved_tensors, ctx.mesh
        to_sums = normals.to_sums(gradient, found, scale)
        corners = vertices.new_empty(3 * len(mesh.triangles), vertices.shape[1], 3)
        given = array(vertices), array(to_sums), array(mesh.triangles), array(angles, warp.vec3f)
        launch(share, len(mesh.triangles), vertices.device, *given, array(corners, warp.vec3f))
        return _summed(corners, mesh, vertices), None


def _summed(corners: Tensor, mesh: Mesh, like: Tensor) -> Tensor:
    """Add up what all corners around each vertex have, of (3 T, N, 3): (3, N, V), as ``like``."""
    rows, starts = mesh.fans.corners, mesh.fans.starts
    fans = F.embedding_bag(rows, corners.flatten(1), starts, mode="sum", include_last_offset=True)
    total = torch.zeros_like(like, memory_format=torch.contiguous_format)
    total[:, :, : len(fans)] = fans.unflatten(1, (-1, 3)).permute(2, 1, 0)
    return total
