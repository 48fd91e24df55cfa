"""Cut triangles at the near plane, for rasterisers that divide by w and therefore can't look behind the camera."""

import torch
from torch import Tensor


def in_front(corners: Tensor) -> tuple[Tensor, Tensor]:
    """Keep what lies in front of the near plane, z = -w in clip space (Sutherland and Hodgman 1974).

    Parameters
    ----------
    corners
        (K, 3, 4) clip coordinates of triangles.

    Returns
    -------
    pieces
        (M, 3, 4) whole triangles and, where one crosses the plane, the one or two triangles that are left of it. All
        have w > 0, if the coordinates come from a camera.
    owners
        (M,) int64, ascending: the triangle that each is a piece of.
    """
    height = corners[..., 2] + corners[..., 3]
    inside = height > 0
    count = inside.sum(1)
    if bool(((count == 0) | (count == 3)).all()):
        whole = (count == 3).nonzero().squeeze(1)
        return corners[whole], whole
    pieces, owners = [corners[count == 3]], [(count == 3).nonzero()]
    for corners_inside in (1, 2):
        crossing = (count == corners_inside).nonzero()
        a, b, c = _odd_one_first(corners[crossing[:, 0]], inside[crossing[:, 0]] == (corners_inside == 1))
        to_b, to_c = _where_it_crosses(a, b), _where_it_crosses(a, c)
        left = [(a, to_b, to_c)] if corners_inside == 1 else [(to_b, b, c), (to_b, c, to_c)]
        pieces += [torch.stack(piece, dim=1) for piece in left]
        owners += [crossing] * len(left)
    owner, order = torch.cat(owners)[:, 0].sort(stable=True)
    return torch.cat(pieces)[order], owner


def _odd_one_first(corners: Tensor, odd: Tensor) -> tuple[Tensor, ...]:
    """Turn triangles (K, 3, 4) so that the one corner that is ``odd`` (K, 3) comes first: three times (K, 4)."""
    order = (odd.int().argmax(1, keepdim=True) + torch.arange(3, device=odd.device)) % 3
    return corners.gather(1, order[..., None].expand_as(corners)).unbind(1)


def _where_it_crosses(start: Tensor, end: Tensor) -> Tensor:
    """Points (K, 4) of the plane on edges between two points on either side of it."""
    first, second = start[:, 2] + start[:, 3], end[:, 2] + end[:, 3]
    return torch.lerp(start, end, (first / (first - second))[:, None])
