"""A mesh rolled out over a texture: which triangle paints each texel, and what its corners carry there."""

from __future__ import annotations

import numpy as np

BORDER = 1e-6
"""Texels by which triangles are wider than they are, so that no texel between two of them stays empty."""

BEYOND = 0.5
"""How far outside of its triangle, in shares of it, a texel may read."""


def unroll(corner_uvs: np.ndarray, side: int) -> np.ndarray:
    """Find the triangle over each texel's centre.

    Parameters
    ----------
    corner_uvs
        (T, 3, 2), v up; each triangle is moved by whole tiles into the first one, as the backend does.
    side
        Of the texture, texels.

    Returns
    -------
    ndarray
        (side, side) int32, row 0 at v = 0; -1 where there is none, the last one where there are several.
    """
    corners = first_tile(corner_uvs) * side - 0.5  # texel centres lie at whole numbers
    heights = corners[..., 1]
    low = np.ceil(heights.min(axis=1) - BORDER).clip(0, side).astype(np.int64)
    high = np.floor(heights.max(axis=1) + BORDER).clip(-1, side - 1).astype(np.int64)
    triangle, row = _ranges(low, high)
    left, right = _spans(corners[triangle], row)
    first = np.ceil(left - BORDER).clip(0, side).astype(np.int64)
    last = np.floor(right + BORDER).clip(-1, side - 1).astype(np.int64)
    span, column = _ranges(first, last)
    ids = np.full(side * side, -1, np.int32)
    ids[row[span] * side + column] = triangle[span]
    return ids.reshape(side, side)


def first_tile(corner_uvs: np.ndarray) -> np.ndarray:
    """Triangles (T, 3, 2) moved by whole tiles so that their centres lie in [0, 1)."""
    return corner_uvs - np.floor(corner_uvs.mean(axis=1, keepdims=True))


def grown(ids: np.ndarray, texels: int) -> np.ndarray:
    """Triangles (H, W), each spread by some texels into what is empty."""
    ids = ids.copy()
    for _ in range(texels):
        before = ids.copy()
        for to, come in (((1, None), (0, -1)), ((0, -1), (1, None))):
            for axis in (0, 1):
                here, there = [slice(None)] * 2, [slice(None)] * 2
                here[axis], there[axis] = slice(*to), slice(*come)
                place = ids[tuple(here)]
                np.copyto(place, before[tuple(there)], where=place < 0)
    return ids


def spread(values: np.ndarray, corner_uvs: np.ndarray, triangle: np.ndarray, texels: np.ndarray) -> np.ndarray:
    """Interpolate what corners carry at texels.

    Parameters
    ----------
    values
        (T, 3, K).
    corner_uvs
        (T, 3, 2), as in :func:`unroll`.
    triangle
        (N,) which one paints each texel.
    texels
        (N, 2) the texels' centres, in [0, 1].

    Returns
    -------
    ndarray
        (N, K) float64.
    """
    corners = first_tile(corner_uvs)
    a, across, up = corners[:, 0], corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    area = across[:, 0] * up[:, 1] - across[:, 1] * up[:, 0]
    area = np.where(area == 0, np.inf, area)  # then all of it is its first corner
    from_a = texels - a[triangle]
    across, up, area = across[triangle], up[triangle], area[triangle]
    second = (from_a[:, 0] * up[:, 1] - from_a[:, 1] * up[:, 0]) / area
    third = (across[:, 0] * from_a[:, 1] - across[:, 1] * from_a[:, 0]) / area
    second, third = (share.clip(-BEYOND, 1 + BEYOND)[:, None] for share in (second, third))
    b, c = values[:, 1] - values[:, 0], values[:, 2] - values[:, 0]
    return values[triangle, 0] + second * b[triangle] + third * c[triangle]


def _ranges(first: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Count from ``first`` to ``last`` (N,) for each: whose turn it is, and the number."""
    counts = np.maximum(last - first + 1, 0)
    owner = np.repeat(np.arange(len(counts)), counts)
    ends = np.cumsum(counts)
    return owner, np.arange(len(owner)) + np.repeat(first - (ends - counts), counts)


def _spans(corners: np.ndarray, row: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """From where to where triangles (N, 3, 2) reach in their rows (N,)."""
    left, right = np.full(len(row), np.inf), np.full(len(row), -np.inf)
    for start in range(3):
        (ax, ay), (bx, by) = corners[:, start].T, corners[:, (start + 1) % 3].T
        height = by - ay
        flat = height == 0
        share = (row - ay) / np.where(flat, 1.0, height)
        crossed = ~flat & (share >= -BORDER) & (share <= 1 + BORDER)
        x = ax + share * (bx - ax)
        left = np.where(crossed & (x < left), x, left)
        right = np.where(crossed & (x > right), x, right)
    return left, right
