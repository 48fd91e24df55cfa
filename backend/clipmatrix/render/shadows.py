"""Where a sun reaches a surface: a depth map seen from each sun, through the same seam as the picture (Williams 1978).

A point is lit where nothing lies between it and the sun by more than a bias. The four nearest texels are asked and
their answers blended (percentage-closer filtering, Reeves et al. 1987), so a shadow's edge is about a texel soft. No
gradient flows through any of this: a shadow's edge pulls neither at the shape nor at the sun's direction.
"""

import torch
from torch import Tensor

from .barycentrics import barycentrics
from .pixels import Pixels, covered_pixels, gather
from .visibility import Visibility

REACH = 1.5
"""Texels by which a point is moved off its surface where the sun grazes it.

The farthest of the four texels is sqrt(2) away; a plane that the sun meets at an angle a from its normal rises by that
times tan a above the point, and moving the point by sqrt(2) sin a along the normal clears it.
"""

CLEARANCE = 0.2
"""Texels by which a point is moved off its surface in any case: the mesh is no plane, and numbers are rounded."""


@torch.no_grad()
def sunlit(
    places: Tensor,
    triangles: Tensor,
    pixels: Pixels,
    points: Tensor,
    normals: Tensor,
    directions: Tensor,
    side: int,
    see: Visibility,
) -> Tensor:
    """Find how much of each of D suns reaches P points.

    Parameters
    ----------
    places : (3, N, V)
        Posed vertices of every view, metres.
    triangles : (T, 3) int64
    pixels : Pixels
        The P covered pixels of the N views.
    points, normals : (3, P)
        What they show: the place, metres, and its unit normal, either way round.
    directions : (D, 3)
        Unit vectors towards the suns.
    side : int
        Of a depth map, texels. Each fits the character of one view.
    see : Visibility
        The renderer behind the seam.

    Returns
    -------
    (D, P)
        From 0, in shadow, to 1. No gradients. Meaningless, mostly 0, where a surface faces away from the sun.
    """
    each = [
        _reached(_frame(direction), places, triangles, pixels, points, normals, side, see) for direction in directions
    ]
    return torch.stack(each) if each else points.new_zeros(0, points.shape[1])


def _reached(
    frame: Tensor,
    places: Tensor,
    triangles: Tensor,
    pixels: Pixels,
    points: Tensor,
    normals: Tensor,
    side: int,
    see: Visibility,
) -> Tensor:
    """How much of one sun reaches P points: (P,); ``frame`` (3, 3) has rows right, up and towards the sun."""
    seen = (frame @ places.flatten(1)).view_as(places)
    low, high = seen.amin(2), seen.amax(2)
    middle, texel = (low + high) / 2, (high - low)[:2].amax(0).clamp_min(1e-9) / (side - 2)
    heights = _nearest_to_sun(seen - middle[:, :, None], texel, triangles, side, see)
    towards = frame[2] @ normals
    outward = normals * torch.where(towards < 0, -1.0, 1.0)
    away = (CLEARANCE + REACH * (1 - towards * towards).clamp_min(0).sqrt()) * texel[pixels.view]
    x, y, height = frame @ (points + outward * away) - middle[:, pixels.view]
    return _unblocked(heights, pixels.view, x / texel[pixels.view], -y / texel[pixels.view], height)


def _nearest_to_sun(seen: Tensor, texel: Tensor, triangles: Tensor, side: int, see: Visibility) -> Tensor:
    """Find how high up towards the sun it sees something in each texel (N, side, side); -inf where nothing is.

    ``seen`` (3, N, V) are the vertices in the sun's frame, from the middle of each view's character.
    """
    across, depth = 2 / (side * texel), 0.99 / seen[2].amax(1).clamp_min(1e-9)
    scale = torch.stack([across, across, -depth])
    clip = torch.cat([seen * scale[:, :, None], torch.ones_like(seen[:1])])
    ids = see(clip.permute(1, 2, 0), triangles, side, side)
    texels = covered_pixels(ids, triangles, clip.shape[2], clip.dtype)
    weights = barycentrics(gather(clip, texels.corners), texels)
    height = (gather(seen[2:], texels.corners)[0] * weights).sum(0)
    return clip.new_full((ids.numel(),), -torch.inf).index_copy(0, texels.where, height).view(ids.shape)


def _unblocked(heights: Tensor, view: Tensor, right: Tensor, down: Tensor, height: Tensor) -> Tensor:
    """Ask the four texels around each point, in texels from the map's middle, and blend their answers: (P,)."""
    side = heights.shape[-1]
    column, row = right + (side - 1) / 2, down + (side - 1) / 2
    left, top = column.floor(), row.floor()
    share_x, share_y = column - left, row - top
    lit = torch.zeros_like(height)
    for aside, across in ((0, 1 - share_x), (1, share_x)):
        for below, along in ((0, 1 - share_y), (1, share_y)):
            x, y = (left + aside).long().clamp(0, side - 1), (top + below).long().clamp(0, side - 1)
            lit = lit + across * along * (heights[view, y, x] <= height)
    return lit


def _frame(towards: Tensor) -> Tensor:
    """Rows right, up and towards the sun, from the last: (3, 3)."""
    least = (torch.arange(3, device=towards.device) == towards.abs().argmin()).to(towards)
    right = torch.nn.functional.normalize(torch.linalg.cross(least, towards), dim=0)
    return torch.stack([right, torch.linalg.cross(towards, right), towards])
