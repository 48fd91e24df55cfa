"""From posed vertices to pictures: one function."""

from dataclasses import dataclass

import torch
from torch import Tensor

from .antialias import antialias, find_crossings
from .barycentrics import barycentrics
from .camera import Cameras
from .colour import srgb_from_linear
from .interpolate import corner_values, interpolate_corners, triangle_values
from .lights import Lights
from .material import Material
from .mesh import Mesh
from .normals import vertex_normals
from .pixels import Pixels, covered_pixels, gather_corners
from .shading import shade
from .texture import build_mips, level_of_detail, sample
from .visibility import Visibility, visibility

PLAIN = 0.5
"""Linear base colour of the plain-shaded picture."""


@dataclass(frozen=True)
class Images:
    """Pictures of N views, row 0 at the top.

    Attributes
    ----------
    textured, plain
        (N, H, W, 3) sRGB in [0, 1]: with its textures; in plain grey under the same light.
    coverage
        (N, H, W, 1) in [0, 1].
    """

    textured: Tensor
    plain: Tensor
    coverage: Tensor


def render(
    vertices: Tensor,
    mesh: Mesh,
    cameras: Cameras,
    textures: Tensor,
    material: Material,
    lights: Lights,
    backgrounds: Tensor,
    see: Visibility = visibility,
) -> Images:
    """Render N views, each of a pose of its own.

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
        How it reflects; what falls on it.
    backgrounds
        (N, H, W, 3) sRGB; their size is the pictures'.
    see
        The renderer behind the seam.

    Returns
    -------
    Images
        Differentiable with respect to vertices, cameras, textures, material, lights and backgrounds. Surfaces are
        two-sided. There are no shadows.
    """
    count, height, width, _ = backgrounds.shape
    clip = cameras.project(vertices)
    with torch.no_grad():
        ids = see(clip.detach(), mesh.triangles, height, width)
    pixels = covered_pixels(ids, clip.dtype)
    normals = vertex_normals(vertices, mesh.triangles)
    carried = torch.cat([clip, vertices, normals], dim=-1).permute(2, 0, 1)
    corners = gather_corners(carried, mesh.triangles, pixels)
    weights = barycentrics(corners[:4], pixels)
    surface = _surface(interpolate_corners(corners[4:], weights).t(), cameras.positions[pixels.view])
    base = _base_colour(clip.detach(), weights, mesh, pixels, textures, (height, width))
    shaded = [shade(colour, *surface, material, lights) for colour in (base, torch.full_like(base, PLAIN))]
    covered = torch.cat(
        [*(srgb_from_linear(picture.clamp(0, 1)) for picture in shaded), torch.ones_like(base[:, :1])], 1
    )
    behind = backgrounds.reshape(-1, 3)
    stacked = torch.cat([behind, behind, torch.zeros_like(behind[:, :1])], dim=1)
    stacked = stacked.index_copy(0, pixels.where, covered).view(count, height, width, 7)
    distance = (corners[3] * weights).sum(0).detach()
    depth = clip.new_full((ids.numel(),), torch.inf).index_copy(0, pixels.where, distance).view(ids.shape)
    smooth = antialias(stacked, find_crossings(clip, mesh, depth))
    return Images(smooth[..., :3], smooth[..., 3:6], smooth[..., 6:])


def _surface(at: Tensor, eyes: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Split interpolated places and normals (P, 6); normals turn towards the eye: normals, points, eyes (P, 3)."""
    points, normals = at[:, :3], torch.nn.functional.normalize(at[:, 3:], dim=-1, eps=1e-12)
    away = ((eyes - points) * normals).sum(-1, keepdim=True) < 0
    return torch.where(away, -normals, normals), points, eyes


def _base_colour(
    clip: Tensor, weights: Tensor, mesh: Mesh, pixels: Pixels, textures: Tensor, size: tuple[int, int]
) -> Tensor:
    """Look the textures up at every covered pixel: (P, 3) linear."""
    uv = interpolate_corners(corner_values(mesh.corner_uvs, pixels), weights).t()
    texels = textures.shape[1] * textures.shape[2]
    level = level_of_detail(clip, mesh.triangles, mesh.corner_uvs, size, texels)[pixels.view, pixels.triangle]
    return sample(build_mips(textures), uv, triangle_values(mesh.slots, pixels), level)
