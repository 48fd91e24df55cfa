"""From posed vertices to pictures: one function."""

from dataclasses import dataclass

import torch
from torch import Tensor

from .antialias import Crossings, antialias, crossings
from .barycentrics import barycentrics
from .camera import Cameras
from .colour import srgb_from_linear
from .interpolate import corner_values, interpolate_corners, triangle_values
from .lights import Lights
from .material import Material
from .mesh import Mesh
from .normals import unit
from .pixels import Pixels, corner_vertices, covered_pixels, gather, seen_vertices
from .relief import Relief, lean, seen_frame
from .seam import TORCH, Renderer
from .shading import colour, reflect
from .shadows import sunlit
from .texture import level_of_detail

PLAIN = 0.5
"""Linear base colour of the plain-shaded picture."""


@dataclass(frozen=True)
class Images:
    """Pictures of N views, row 0 at the top.

    Attributes
    ----------
    textured, plain
        (N, H, W, 3) sRGB in [0, 1]: with its textures; in plain grey under the same light. Stored planar, so that
        `permute(0, 3, 1, 2)` gives rows that lie together.
    coverage
        (N, H, W, 1) in [0, 1].
    """

    textured: Tensor
    plain: Tensor
    coverage: Tensor


@dataclass(frozen=True)
class Sight:
    """What N views see of a shape, whatever its paint: P covered pixels, planar lists; made by :func:`look`.

    Attributes
    ----------
    size
        Height and width of the pictures.
    places, upright
        (3, N, V) posed vertices; normals of those that visible triangles have, shorter than one elsewhere.
    pixels
        Which are covered, and by what.
    corners, weights
        (4, 3, P) clip coordinates of the triangles' corners; (3, P) barycentrics.
    points, normals, eyes
        (3, P) metres; of any length; positions of the cameras.
    crossings
        Where silhouettes cut pixels.
    """

    size: tuple[int, int]
    places: Tensor
    upright: Tensor
    pixels: Pixels
    corners: Tensor
    weights: Tensor
    points: Tensor
    normals: Tensor
    eyes: Tensor
    crossings: Crossings


def render(
    vertices: Tensor,
    mesh: Mesh,
    cameras: Cameras,
    textures: Tensor,
    material: Material,
    lights: Lights,
    backgrounds: Tensor,
    renderer: Renderer = TORCH,
    relief: Relief | None = None,
) -> Images:
    """Render N views, each of a pose of its own: :func:`look`, then :func:`paint`.

    Parameters
    ----------
    vertices
        (N, V, 3) posed, world, metres.
    mesh
        Triangles, UVs, edges.
    cameras
        N of them.
    textures
        (S, H, W, 3) linear base colour, row 0 at v = 0.
    material, lights
        How it reflects; what falls on it. Only suns cast shadows, and only where the lights say so.
    backgrounds
        (N, H, W, 3) sRGB; their size is the pictures'.
    renderer
        Who does what stands behind the seam.
    relief
        A normal map, which both pictures show; without one nothing of it is computed.

    Returns
    -------
    Images
        Differentiable with respect to vertices, cameras, textures, relief, material, lights and backgrounds, but not
        through the edges of shadows. Surfaces are two-sided. What is brighter than white is cut off, gradient included.
        Repeats are bit-identical on the CPU; on CUDA, gradients are so only under
        `torch.use_deterministic_algorithms`.
    """
    sight = look(vertices, mesh, cameras, (backgrounds.shape[1], backgrounds.shape[2]), renderer)
    return paint(sight, mesh, textures, material, lights, backgrounds, renderer, relief)


def look(vertices: Tensor, mesh: Mesh, cameras: Cameras, size: tuple[int, int], renderer: Renderer = TORCH) -> Sight:
    """Find out what views see, in pictures of height and width ``size``; the rest as in :func:`render`."""
    places = vertices.permute(2, 0, 1).contiguous()
    projected = cameras.project(vertices)
    clip = projected.permute(2, 0, 1).contiguous()
    ids = renderer.see(projected.detach(), mesh.triangles, *size, _one_sided(clip.detach(), mesh))
    pixels = covered_pixels(ids, clip.dtype)
    seen = corner_vertices(mesh.triangles, pixels, places.shape[2])
    upright = renderer.normals(places, mesh, seen_vertices(seen, *places.shape[1:]))
    corners, carried = gather(torch.cat([clip, places, upright]), seen).split([4, 6])
    weights = barycentrics(corners, pixels)
    points, normals = interpolate_corners(carried, weights).split(3)
    eyes = cameras.positions.t().index_select(1, pixels.view)
    distance = (corners[3] * weights).sum(0).detach()
    depth = clip.new_full((ids.numel(),), torch.inf).index_copy(0, pixels.where, distance).view(ids.shape)
    cut = crossings(clip, renderer.cut(clip, mesh, depth), *size)
    return Sight(size, places, upright, pixels, corners, weights, points, normals, eyes, cut)


def _one_sided(clip: Tensor, mesh: Mesh) -> Tensor | None:
    """Triangles that views (4, N, V) can't see from behind, (N, T): whoever has all before them is not inside."""
    if mesh.closed is None:
        return None
    return (clip[2] >= -clip[3]).all(1, keepdim=True) & mesh.closed


def paint(
    sight: Sight,
    mesh: Mesh,
    textures: Tensor,
    material: Material,
    lights: Lights,
    backgrounds: Tensor,
    renderer: Renderer = TORCH,
    relief: Relief | None = None,
) -> Images:
    """Shade what is seen; parameters as in :func:`render`. Many paints may share a sight."""
    pixels, points, normals, eyes = sight.pixels, sight.points, sight.normals, sight.eyes
    lit = _shadowed(sight.places, unit(normals), points, pixels, mesh, lights, renderer) if lights.shadows else None
    carpet = textures if relief is None else _side_by_side(textures, relief.slopes)
    base = _looked_up(sight.corners.detach(), sight.weights, mesh, pixels, carpet, sight.size, renderer)
    if relief is not None:
        base, slopes = base.split([3, 2])
        tangent, across = seen_frame(relief.frame, sight.places, sight.upright, sight.weights, pixels)
        normals = lean(normals, tangent, slopes[0], across * slopes[1], unit(eyes - points))
    light = reflect(unit(normals), points, eyes, material, lights, lit)
    shaded = torch.cat([colour(light, base), colour(light, base.new_full((1, 1), PLAIN))])
    picture = _composite(srgb_from_linear(shaded), pixels, backgrounds)
    parts = antialias(picture, sight.crossings).split([3, 3, 1])
    return Images(*(part.view(-1, len(backgrounds), *sight.size).permute(1, 2, 3, 0) for part in parts))


def _shadowed(
    places: Tensor, normals: Tensor, points: Tensor, pixels: Pixels, mesh: Mesh, lights: Lights, renderer: Renderer
) -> Tensor:
    """How much of each sun arrives at every covered pixel: (D, P)."""
    return sunlit(places, mesh.triangles, pixels, points, normals, lights.sun_directions, lights.shadows, renderer.see)


def _side_by_side(textures: Tensor, slopes: Tensor) -> Tensor:
    """Join colours and slopes in one texture (S, H, W, 5), stored planar, so that one lookup serves both."""
    return torch.cat([textures.permute(0, 3, 1, 2), slopes.permute(0, 3, 1, 2)], dim=1).permute(0, 2, 3, 1)


def _looked_up(
    corners: Tensor,
    weights: Tensor,
    mesh: Mesh,
    pixels: Pixels,
    textures: Tensor,
    size: tuple[int, int],
    renderer: Renderer,
) -> Tensor:
    """Look textures (S, H, W, C) up at every covered pixel: (C, P)."""
    uv = interpolate_corners(corner_values(mesh.corner_uvs, pixels), weights)
    level = level_of_detail(corners, mesh.uv_areas, pixels, size, (textures.shape[1], textures.shape[2]))
    return renderer.sample(textures, uv, triangle_values(mesh.slots, pixels), level)


def _composite(shaded: Tensor, pixels: Pixels, backgrounds: Tensor) -> Tensor:
    """Put what is covered (6, P) over the backgrounds (N, H, W, 3): planar pictures and coverage, (7, N * H * W)."""
    behind = backgrounds.permute(3, 0, 1, 2).reshape(3, -1)
    picture = torch.cat([behind, behind, torch.zeros_like(behind[:1])])
    return picture.index_copy_(1, pixels.where, torch.cat([shaded, torch.ones_like(shaded[:1])]))
