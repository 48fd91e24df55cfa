"""A rasteriser behind the seam as one fused kernel, for CUDA and for CPUs, by NVIDIA Warp.

The same homogeneous edge functions and filling rules as :mod:`.visibility`; where that works on lists of all fragments,
a thread here walks the rows of one triangle in one view and keeps the nearest by an atomic minimum. Depth and triangle
share one integer, so that the order in which threads arrive does not matter.

Import it only where Warp is installed. Warp compiles the kernel on first use, a few seconds, and keeps it on disk.
"""

import torch
import warp
from torch import Tensor

from .visibility import check_input
from .warp_fill import ID_BITS, fill
from .warp_launch import array, launch

EMPTY = 1 << 62
"""An entry that nothing has come near."""


@torch.no_grad()
def visibility(clip_vertices: Tensor, triangles: Tensor, height: int, width: int) -> Tensor:
    """Find the nearest triangle at every pixel centre; as :func:`.visibility.visibility`, bit-identical in repeats."""
    check_input(clip_vertices, triangles, height, width)
    nearest = torch.full((len(clip_vertices), height, width), EMPTY, device=clip_vertices.device)
    if clip_vertices.numel() and triangles.numel():
        scene = array(clip_vertices.float().contiguous(), warp.vec4f), array(triangles)
        threads = len(clip_vertices), len(triangles)
        launch(fill, threads, clip_vertices.device, *scene, height, width, array(nearest))
    return torch.where(nearest < EMPTY, nearest & ((1 << ID_BITS) - 1), -1)
