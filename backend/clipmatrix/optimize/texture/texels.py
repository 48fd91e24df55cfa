"""What texels show: the triangle over each, and what that carries there."""

import torch
from torch import Tensor

from ...character import Character
from ...render.visibility import visibility


def shown(surface: Character, slot: int, size: int, among: Tensor | None = None) -> Tensor:
    """Find the triangle over each texel's centre: (size, size) int64, -1 where there is none; row 0 at v = 0.

    Parameters
    ----------
    slot, size
        Which texture; its side in texels.
    among
        (T,) bool, the triangles that count; None for all.
    """
    mine = ((surface.slots == slot) if among is None else (surface.slots == slot) & among).nonzero()[:, 0]
    uvs = surface.corner_uvs[mine].reshape(-1, 2)
    if not len(uvs):
        return torch.full((size, size), -1, device=uvs.device)
    ones = torch.ones(len(uvs), 1, device=uvs.device)
    # pictures have row 0 at the top, so v points down in clip space
    clip = torch.cat([2 * uvs[:, :1] - 1, 1 - 2 * uvs[:, 1:], 0 * ones, ones], dim=1)
    triangles = torch.arange(len(uvs), device=uvs.device).reshape(-1, 3)
    ids = visibility(clip[None], triangles, size, size)[0]
    return torch.where(ids >= 0, mine[ids.clamp_min(0)], -1)


def spread(surface: Character, values: Tensor, ids: Tensor) -> Tensor:
    """Interpolate values (P, K) of points at the texels that show a triangle; 0 elsewhere: (H, W, K)."""
    places = torch.zeros(*ids.shape, values.shape[-1], device=values.device)
    rows, columns = (ids >= 0).nonzero(as_tuple=True)
    seen = ids[rows, columns]
    places[rows, columns] = blend(values, surface.triangles[seen], barycentrics(surface, seen, rows, columns, len(ids)))
    return places


def barycentrics(surface: Character, triangle: Tensor, rows: Tensor, columns: Tensor, size: int) -> Tensor:
    """Find what share each corner of a triangle (N,) has in a texel's centre, in textures of side ``size``: (N, 3)."""
    a, b, c = surface.corner_uvs[triangle].unbind(dim=1)
    texels = torch.stack([columns + 0.5, rows + 0.5], dim=1).to(a) / size
    area = cross(b - a, c - a)
    share_b, share_c = cross(texels - a, c - a) / area, cross(b - a, texels - a) / area
    return torch.stack([1 - share_b - share_c, share_b, share_c], dim=1)


def blend(values: Tensor, corners: Tensor, weights: Tensor) -> Tensor:
    """Sum values (V, K) of corners (N, 3) by their weights (N, 3): (N, K)."""
    return (values[corners] * weights[..., None]).sum(dim=1)


def cross(first: Tensor, second: Tensor) -> Tensor:
    """Area (N,) that vectors (N, 2) span, below zero where they turn clockwise."""
    return first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]
