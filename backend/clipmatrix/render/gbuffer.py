"""What covered pixels show of a surface, interpolated from the corners of their triangles: a G-buffer.

As Saito and Takahashi call it (1990, "Comprehensible rendering of 3-D shapes"), and deferred shading after them.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from .barycentrics import barycentrics
from .interpolate import corner_values, interpolate_corners
from .mesh import Mesh
from .pixels import Pixels, gather

LEAST_W = 1e-3
"""A corner at or behind the camera's plane has no place on screen: any small w gives the texture's finest level."""

SMALLEST = 1e-12
"""Square pixels: what a triangle is taken to cover at least."""


@dataclass(frozen=True)
class GBuffer:
    """P covered pixels of N views, planar lists.

    Attributes
    ----------
    weights
        (3, P) barycentrics.
    points, normals
        (3, P) metres; of any length.
    uv
        (2, P), v up.
    spread
        (P,) area of the UVs that a pixel of the triangle sees, in textures; no gradient.
    distance
        (P,) w, which in perspective is metres along the camera's axis; no gradient.
    """

    weights: Tensor
    points: Tensor
    normals: Tensor
    uv: Tensor
    spread: Tensor
    distance: Tensor


def gbuffer(
    clip: Tensor, places: Tensor, upright: Tensor, mesh: Mesh, pixels: Pixels, size: tuple[int, int]
) -> GBuffer:
    """Interpolate what pixels show.

    Parameters
    ----------
    clip, places, upright
        (4, N, V) clip coordinates, (3, N, V) metres, (3, N, V) normals.
    mesh
        Whose triangles the pixels see.
    pixels
        The covered ones.
    size
        Height and width of the pictures.

    Returns
    -------
    GBuffer
        Differentiable in clip coordinates, places and normals.
    """
    at_corners, carried = gather(torch.cat([clip, places, upright]), pixels.corners).split([4, 6])
    weights = barycentrics(at_corners, pixels)
    points, normals = interpolate_corners(carried, weights).split(3)
    uv = interpolate_corners(corner_values(mesh.corner_uvs, pixels), weights)
    distance = (at_corners[3] * weights).sum(0).detach()
    return GBuffer(weights, points, normals, uv, spread(at_corners, mesh.uv_areas, pixels, size), distance)


@torch.no_grad()
def spread(corners: Tensor, uv_areas: Tensor, pixels: Pixels, size: tuple[int, int]) -> Tensor:
    """Area of the UVs that a pixel sees, constant over a triangle.

    Parameters
    ----------
    corners
        (4, 3, P) clip coordinates of the pixels' triangles.
    uv_areas
        (T,) twice the area of each triangle's UVs, in textures.
    pixels
        The covered pixels.
    size
        Height and width of the picture.

    Returns
    -------
    Tensor
        (P,) textures; no gradient.
    """
    (x, y, _, w) = corners
    volume = (
        x[0] * (y[1] * w[2] - y[2] * w[1])
        + x[1] * (y[2] * w[0] - y[0] * w[2])
        + x[2] * (y[0] * w[1] - y[1] * w[0])
    )  # fmt: skip
    on_screen = volume.abs() / w.clamp_min(LEAST_W).prod(0) * (size[0] * size[1] / 4)
    return uv_areas.index_select(0, pixels.triangle) / on_screen.clamp_min(SMALLEST)
