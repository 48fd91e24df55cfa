"""nvdiffrast's rasteriser behind the seam, by its manual.

Laine et al. 2020, "Modular primitives for high-performance differentiable rendering".

Import it only where nvdiffrast is installed. It needs CUDA, and version 0.3.3 or newer: older ones draw pictures of
some sizes only.
"""

import nvdiffrast.torch as nvdiffrast
import torch
from torch import Tensor

from .visibility import check_input


class NvdiffrastVisibility:
    """The seam on one CUDA device; holds nvdiffrast's context, and with it the memory it has needed so far."""

    def __init__(self, device: torch.device) -> None:
        self._context = nvdiffrast.RasterizeCudaContext(device=device)

    @torch.no_grad()
    def __call__(
        self, clip_vertices: Tensor, triangles: Tensor, height: int, width: int, one_sided: Tensor | None = None
    ) -> Tensor:
        """Find the nearest triangle at every pixel centre; as :func:`.visibility.visibility`.

        Corners are rounded to fractions of a pixel, so that a centre very near an edge may go to the other side of it.
        """
        check_input(clip_vertices, triangles, height, width)
        if not (clip_vertices.numel() and triangles.numel()):
            return torch.full((len(clip_vertices), height, width), -1, device=clip_vertices.device)
        raster, _ = nvdiffrast.rasterize(
            self._context,
            clip_vertices.float().contiguous(),
            triangles.int().contiguous(),
            resolution=(height, width),
            grad_db=False,
        )
        return triangle_ids(raster)


def triangle_ids(raster: Tensor) -> Tensor:
    """Read triangles (N, H, W) int64, -1 where there is none, row 0 at the top, off nvdiffrast's picture (N, H, W, 4).

    Its row 0 is at the bottom; its last channel counts triangles from 1, and 0 is none.
    """
    return raster[..., 3].long().flip(1) - 1
