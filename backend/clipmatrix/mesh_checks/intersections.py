"""Self-intersection: the triangles of a mesh that run into others which they share no vertex with."""

import numpy as np

from .bvh import overlapping

FLAT = 1e-12
"""Triangles lie in one plane if no corner of one is farther from the other's than this share of their size."""

CHUNK = 400_000
"""Pairs that are tested at once: about 200 MB."""


def self_intersecting(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Find the triangles that :func:`meeting` names: (T,) bool."""
    found = np.zeros(len(triangles), bool)
    found[meeting(vertices, triangles).reshape(-1)] = True
    return found


def meeting(vertices: np.ndarray, triangles: np.ndarray, among: np.ndarray | None = None) -> np.ndarray:
    """Find the pairs of triangles that share a point and are no neighbours.

    Neighbours are triangles with a vertex in common. Vertices that only coincide are not common: join them first
    (:func:`clipmatrix.character.weld`), or every seam counts.

    Parameters
    ----------
    vertices
        (V, 3) any unit; computed in float64.
    triangles
        (T, 3) int into ``vertices``. Triangles without area never count.
    among
        (T,) bool: only pairs with at least one of these, which is quicker; None for all.

    Returns
    -------
    ndarray
        (P, 2) int64, each pair once.
    """
    corners = vertices.astype(np.float64)[triangles]
    real = np.linalg.norm(_normals(corners), axis=1) > 0
    pairs = overlapping(corners.min(axis=1), corners.max(axis=1))
    if among is not None:
        pairs = pairs[among[pairs].any(axis=1)]
    shared = (triangles[pairs[:, 0]][:, :, None] == triangles[pairs[:, 1]][:, None, :]).any(axis=(1, 2))
    pairs = pairs[~shared & real[pairs].all(axis=1)]
    chunks = [pairs[start : start + CHUNK] for start in range(0, len(pairs), CHUNK)]
    met = [some[touching(corners[some[:, 0]], corners[some[:, 1]])] for some in chunks]
    return np.concatenate(met) if met else pairs


def touching(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Say which pairs of triangles have a point in common.

    Two triangles in different planes meet exactly if an edge of one of them meets the other; two in one plane, if
    edges cross or one lies within the other. All from signs of volumes and areas (Guigue and Devillers 2003).

    Parameters
    ----------
    first, second
        (P, 3, 3) corners, float64.

    Returns
    -------
    ndarray
        (P,) bool.
    """
    heights, depths = _heights(first, second), _heights(second, first)
    flat = (heights == 0).all(axis=1) | (depths == 0).all(axis=1)
    apart = _one_sided(heights) | _one_sided(depths)
    result = np.zeros(len(first), bool)
    crossing = np.flatnonzero(~flat & ~apart)
    result[crossing] = _pierced(second[crossing], first[crossing], heights[crossing]) | _pierced(
        first[crossing], second[crossing], depths[crossing]
    )
    level = np.flatnonzero(flat)
    result[level] = _overlap_in_plane(first[level], second[level])
    return result


def _normals(corners: np.ndarray) -> np.ndarray:
    return np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])


def _heights(triangle: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Signed volumes of points (P, 3, 3) over triangles (P, 3, 3): (P, 3); what rounding leaves of 0 is 0."""
    normals = _normals(triangle)
    ways = points - triangle[:, :1]
    volumes = np.einsum("pkd,pd->pk", ways, normals)
    limits = FLAT * np.abs(ways).max(axis=(1, 2)) * np.linalg.norm(normals, axis=1)
    return np.where(np.abs(volumes) <= limits[:, None], 0.0, volumes)


def _one_sided(heights: np.ndarray) -> np.ndarray:
    return (heights > 0).all(axis=1) | (heights < 0).all(axis=1)


def _pierced(edges: np.ndarray, triangle: np.ndarray, heights: np.ndarray) -> np.ndarray:
    """Say whether one of the three edges of a triangle meets another one: (P,) bool.

    ``heights`` (P, 3) are those of the edges' corners over the triangle.
    """
    met = np.zeros(len(edges), bool)
    for start, end in ((0, 1), (1, 2), (2, 0)):
        origin, other = edges[:, start], edges[:, end]
        # an edge within the plane is left to its neighbours: where it enters the triangle, one of theirs or the
        # triangle's own edges meets, too
        spans = (heights[:, start] * heights[:, end] <= 0) & (heights[:, start] != heights[:, end])
        # twice the volumes of edge and each side of the triangle: of one sign where the edge passes inside
        turns = np.stack(
            [
                np.einsum("pd,pd->p", other - origin, np.cross(triangle[:, i] - origin, triangle[:, j] - origin))
                for i, j in ((0, 1), (1, 2), (2, 0))
            ],
            axis=1,
        )
        met |= spans & ((turns >= 0).all(axis=1) | (turns <= 0).all(axis=1))
    return met


def _overlap_in_plane(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Say which pairs of triangles in one plane overlap: none of their six sides separates them (P,) bool."""
    if not len(first):
        return np.zeros(0, bool)
    axis = np.abs(_normals(first)).argmax(axis=1)
    kept = np.array([[1, 2], [2, 0], [0, 1]])[axis]
    a, b = (np.take_along_axis(corners, kept[:, None, :], axis=2) for corners in (first, second))
    return ~(_separated(a, b) | _separated(b, a))


def _separated(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Say whether a side of the first has its own triangle on one hand and all of the second on the other."""
    parted = np.zeros(len(first), bool)
    for i in range(3):
        origin, along = first[:, i], first[:, (i + 1) % 3] - first[:, i]
        own = _cross2(along, first[:, (i + 2) % 3] - origin)
        others = _cross2(along[:, None], second - origin[:, None])
        parted |= (others * own[:, None] < 0).all(axis=1)
    return parted


def _cross2(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.asarray(a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0])
