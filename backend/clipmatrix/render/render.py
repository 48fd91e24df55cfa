"""From posed vertices to pictures: one function."""

from dataclasses import dataclass

import torch
from torch import Tensor

from .antialias import Crossings, antialias
from .camera import Cameras
from .fragments import Fragments
from .gbuffer import GBuffer
from .interpolate import triangle_values
from .lights import Lights
from .material import Material
from .mesh import Mesh
from .normals import unit
from .pixels import Pixels, seen_vertices
from .relief import Relief, lean, seen_frame
from .seam import TORCH, Renderer
from .shadows import sunlit
from .texture import level_of_detail


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
    shown
        What these show.
    eyes
        (3, P) positions of the cameras that see them.
    crossings
        Where silhouettes cut pixels.
    """

    size: tuple[int, int]
    places: Tensor
    upright: Tensor
    pixels: Pixels
    shown: GBuffer
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
    pixels = renderer.cover(ids, mesh.triangles, places.shape[2], clip.dtype)
    upright = renderer.normals(places, mesh, seen_vertices(pixels, *places.shape[1:]))
    shown = renderer.gather(clip, places, upright, mesh, pixels, size)
    eyes = cameras.positions.t().index_select(1, pixels.view)
    depth = clip.new_full((ids.numel(),), torch.inf).index_copy(0, pixels.where, shown.distance).view(ids.shape)
    cut = renderer.measure(clip, renderer.cut(clip, mesh, depth), *size)
    return Sight(size, places, upright, pixels, shown, eyes, cut)


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
    pixels, shown, eyes, normals = sight.pixels, sight.shown, sight.eyes, sight.shown.normals
    lit = _shadowed(sight, mesh, lights, renderer) if lights.shadows else None
    carpet = textures if relief is None else _side_by_side(textures, relief.slopes)
    base = _looked_up(shown, mesh, pixels, carpet, renderer)
    if relief is not None:
        base, slopes = base.split([3, 2])
        tangent, across = seen_frame(relief.frame, sight.places, sight.upright, shown.weights, pixels)
        normals = lean(normals, tangent, slopes[0], across * slopes[1], unit(eyes - shown.points))
    fragments = Fragments(pixels.where, shown.points, eyes, normals, base, lit)
    picture = renderer.shade(fragments, material, lights, backgrounds)
    parts = antialias(picture, sight.crossings).split([3, 3, 1])
    return Images(*(part.view(-1, len(backgrounds), *sight.size).permute(1, 2, 3, 0) for part in parts))


def _shadowed(sight: Sight, mesh: Mesh, lights: Lights, renderer: Renderer) -> Tensor:
    """How much of each sun arrives at every covered pixel: (D, P)."""
    shown, side = sight.shown, lights.shadows
    given = sight.places, mesh.triangles, sight.pixels, shown.points, unit(shown.normals)
    return sunlit(*given, lights.sun_directions, side, renderer.see)


def _side_by_side(textures: Tensor, slopes: Tensor) -> Tensor:
    """Join colours and slopes in one texture (S, H, W, 5), stored planar, so that one lookup serves both."""
    return torch.cat([textures.permute(0, 3, 1, 2), slopes.permute(0, 3, 1, 2)], dim=1).permute(0, 2, 3, 1)


def _looked_up(shown: GBuffer, mesh: Mesh, pixels: Pixels, textures: Tensor, renderer: Renderer) -> Tensor:
    """Look textures (S, H, W, C) up at every covered pixel: (C, P)."""
    level = level_of_detail(shown.spread, textures.shape[1] * textures.shape[2])
    return renderer.sample(textures, shown.uv, triangle_values(mesh.slots, pixels), level)
