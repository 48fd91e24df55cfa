"""Which triangles nobody sees from behind: those of parts that are closed and turned outward.

From outside such a part, whoever looks at the back of one of its triangles has a front of it before their eyes. A
renderer may leave them out where they face away, which spares it a third of its work.
"""

import numpy as np
import torch
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from torch import Tensor


def closed(triangles: Tensor, vertices: Tensor, joined: Tensor) -> Tensor:
    """Find the triangles of parts without a gap, whose triangles agree on where outside is.

    Parameters
    ----------
    triangles
        (T, 3) int64, counter-clockwise from outside where they are as they should be.
    vertices
        (V, 3) metres.
    joined
        (J, 2) int64 triangles on both sides of each edge where two meet that run along it in opposite directions.

    Returns
    -------
    Tensor
        (T,) bool. Parts hang together by such edges. A part is closed where its triangles have no others and its volume
        is positive.
    """
    corners, pairs, count = triangles.cpu().numpy(), joined.cpu().numpy(), len(triangles)
    places = vertices.detach().cpu().double().numpy()
    links = csr_matrix((np.ones(len(pairs), bool), tuple(pairs.T)), shape=(count, count))
    parts, part = connected_components(links, directed=False)
    gaps = np.bincount(part, np.bincount(pairs.ravel(), minlength=count) < 3, parts)
    a, b, c = (places[corner] - places.mean(0) for corner in corners.T)
    volume = np.bincount(part, (a * np.cross(b, c)).sum(1), parts)
    return torch.tensor(((gaps == 0) & (volume > 0))[part], device=triangles.device)
