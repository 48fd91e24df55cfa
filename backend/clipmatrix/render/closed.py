"""Which triangles nobody sees from behind: those of parts that are closed and turned outward.

From outside such a part, whoever looks at the back of one of its triangles has a front of it before their eyes. A
renderer may leave them out where they face away, which spares it a third of its work.
"""

import numpy as np
import torch
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from torch import Tensor


def closed(triangles: Tensor, vertices: Tensor) -> Tensor:
    """Find the triangles of parts without a gap, whose triangles agree on where outside is.

    Parameters
    ----------
    triangles
        (T, 3) int64, counter-clockwise from outside where they are as they should be.
    vertices
        (V, 3) metres.

    Returns
    -------
    Tensor
        (T,) bool. Parts hang together by edges. A part is closed where along each edge two triangles meet, each running
        its own way, and its volume is positive.
    """
    corners, places = triangles.cpu().numpy(), vertices.detach().double().cpu().numpy()
    partner = _partners(corners)
    met = partner >= 0
    face = np.arange(len(partner)) // 3
    links = csr_matrix((met[met], (face[met], face[partner[met]])), shape=(len(corners), len(corners)))
    count, part = connected_components(links, directed=False)
    gaps = np.bincount(part[face], ~met, count)
    a, b, c = (places[corner] - places.mean(0) for corner in corners.T)
    volume = np.bincount(part, (a * np.cross(b, c)).sum(1), count)
    return torch.tensor(((gaps == 0) & (volume > 0))[part], device=triangles.device)


def _partners(corners: np.ndarray) -> np.ndarray:
    """For each side of each triangle, (3 T,), the one that runs the other way, if there is exactly one; else -1."""
    first, second = corners.ravel(), corners[:, [1, 2, 0]].ravel()
    span = int(corners.max(initial=0)) + 1
    keys, there, uses = np.unique(first * span + second, return_inverse=True, return_counts=True)
    side = np.empty(len(keys), int)
    side[there] = np.arange(len(there))
    back = np.minimum(np.searchsorted(keys, second * span + first), max(len(keys) - 1, 0))
    meets = (keys[back] == second * span + first) & (uses[back] == 1) & (uses[there] == 1)
    return np.where(meets, side[back], -1)
