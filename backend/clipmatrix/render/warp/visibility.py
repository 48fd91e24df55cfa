"""A rasteriser behind the seam as one fused kernel.

The same homogeneous edge functions and filling rules as :mod:`.visibility`; where that works on lists of all fragments,
a thread here walks the rows of one triangle in one view and keeps the nearest by an atomic minimum. Depth and triangle
share one integer, so that the order in which threads arrive does not matter.
"""

import torch
import warp
from torch import Tensor

from ..visibility import check_input
from .fill import ID_BITS, fill
from .launch import array, launch

EMPTY = 1 << 62
"""An entry that nothing has come near: farther than all, and triangle 0."""


@torch.no_grad()
def visibility(
    clip_vertices: Tensor, triangles: Tensor, height: int, width: int, one_sided: Tensor | None = None
) -> Tensor:
    """Find the nearest triangle at every pixel centre; as :func:`..visibility.visibility`, bit-identical in repeats."""
    check_input(clip_vertices, triangles, height, width)
    nearest = torch.full((len(clip_vertices), height, width), EMPTY, device=clip_vertices.device)
    if clip_vertices.numel() and triangles.numel():
        scene = array(clip_vertices.float().contiguous(), warp.vec4f), array(triangles)
        threads = len(clip_vertices), len(triangles)
        sides = None if one_sided is None else array(one_sided)
        launch(fill, threads, clip_vertices.device, *scene, sides, height, width, array(nearest))
    return nearest.bitwise_and_((1 << ID_BITS) - 1).sub_(1)
