"""PyTorch3D's rasteriser behind the seam (Ravi et al. 2020, "Accelerating 3D deep learning with PyTorch3D").

Import it only where PyTorch3D is installed. On a CPU it asks every pixel about every triangle, which takes seconds a
picture: it is for CUDA, and for comparing.
"""

import torch
from pytorch3d.renderer.mesh.rasterize_meshes import rasterize_meshes
from pytorch3d.structures import Meshes
from torch import Tensor

from .near_plane import in_front
from .visibility import check_input

BINS = 16 * 16
"""Bins that PyTorch3D's own choice of their size cuts a picture into, at most."""

BIN_BYTES = 1 << 30
"""Memory for lists of triangles, one a bin; where it does not hold the worst case, there are no bins."""

FARTHEST = 100.0
"""Depth of the farthest corner as PyTorch3D is told it; the nearest has about 1."""


@torch.no_grad()
def visibility(
    clip_vertices: Tensor, triangles: Tensor, height: int, width: int, one_sided: Tensor | None = None
) -> Tensor:
    """Find the nearest triangle at every pixel centre; as :func:`.visibility.visibility`, with these differences.

    A centre that lies exactly on an edge belongs to no triangle. Triangles smaller than about 1e-8 of the picture never
    show. Vertices have to come from a camera: whatever lies before the near plane has w > 0.
    """
    check_input(clip_vertices, triangles, height, width)
    views, count = len(clip_vertices), len(triangles)
    pieces, owners = in_front(clip_vertices.double()[:, triangles].flatten(0, 1))
    view = owners.div(max(count, 1), rounding_mode="floor")
    each = view.bincount(minlength=views)
    if not len(pieces):
        return torch.full((views, height, width), -1, device=triangles.device)
    depth = pieces[..., 2] / pieces[..., 3]
    farthest, span = _range(depth, view, views)
    points = torch.stack(
        [
            # x to the left; the shorter side of the picture reaches from -1 to 1
            -pieces[..., 0] / pieces[..., 3] * max(1.0, width / height),
            pieces[..., 1] / pieces[..., 3] * max(1.0, height / width),
            span[view, None] / (farthest[view, None] - depth),
        ],
        dim=-1,
    ).float()
    corners = [torch.arange(3 * each_view, device=points.device).view(-1, 3) for each_view in each.tolist()]
    found, told, *_ = rasterize_meshes(
        Meshes(list(points.flatten(0, 1).split((3 * each).tolist())), corners),
        image_size=(height, width),
        blur_radius=0.0,
        faces_per_pixel=1,
        bin_size=_bin_size(views, int(each.max())),
        max_faces_per_bin=int(each.max()),
        perspective_correct=True,
    )
    # Faces are numbered through all views. There is no far plane: what is nearest and beyond it hides nothing else.
    ids = owners[found[..., 0].clamp_min(0)] % count
    seen = farthest[:, None, None] - span[:, None, None] / told[..., 0].double()
    return torch.where((found[..., 0] >= 0) & (seen <= 1), ids, -1)


def _range(depth: Tensor, view: Tensor, views: int) -> tuple[Tensor, Tensor]:
    """Choose how each view tells its depths z / w, (M, 3): as span / (farthest - depth); both (views,).

    PyTorch3D interpolates 1 / depth, which is right for any such function, since z / w is linear on the screen. It
    counts in float32, where z / w itself differs in its last digits only: this spreads each view's depths over the
    range from 1 to :data:`FARTHEST`.
    """
    far = depth.new_full((views,), -1.0).scatter_reduce(0, view, depth.amax(1), "amax", include_self=False)
    near = depth.new_full((views,), -1.0).scatter_reduce(0, view, depth.amin(1), "amin", include_self=False)
    span = (far - near).clamp_min(1e-9)
    return far + span / FARTHEST, span


def _bin_size(views: int, triangles: int) -> int | None:
    """Leave the size of bins to PyTorch3D; 0, no bins, where each could not hold all triangles: it would lose some."""
    return None if 4 * BINS * views * triangles <= BIN_BYTES else 0
