"""Where covered pixels are, as a fused kernel: what :func:`..pixels.covered_pixels` lists."""

import torch
from torch import Tensor

from .. import pixels
from ..pixels import Pixels
from .launch import array, launch
from .locate import locate


def covered_pixels(triangle_ids: Tensor, triangles: Tensor, vertices: int, dtype: torch.dtype) -> Pixels:
    """List covered pixels; as :func:`..pixels.covered_pixels`, which it leaves other numbers than float32 to."""
    if dtype != torch.float32:
        return pixels.covered_pixels(triangle_ids, triangles, vertices, dtype)
    flat = triangle_ids.reshape(-1)
    where = (flat >= 0).nonzero().squeeze(1)
    (view, triangle), (x, y) = where.new_empty(2, len(where)), where.new_empty(2, len(where), dtype=dtype)
    found = Pixels(where, view, triangle, x, y, where.new_empty(3, len(where)))
    seen, sizes = map(array, (where, flat, triangles)), (vertices, *triangle_ids.shape[1:])
    launch(locate, len(where), where.device, *seen, *sizes, *map(array, (view, triangle, x, y, found.corners)))
    return found
