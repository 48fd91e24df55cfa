"""Smooth normals as fused kernels: what :func:`..normals.vertex_normals` finds.

Where that scatters the normals of faces to vertices, they are gathered here, always in the same order: repeats are
bit-identical on every device.
"""

from typing import Any

import torch
import torch.nn.functional as F
import warp
from torch import Tensor

from .. import normals
from ..mesh import Mesh
from .faces import normal, share
from .launch import array, launch


def vertex_normals(vertices: Tensor, mesh: Mesh) -> Tensor:
    """Average face normals at vertices (3, N, V); as :func:`..normals.vertex_normals`, for other numbers it does it."""
    if vertices.dtype != torch.float32:
        return normals.vertex_normals(vertices, mesh.fronts)
    total: Tensor = _AreaNormals.apply(vertices, mesh)
    return normals.unit(total)


class _AreaNormals(torch.autograd.Function):
    """Sum of face normals, as long as twice the area, around each vertex."""

    @staticmethod
    def forward(ctx: Any, vertices: Tensor, mesh: Mesh) -> Tensor:
        ctx.save_for_backward(vertices)
        ctx.mesh = mesh
        faces = vertices.new_empty(len(mesh.triangles), vertices.shape[1], 3)
        launch(normal, len(faces), vertices.device, array(vertices), array(mesh.triangles), array(faces, warp.vec3f))
        return _summed(faces, mesh.fans.triangles, mesh, vertices)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        (vertices,), mesh = ctx.saved_tensors, ctx.mesh
        corners = vertices.new_empty(3 * len(mesh.triangles), vertices.shape[1], 3)
        given = array(vertices), array(gradient), array(mesh.triangles)
        launch(share, len(mesh.triangles), vertices.device, *given, array(corners, warp.vec3f))
        return _summed(corners, mesh.fans.corners, mesh, vertices), None


def _summed(values: Tensor, rows: Tensor, mesh: Mesh, like: Tensor) -> Tensor:
    """Add up the rows (R, N, 3) that the corners around each vertex have: (3, N, V), as ``like``."""
    fans = F.embedding_bag(rows, values.flatten(1), mesh.fans.starts, mode="sum", include_last_offset=True)
    total = torch.zeros_like(like, memory_format=torch.contiguous_format)
    total[:, :, : len(fans)] = fans.unflatten(1, (-1, 3)).permute(2, 1, 0)
    return total
