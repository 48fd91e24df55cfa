"""The kernels of :mod:`.texture` that go from one mip level to the next: averages, and their gradient's way back.

Written in Warp's subset of Python, which Warp compiles for the device it runs on and checks the types of. Each level
is seen as rows of ``Texels``, which become ``Halves`` in the next: 16 texels become 8 by a handful of instructions.
Where a row is no multiple of that, 2 become 1.

A row is shared out among threads. On a CPU one thread should walk all of it: to find out where a thread is takes as
long as its work there.
"""

from typing import Any

import warp

warp.set_module_options({"enable_backward": False, "fast_math": False})

MANY = 16
"""Texels of a row that are seen as one."""

Texels, Halves = warp.types.vector(MANY, float), warp.types.vector(MANY // 2, float)


@warp.func
def pairs(of: Texels) -> Halves:
    """Add up neighbours."""
    return Halves(
        of[0] + of[1], of[2] + of[3], of[4] + of[5], of[6] + of[7],
        of[8] + of[9], of[10] + of[11], of[12] + of[13], of[14] + of[15],
    )  # fmt: skip


@warp.func
def pairs(of: warp.vec2f) -> float:  # noqa: F811  Warp chooses by type
    """Add up neighbours."""
    return of[0] + of[1]


@warp.func
def twice(of: Halves) -> Texels:
    """Repeat each value beside itself."""
    return Texels(
        of[0], of[0], of[1], of[1], of[2], of[2], of[3], of[3],
        of[4], of[4], of[5], of[5], of[6], of[6], of[7], of[7],
    )  # fmt: skip


@warp.func
def twice(of: float) -> warp.vec2f:  # noqa: F811
    """Repeat each value beside itself."""
    return warp.vec2f(of, of)


@warp.kernel
def average(offset: int, fine: warp.array3d[Any], coarse: warp.array3d[Any], sharing: int):
    """Set a row of a level to the averages of two rows of the one before: planes (K, 2h, w) to (K, h, w)."""
    line, plane, first = warp.tid()
    row = offset + line
    for column in range(first, coarse.shape[2], sharing):
        both = fine[plane, 2 * row, column] + fine[plane, 2 * row + 1, column]
        coarse[plane, row, column] = 0.25 * pairs(both)


@warp.kernel
def fold(offset: int, fine: warp.array3d[Any], coarse: warp.array3d[Any], sharing: int):
    """Add the gradient of averages to what they are averages of; the way back of :func:`average`."""
    line, plane, first = warp.tid()
    row = offset + line
    for column in range(first, coarse.shape[2], sharing):
        share = twice(0.25 * coarse[plane, row, column])
        fine[plane, 2 * row, column] = fine[plane, 2 * row, column] + share
        fine[plane, 2 * row + 1, column] = fine[plane, 2 * row + 1, column] + share


@warp.kernel
def begin(offset: int, fine: warp.array3d[Any], coarse: warp.array3d[Any], sharing: int):
    """Set what averages are averages of to their gradient: as :func:`fold`, where nothing is there yet."""
    line, plane, first = warp.tid()
    row = offset + line
    for column in range(first, coarse.shape[2], sharing):
        share = twice(0.25 * coarse[plane, row, column])
        fine[plane, 2 * row, column] = share
        fine[plane, 2 * row + 1, column] = share


SEEN_AS = {1: warp.float32, 2: warp.vec2f, MANY // 2: Halves, MANY: Texels}
"""What so many texels are seen as."""


def _overloads(kernel: Any) -> dict[int, Any]:
    return {
        many: warp.overload(kernel, [int, warp.array3d[SEEN_AS[many]], warp.array3d[SEEN_AS[many // 2]], int])
        for many in (2, MANY)
    }


AVERAGE, FOLD, BEGIN = _overloads(average), _overloads(fold), _overloads(begin)
"""By how many texels of the finer level are seen as one."""
