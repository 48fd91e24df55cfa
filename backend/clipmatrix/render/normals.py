"""Smooth normals of posed meshes."""

import torch
from torch import Tensor


def vertex_normals(vertices: Tensor, triangles: Tensor) -> Tensor:
    """Average face normals, weighted by area, at each vertex.

    Parameters
    ----------
    vertices
        (N, V, 3) metres.
    triangles
        (T, 3) int64.

    Returns
    -------
    Tensor
        (N, V, 3) unit vectors; zero where no triangle touches.
    """
    corners = vertices[:, triangles]
    normals = torch.linalg.cross(corners[:, :, 1] - corners[:, :, 0], corners[:, :, 2] - corners[:, :, 0])
    total = torch.zeros_like(vertices)
    for corner in range(3):
        total = total.index_add(1, triangles[:, corner], normals)
    return torch.nn.functional.normalize(total, dim=-1, eps=1e-20)
