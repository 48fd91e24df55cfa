"""Smooth normals as fused kernels: what :func:`..normals.vertex_normals` finds.

Where that scatters what faces have to say to vertices, they are gathered here, always in the same order: repeats are
bit-identical on every device.
"""

from typing import Any

import torch
import warp
from torch import Tensor

from .. import normals
from ..mesh import Mesh
from .faces import agree, collect, say, share
from .launch import array, launch


def normals_at(vertices: Tensor, mesh: Mesh, asked: Tensor) -> Tensor:
    """Average face normals at vertices; as :func:`..normals.normals_at`, which it leaves other numbers to.

    Those that nobody asks for are zero.
    """
    if vertices.dtype != torch.float32:
        return normals.normals_at(vertices, mesh.fronts, asked)
    found: Tensor = _AngleNormals.apply(vertices, asked, mesh)
    return found


class _AngleNormals(torch.autograd.Function):
    """Sum of face normals times angles around each vertex, made unit vectors."""

    @staticmethod
    def forward(ctx: Any, vertices: Tensor, asked: Tensor, mesh: Mesh) -> Tensor:
        views, count = asked.shape
        angles = vertices.new_empty(len(mesh.triangles), views, 3)
        corners, near = _corners(angles), asked.new_empty(angles.shape[:2])
        found, scale = vertices.new_empty(3, views, count), vertices.new_empty(views, count)
        given, said = (vertices, mesh.triangles, asked), (array(corners, warp.vec3f), array(near))
        launch(say, len(angles), vertices.device, *map(array, given), *said, array(angles, warp.vec3f))
        launch(agree, count, vertices.device, *said, *map(array, (*_fans(mesh), asked, found, scale)))
        ctx.save_for_backward(vertices, angles, near, found, scale)
        ctx.mesh = mesh
        return found

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        (vertices, angles, near, found, scale), mesh = ctx.saved_tensors, ctx.mesh
        corners, to_vertices = _corners(angles), torch.empty_like(found)
        to_corners, given = array(corners, warp.vec3f), (vertices, gradient, found, scale, mesh.triangles)
        asked = array(angles, warp.vec3f), array(near)
        launch(share, len(angles), vertices.device, *map(array, given), *asked, to_corners)
        launch(collect, found.shape[2], vertices.device, to_corners, *map(array, (near, *_fans(mesh), to_vertices)))
        return to_vertices, None, None


def _corners(angles: Tensor) -> Tensor:
    """Room for a vector at each corner of triangles whose angles are (T, N, 3): (3 T, N, 3)."""
    return angles.new_empty(3 * len(angles), *angles.shape[1:])


def _fans(mesh: Mesh) -> tuple[Tensor, Tensor]:
    return mesh.fans.corners, mesh.fans.starts
