"""Normal maps: normals that lean as a texture says, in the tangent space of Blender and glTF.

A map holds slopes, what glTF's and OpenGL's normal maps (x along u, y along v, z out of the surface) have as x / z and
y / z: zero is flat, and their average is the slope of the average surface, so they can be mipped. The frame is
MikkTSpace's (Mikkelsen 2008): one tangent for all corners of a vertex that share a UV and a winding, the mean of its
triangles' directions of u weighted by their angles, each brought into the plane of the vertex normal. As in Cycles,
tangent and normal are interpolated without making them unit vectors, the bitangent is sign * cross(normal, tangent).
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from .interpolate import interpolate_corners, triangle_values
from .mesh import Mesh
from .normals import at_corners, cross, directions, unit
from .pixels import Pixels, corner_vertices, gather

LEAST_SEEN = 0.01
"""Cosine to the eye that a leaning normal keeps: one that looked away would be taken for the surface's back."""

FAINTEST = 1e-3
"""Radians; directions of u around a vertex whose sum is less than this cancel out: what is left is rounding."""


@dataclass(frozen=True)
class Frame:
    """What tangents need of a mesh; constant over a job, made by `frame`.

    Attributes
    ----------
    triangles
        (T, 3) int64 vertices.
    corners
        (T, 3) int64, which tangent each corner has.
    count
        How many tangents G there are.
    shares
        (2, T): u grows along shares[0] * (b - a) + shares[1] * (c - a), for corners a, b, c.
    signs
        (T,) 1, or -1 where the UVs lie mirrored.
    """

    triangles: Tensor
    corners: Tensor
    count: int
    shares: Tensor
    signs: Tensor


@dataclass(frozen=True)
class Relief:
    """A normal map on a mesh.

    Attributes
    ----------
    slopes
        (S, H, W, 2), as large as the base colour's textures, row 0 at v = 0.
    frame
        Of the mesh.
    """

    slopes: Tensor
    frame: Frame


def frame(mesh: Mesh) -> Frame:
    """Find the corners that share a tangent, and which way u grows on each triangle."""
    (u1, v1), (u2, v2) = ((mesh.corner_uvs[:, corner] - mesh.corner_uvs[:, 0]).t() for corner in (1, 2))
    signs = torch.where(u1 * v2 - u2 * v1 < 0, -1.0, 1.0).to(mesh.corner_uvs)
    which = torch.stack([mesh.slots.to(signs), signs], dim=1)[:, None].expand(-1, 3, 2)
    parts = (mesh.triangles[..., None], mesh.corner_uvs, which)
    keys = torch.cat([part.cpu().double() for part in parts], dim=2)  # Apple's GPUs have no float64
    unlike, corners = keys.reshape(-1, keys.shape[2]).unique(dim=0, return_inverse=True)
    corners = corners.view(-1, 3).to(signs.device)
    return Frame(mesh.triangles, corners, len(unlike), torch.stack([signs * v2, -signs * v1]), signs)


@torch.no_grad()
def tangents(of: Frame, places: Tensor, normals: Tensor) -> Tensor:
    """Tangents of a posed mesh.

    Parameters
    ----------
    of
        Its frame.
    places, normals
        (3, N, V) metres; unit vectors.

    Returns
    -------
    Tensor
        (3, N, G) unit vectors, zero where the UVs have no area, and next to zero where directions cancel out, as along
        a fold of UVs. No gradient: a map does not pull at the mesh through the direction of its u.
    """
    points, upright = at_corners(places, of.triangles), at_corners(normals, of.triangles)
    along = unit(of.shares[0] * (points[1] - points[0]) + of.shares[1] * (points[2] - points[0]))
    total = places.new_zeros(3, places.shape[1], of.count)
    for corner in range(3):
        sides = (along, points[corner - 2] - points[corner], points[corner - 1] - points[corner])
        tangent, onwards, back = (_flattened(side, upright[corner]) for side in sides)
        angle = torch.acos((onwards * back).sum(0).clamp(-1, 1))
        total.flatten(0, 1).index_add_(1, of.corners[:, corner], (tangent * angle).flatten(0, 1))
    return directions(total, FAINTEST)[0]


def seen_frame(of: Frame, places: Tensor, normals: Tensor, weights: Tensor, pixels: Pixels) -> tuple[Tensor, Tensor]:
    """Tangents (3, P) and winding signs (P,) at the covered pixels, whose barycentrics are weights (3, P)."""
    which = corner_vertices(of.corners, pixels.triangle, pixels.view, of.count)
    corners = gather(tangents(of, places, normals), which)
    return interpolate_corners(corners, weights), triangle_values(of.signs, pixels)


def lean(normals: Tensor, tangent: Tensor, along: Tensor, across: Tensor, view: Tensor) -> Tensor:
    """Lean normals as a map says.

    Parameters
    ----------
    normals, tangent
        (3, P) interpolated.
    along, across
        (P,) slopes along the tangent and across it, towards cross(normal, tangent).
    view
        (3, P) unit, towards the eye.

    Returns
    -------
    Tensor
        (3, P) unit, on the same side of the surface, seen from the eye, as ``normals``; differentiable.
    """
    upright = unit(normals)
    leaning = unit(normals + along * tangent + across * cross(normals, tangent))
    seen = (upright * view).sum(0)
    side = torch.where(seen < 0, -1.0, 1.0)
    hidden = ((side * seen).clamp_max(LEAST_SEEN) - side * (leaning * view).sum(0)).clamp_min(0)
    return unit(leaning + side * hidden * view)


def _flattened(vectors: Tensor, normals: Tensor) -> Tensor:
    """The unit vectors' part in the plane of a normal, made unit: (3, N, T)."""
    return unit(vectors - normals * (vectors * normals).sum(0))
