"""Vectors in planar lists, for the kernels: three rows of numbers, a column for each item.

Written in Warp's subset of Python, which Warp compiles for the device it runs on and checks the types of.
"""

import warp


@warp.func
def vector(rows: warp.array2d[float], first: int, item: int) -> warp.vec3f:
    """Read a vector from three rows of a planar list."""
    return warp.vec3f(rows[first, item], rows[first + 1, item], rows[first + 2, item])


@warp.func
def put(rows: warp.array2d[float], first: int, item: int, value: warp.vec3f):
    """Write a vector to three rows of a planar list."""
    rows[first, item] = value[0]
    rows[first + 1, item] = value[1]
    rows[first + 2, item] = value[2]
