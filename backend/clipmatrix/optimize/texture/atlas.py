"""The texture atlas: which texels a surface covers, and where on the body each of them lies."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch
from scipy.ndimage import distance_transform_edt
from torch import Tensor

from ...character import Character
from .halves import Halves
from .mirror import twins
from .texels import cross, shown, spread
from .trilinear import Trilinear


@dataclass(frozen=True)
class Atlas:
    """Textures of one size as a surface uses them.

    Attributes
    ----------
    nearest
        (S, H * H) int64, for each texel the nearest texel whose centre a triangle covers: itself, if one does; also
        itself throughout a texture that no triangle uses.
    places
        (S, H, H, 3) where the nearest covered texel lies in rest space, in [-1, 1] of a cube around the body; 0 in
        textures that no triangle uses.
    free
        (S, H, H) in [0, 1], how far the nearest covered texel may change; 1 in textures that no triangle uses.
    twin
        (S * H * H,) int64, the texel whose change each texel takes, where textures change equally left and right: on
        the left side (x < 0) the one that lies nearest to its mirror image, elsewhere itself, and so where both sides
        share it. None where they do not.
    regions
        (R, S, H, H) in [0, 1], how far the nearest covered texel belongs to each of some regions.
    groups
        (G, S, H, H) in [0, 1], the shares of the pyramid's groups of grids in each texel's colour; sums to 1. None
        where there is but one.
    lookup
        Weights by which the pyramid's finest grid is looked up at the places; None to sample it.
    coarse
        Weights by which its other grids are looked up at the finest one's nodes; None to interpolate them.
    """

    nearest: Tensor
    places: Tensor
    free: Tensor
    twin: Tensor | None = None
    regions: Tensor | None = None
    groups: Tensor | None = None
    lookup: Trilinear | None = None
    coarse: Trilinear | None = None

    @cached_property
    def restricted(self) -> bool:
        """Whether any texel is not wholly free."""
        return bool((self.free < 1).any())


def atlas(
    surface: Character,
    vertices: Tensor,
    freedom: Tensor,
    size: int,
    halves: Halves | None = None,
    regions: Tensor | None = None,
) -> Atlas:
    """Lay a shape (P, 3) out over its textures.

    Parameters
    ----------
    surface
        Its triangles and UVs.
    vertices
        (P, 3) metres.
    freedom
        (P,) in [0, 1], how far points may change.
    size
        Side of the textures in texels.
    halves
        Where left and right lie on textures of that size, if these shall change equally there.
    regions
        (R, P) in [0, 1], how far points belong to regions that are to be laid out, too.
    """
    low, high = vertices.amin(0), vertices.amax(0)
    middle, half = (low + high) / 2, ((high - low).max() / 2).clamp_min(1e-9)
    normed = (vertices - middle) / half
    nearest, places, free = [], [], []
    chosen: list[list[Tensor]] = [[] for _ in range(0 if regions is None else len(regions))]
    for slot in range(surface.textures):
        ids = shown(surface, slot, size)
        nearest.append(_nearest(ids >= 0))
        places.append(spread(surface, normed, ids).reshape(-1, 3)[nearest[-1]].reshape(size, size, 3))
        free.append(_freedom(surface, freedom, ids).reshape(-1)[nearest[-1]].reshape(size, size))
        for mine, weights in zip(chosen, () if regions is None else regions, strict=True):
            mine.append(_freedom(surface, weights, ids).reshape(-1)[nearest[-1]].reshape(size, size))
    everywhere = torch.stack(places)
    laid = torch.stack([torch.stack(mine) for mine in chosen]) if chosen else None
    made = Atlas(torch.stack(nearest), everywhere, torch.stack(free), regions=laid)
    return replace(made, twin=twins(halves, made.nearest)) if halves else made


def shares(surface: Character, vertices: Tensor, size: int) -> Tensor:
    """Share of a shape's (P, 3) visible surface that each texel paints: (S, size, size), summing to 1.

    Whatever the units, the number of textures and their size, a square centimetre counts as much as any other.
    """
    corners = vertices[surface.triangles]
    on_body = torch.linalg.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]).norm(dim=1)
    a, b, c = surface.corner_uvs.unbind(dim=1)
    in_texture = cross(b - a, c - a).abs().clamp_min(1e-12)
    ids = torch.stack([shown(surface, slot, size) for slot in range(surface.textures)])
    painted = torch.where(ids >= 0, (on_body / in_texture)[ids.clamp_min(0)], 0.0)
    return painted / painted.sum().clamp_min(1e-12)


def _nearest(covered: Tensor) -> Tensor:
    """Index of the nearest covered texel for each: (H * H,) int64."""
    if not bool(covered.any()):
        return torch.arange(covered.numel(), device=covered.device)
    rows, columns = distance_transform_edt(~covered.cpu().numpy(), return_distances=False, return_indices=True)
    index = np.asarray(rows, np.int64) * covered.shape[1] + columns
    return torch.tensor(index.reshape(-1), device=covered.device)


def _freedom(surface: Character, freedom: Tensor, ids: Tensor) -> Tensor:
    """Freedom (P,) at the texels that show a triangle, exactly 0 where all its corners have none; 1 elsewhere."""
    if bool((freedom >= 1).all()):
        return torch.ones(ids.shape, device=ids.device)
    between = spread(surface, freedom[:, None], ids)[..., 0].clamp(0, 1)
    corners = freedom[surface.triangles[ids.clamp_min(0)]].amax(dim=-1)
    return torch.where(ids >= 0, torch.where(corners > 0, between, 0.0), 1.0)
