"""Girth: the length of a tape measure laid around a body at a height."""

import numpy as np
from scipy.spatial import ConvexHull


def girth(vertices: np.ndarray, triangles: np.ndarray, height: float) -> float:
    """Measure a mesh around a horizontal plane.

    Parameters
    ----------
    vertices
        (V, 3) metres, Z up.
    triangles
        (T, 3) int.
    height
        Of the plane, metres.

    Returns
    -------
    float
        Perimeter in metres of the convex hull of the cut, as a tape measure bridges hollows; 0 where nothing is cut.
    """
    above = vertices[:, 2] > height
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    low, high = edges[above[edges[:, 0]] != above[edges[:, 1]]].T
    if len(low) < 3:
        return 0.0
    share = (height - vertices[low, 2]) / (vertices[high, 2] - vertices[low, 2])
    points = vertices[low, :2] + share[:, None] * (vertices[high, :2] - vertices[low, :2])
    return float(ConvexHull(points).area)
