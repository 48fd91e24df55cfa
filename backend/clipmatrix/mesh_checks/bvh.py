"""Which triangles of a mesh could touch: pairs of overlapping boxes, found in a tree of boxes.

Triangles are sorted along a space-filling curve and every two neighbours in that order share a parent box, so the tree
needs no pointers and one level of it is walked at once (Lauterbach et al. 2009, "Fast BVH construction on GPUs").
"""

import numpy as np

BITS = 10
"""Steps of the curve along each axis, as a power of two."""


def overlapping(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Find all pairs of boxes that overlap or touch.

    Parameters
    ----------
    low, high
        (N, 3) corners of axis-aligned boxes.

    Returns
    -------
    ndarray
        (P, 2) int64, each pair once, the smaller index first; a box is no pair with itself.
    """
    count = len(low)
    if count < 2:
        return np.zeros((0, 2), np.int64)
    order = np.argsort(_along_the_curve((low + high) / 2), kind="stable")
    levels = _tree(low[order], high[order])
    first = second = np.zeros(1, np.int64)
    for lows, highs in levels[1:]:
        first, second = _children(first, second)
        for low_one, high_one in zip(lows.T, highs.T, strict=True):  # an axis at a time: most pairs fall at the first
            meet = np.flatnonzero((low_one[first] <= high_one[second]) & (low_one[second] <= high_one[first]))
            first, second = first[meet], second[meet]
    apart = first != second
    found = np.stack([order[first[apart]], order[second[apart]]], axis=1)
    return np.sort(found, axis=1)


def _children(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Go one level down: the pairs of children of pairs of nodes (first <= second), each pair of children once."""
    left = np.stack([2 * first, 2 * first, 2 * first + 1, 2 * first + 1], axis=1)
    right = np.stack([2 * second, 2 * second + 1, 2 * second, 2 * second + 1], axis=1)
    once = left <= right
    return left[once], right[once]


def _tree(low: np.ndarray, high: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Boxes of boxes, the root's level first; places that are left over hold boxes that meet nothing."""
    leaves = 1 << (len(low) - 1).bit_length()
    missing = ((0, leaves - len(low)), (0, 0))
    nowhere = np.float64(np.inf)
    levels = [(np.pad(low, missing, constant_values=nowhere), np.pad(high, missing, constant_values=-nowhere))]
    while len(levels[0][0]) > 1:
        lows, highs = levels[0]
        levels.insert(0, (np.minimum(lows[0::2], lows[1::2]), np.maximum(highs[0::2], highs[1::2])))
    return levels


def _along_the_curve(points: np.ndarray) -> np.ndarray:
    """Place of points (N, 3) along Morton's curve: (N,) int64."""
    least, most = points.min(axis=0), points.max(axis=0)
    steps = (1 << BITS) - 1
    cells = ((points - least) / np.maximum(most - least, 1e-30).max() * steps).astype(np.int64)
    place = np.zeros(len(points), np.int64)
    for bit in range(BITS):
        for axis in range(3):
            place |= ((cells[:, axis] >> bit) & 1) << (3 * bit + axis)
    return place
