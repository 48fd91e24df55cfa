"""The colour of a surface as seen: base colour averaged over what is visible from outside, by area."""

import math

import numpy as np
import torch
from clipmatrix.render.camera import look_at, orthographic
from clipmatrix.render.visibility import visibility

_DIRECTIONS = 26
_SIDE = 192


def visible_area(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Measure how much of each triangle can be seen from outside.

    Parameters
    ----------
    vertices
        (V, 3) metres.
    triangles
        (T, 3) int.

    Returns
    -------
    ndarray
        (T,) triangle area in square metres where at least one pixel of 26 orthographic views shows the triangle,
        0 elsewhere: the inside of a mouth does not count.
    """
    points = torch.tensor(vertices, dtype=torch.float32)
    faces = torch.tensor(triangles, dtype=torch.int64)
    low, high = points.amin(0), points.amax(0)
    centre, radius = (low + high) / 2, float((high - low).norm()) / 2
    seen = torch.zeros(len(faces), dtype=torch.bool)
    for direction in _sphere(_DIRECTIONS):
        placement = look_at((centre + direction * 2 * radius)[None], centre)
        cameras = orthographic(placement, 2 * radius, far=4 * radius)
        ids = visibility(cameras.project(points), faces, _SIDE, _SIDE)
        seen[ids[ids >= 0].unique()] = True
    corners = points[faces]
    area = torch.linalg.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]).norm(dim=1) / 2
    return (area * seen).numpy()


def mean_colour(corner_uvs: np.ndarray, areas: np.ndarray, texture: np.ndarray) -> np.ndarray:
    """Average a texture over a surface.

    Parameters
    ----------
    corner_uvs
        (T, 3, 2), v up.
    areas
        (T,) how much each triangle counts.
    texture
        (H, W, 3) sRGB in [0, 1], row 0 at v = 0.

    Returns
    -------
    ndarray
        (3,) mean of the sRGB values at 6 points of each triangle, weighted by area.
    """
    points = np.array([[4, 1, 1], [1, 4, 1], [1, 1, 4], [1, 2.5, 2.5], [2.5, 1, 2.5], [2.5, 2.5, 1]]) / 6
    uvs = np.einsum("pc,tcd->tpd", points, corner_uvs)
    height, width = texture.shape[:2]
    columns = np.clip((uvs[..., 0] * width).astype(int), 0, width - 1)
    rows = np.clip((uvs[..., 1] * height).astype(int), 0, height - 1)
    colours = texture[rows, columns].mean(axis=1)
    return (colours * areas[:, None]).sum(axis=0) / areas.sum()


def _sphere(count: int) -> torch.Tensor:
    """Spread unit vectors evenly over the sphere: (count, 3), a Fibonacci lattice."""
    index = torch.arange(count) + 0.5
    z = 1 - 2 * index / count
    angle = math.pi * (3 - math.sqrt(5)) * index
    ring = (1 - z * z).sqrt()
    return torch.stack([ring * angle.cos(), ring * angle.sin(), z], dim=1)
