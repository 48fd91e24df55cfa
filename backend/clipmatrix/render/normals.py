"""Smooth normals of posed meshes."""

import torch
from torch import Tensor


def face_normals(vertices: Tensor, triangles: Tensor) -> Tensor:
    """Normals (3, N, T) of triangles (T, 3) over planar vertices (3, N, V); their length is twice the area."""
    # Flat (3 * N, V): selecting from two dimensions is many times faster than from three.
    corners = vertices.flatten(0, 1).index_select(1, triangles.t().reshape(-1))
    x, y, z = corners.view(3, -1, 3, len(triangles)).unbind(0)
    ax, ay, az = (side[:, 1] - side[:, 0] for side in (x, y, z))
    bx, by, bz = (side[:, 2] - side[:, 0] for side in (x, y, z))
    return torch.stack([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx])


def vertex_normals(vertices: Tensor, triangles: Tensor) -> Tensor:
    """Average face normals, weighted by area, at each vertex.

    Parameters
    ----------
    vertices
        (3, N, V) metres.
    triangles
        (T, 3) int64, counter-clockwise from outside.

    Returns
    -------
    Tensor
        (3, N, V) unit vectors; zero where no triangle touches.
    """
    faces = face_normals(vertices, triangles).flatten(0, 1)
    total = torch.zeros_like(vertices).flatten(0, 1)
    for corner in triangles.t().contiguous():
        total = total.index_add(1, corner, faces)
    return unit(total.view(vertices.shape))


def unit(vectors: Tensor) -> Tensor:
    """Scale planar vectors (3, ...) to unit length; zero stays zero."""
    return vectors * (vectors * vectors).sum(0).clamp_min(1e-30).rsqrt()
