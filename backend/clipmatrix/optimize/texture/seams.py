"""How far texels lie from the seams: where a UV island ends, whatever is told in directions of u and v breaks off."""

import numpy as np
import torch
from scipy import sparse
from scipy.ndimage import distance_transform_edt
from scipy.sparse.csgraph import connected_components
from torch import Tensor

from ...character import Character
from ...render.relief import Frame
from .atlas import Atlas
from .texels import shown

SHORE = 0.02
"""Width of the strip along a border in which a texel counts only in part, as a share of the texture's side."""


def inland(surface: Character, frame: Frame, layout: Atlas) -> Tensor:
    """Weigh texels by their distance from their island's border.

    Parameters
    ----------
    surface, frame
        Its UVs; which corners belong together.
    layout
        The atlas of that surface.

    Returns
    -------
    Tensor
        (S, H, H) in [0, 1]: near 0 at the border, 1 from :data:`SHORE` on; what no triangle covers takes after the
        nearest texel that one does.
    """
    size = layout.free.shape[-1]
    island = np.append(_islands(frame), -1)
    weights = []
    for slot in range(surface.textures):
        seen = island[shown(surface, slot, size).cpu().numpy()]
        distance = distance_transform_edt(np.pad(~_border(seen), 1))[1:-1, 1:-1]
        weights.append(np.clip(distance / max(1.0, SHORE * size), 0, 1).astype(np.float32))
    flat = torch.tensor(np.stack(weights), device=layout.free.device).flatten(1)
    return flat.gather(1, layout.nearest).reshape(layout.free.shape)


def _islands(frame: Frame) -> np.ndarray:
    """Number the islands: (T,), equal for triangles that hang together in the UVs."""
    corners = frame.corners.cpu().numpy()
    count = len(corners)
    rows, columns = np.arange(count).repeat(3), count + corners.reshape(-1)
    graph = sparse.coo_matrix((np.ones(len(rows)), (rows, columns)), shape=(count + frame.count,) * 2)
    return connected_components(graph, directed=False)[1][:count].astype(np.int64)


def _border(island: np.ndarray) -> np.ndarray:
    """Texels (H, H) with a neighbour of another island, or of none."""
    border = np.zeros(island.shape, bool)
    for axis in (0, 1):
        differs = np.diff(island, axis=axis) != 0
        before, after = [slice(None)] * 2, [slice(None)] * 2
        before[axis], after[axis] = slice(None, -1), slice(1, None)
        border[tuple(before)] |= differs
        border[tuple(after)] |= differs
    return border
