"""Mipped texture lookup: what a pixel sees of a texture, averaged over its footprint."""

import torch
import torch.nn.functional as F
from torch import Tensor

SMALLEST = 4
"""Side of the coarsest level."""


def build_mips(textures: Tensor) -> list[Tensor]:
    """Average a stack of textures (S, H, W, C) down by halves; level 0 is the stack itself."""
    levels = [textures.permute(0, 3, 1, 2).contiguous()]
    while min(levels[-1].shape[-2:]) > SMALLEST and all(side % 2 == 0 for side in levels[-1].shape[-2:]):
        levels.append(F.avg_pool2d(levels[-1], 2))
    return levels


def level_of_detail(
    clip_vertices: Tensor, triangles: Tensor, corner_uvs: Tensor, size: tuple[int, int], texels: int
) -> Tensor:
    """Choose for each view and triangle the mip level whose texels are as large as pixels.

    Parameters
    ----------
    clip_vertices
        (N, V, 4).
    triangles, corner_uvs
        (T, 3) int64, (T, 3, 2).
    size
        Height and width of the picture, pixels.
    texels
        Texels of level 0, its height times its width.

    Returns
    -------
    Tensor
        (N, T) real levels, no gradient.
    """
    with torch.no_grad():
        w = clip_vertices[..., 3:].clamp_min(1e-3)
        screen = clip_vertices[..., :2] / w * clip_vertices.new_tensor([size[1] / 2, size[0] / 2])
        corners = screen[:, triangles]
        on_screen = _area(corners[..., 1, :] - corners[..., 0, :], corners[..., 2, :] - corners[..., 0, :])
        in_texture = _area(corner_uvs[:, 1] - corner_uvs[:, 0], corner_uvs[:, 2] - corner_uvs[:, 0]) * texels
        return 0.5 * torch.log2((in_texture / on_screen.clamp_min(1e-6)).clamp_min(1e-6))


def _area(first: Tensor, second: Tensor) -> Tensor:
    return (first[..., 0] * second[..., 1] - first[..., 1] * second[..., 0]).abs() / 2


def sample(levels: list[Tensor], uv: Tensor, slot: Tensor, level: Tensor) -> Tensor:
    """Look up P points, bilinearly within the two nearest levels.

    Parameters
    ----------
    levels
        From `build_mips`, (S, C, H_l, W_l) each.
    uv
        (P, 2), v up; clamped to the texture's edge, so that no slot bleeds into another.
    slot
        (P,) int64.
    level
        (P,) real level; clamped to those there are.

    Returns
    -------
    Tensor
        (P, C); differentiable with respect to the textures and ``uv``.
    """
    level = level.clamp(0, len(levels) - 1)
    low = level.floor().clamp(max=max(len(levels) - 2, 0))
    blend = (level - low)[:, None]
    result = uv.new_zeros(len(uv), levels[0].shape[1])
    for index, texture in enumerate(levels):
        share = torch.where(low == index, 1 - blend[:, 0], torch.where(low == index - 1, blend[:, 0], 0.0))
        used = (share > 0).nonzero()[:, 0]
        if len(used):
            result = result.index_add(0, used, _bilinear(texture, uv[used], slot[used]) * share[used, None])
    return result


def _bilinear(texture: Tensor, uv: Tensor, slot: Tensor) -> Tensor:
    _, channels, height, width = texture.shape
    x = (uv[:, 0] * width - 0.5).clamp(0, width - 1)
    y = (uv[:, 1] * height - 0.5).clamp(0, height - 1)
    left, bottom = x.detach().floor().clamp(max=max(width - 2, 0)), y.detach().floor().clamp(max=max(height - 2, 0))
    right, top = (left + 1).clamp(max=width - 1), (bottom + 1).clamp(max=height - 1)
    along, up = (x - left)[:, None], (y - bottom)[:, None]
    flat = texture.permute(1, 0, 2, 3).reshape(channels, -1)

    def texel(row: Tensor, column: Tensor) -> Tensor:
        return flat.index_select(1, (slot * height + row.long()) * width + column.long()).t()

    lower = texel(bottom, left) * (1 - along) + texel(bottom, right) * along
    upper = texel(top, left) * (1 - along) + texel(top, right) * along
    return lower * (1 - up) + upper * up
