"""The kernels of :mod:`.texture` that go from texels to pixels and back, one thread for each pixel.

Written in Warp's subset of Python, which Warp compiles for the device it runs on and checks the types of.
"""

from typing import Any

import torch
import warp

warp.set_module_options({"enable_backward": False, "fast_math": False})


@warp.struct
class Place:
    """Where a pixel lies between two mip levels, and how far it is towards the second."""

    finer: int
    coarser: int
    share: float


@warp.struct
class Taps:
    """Four texels of a level around a pixel, their weights, and how far along u and up v it lies between them.

    ``size`` is how many texels the level has along and up.
    """

    size: warp.vec2f
    texel: warp.vec4i
    weight: warp.vec4f
    along: float
    up: float


@warp.func
def place(level: float, last: int) -> Place:
    """Clamp a level to those there are; whatever it is, even no number, the result can be looked up."""
    found = Place()
    clamped = warp.clamp(level, 0.0, float(last))
    found.finer = warp.clamp(int(clamped), 0, warp.max(last - 1, 0))
    found.coarser = warp.min(found.finer + 1, last)
    found.share = clamped - float(found.finer)
    return found


@warp.func
def start(level: int, height: int, width: int) -> int:
    """Where a level begins among the averages: each has a quarter of the texels of the one before."""
    before = warp.max(level - 1, 0)
    return (height * width - (height >> before) * (width >> before)) // 3


@warp.func
def around(u: float, v: float, height: int, width: int, level: int) -> Taps:
    """Find the texels of a level that are nearest to a place; beyond the border, the border's."""
    rows, columns = height >> level, width >> level
    x = warp.clamp(u * float(columns) - 0.5, -1.0, float(columns))
    y = warp.clamp(v * float(rows) - 0.5, -1.0, float(rows))
    before, below = warp.floor(x), warp.floor(y)
    left, right = warp.clamp(int(before), 0, columns - 1), warp.clamp(int(before) + 1, 0, columns - 1)
    low, high = warp.clamp(int(below), 0, rows - 1), warp.clamp(int(below) + 1, 0, rows - 1)
    first = start(level, height, width)
    lower, upper = first + low * columns, first + high * columns
    found = Taps()
    found.size = warp.vec2f(float(columns), float(rows))
    found.texel = warp.vec4i(lower + left, lower + right, upper + left, upper + right)
    found.along = x - before
    found.up = y - below
    down, back = 1.0 - found.up, 1.0 - found.along
    found.weight = warp.vec4f(down * back, down * found.along, found.up * back, found.up * found.along)
    return found


@warp.func
def read(plane: warp.array[float], taps: Taps) -> warp.vec4f:
    """Read four texels of a plane."""
    return warp.vec4f(plane[taps.texel[0]], plane[taps.texel[1]], plane[taps.texel[2]], plane[taps.texel[3]])


@warp.func
def slope(four: warp.vec4f, taps: Taps) -> warp.vec2f:
    """How much a blend of four texels changes with u and v."""
    along = (four[1] - four[0]) * (1.0 - taps.up) + (four[3] - four[2]) * taps.up
    up = (four[2] - four[0]) * (1.0 - taps.along) + (four[3] - four[1]) * taps.along
    return warp.vec2f(along * taps.size[0], up * taps.size[1])


@warp.func
def add(plane: warp.array[float], texel: int, share: float, steps: float):
    """Add to a texel."""
    warp.atomic_add(plane, texel, share)


@warp.func
def add(plane: warp.array[warp.int64], texel: int, share: float, steps: float):  # noqa: F811  Warp chooses by type
    """Add to a texel in whole steps, so many to 1: sums of them are the same in any order."""
    warp.atomic_add(plane, texel, warp.int64(warp.rint(share * steps)))


@warp.func
def spread(plane: warp.array[Any], taps: Taps, gradient: float, steps: float):
    """Add to four texels their shares of a gradient."""
    share = gradient * taps.weight
    add(plane, taps.texel[0], share[0], steps)
    add(plane, taps.texel[1], share[1], steps)
    add(plane, taps.texel[2], share[2], steps)
    add(plane, taps.texel[3], share[3], steps)


@warp.kernel
def gather(
    offset: int,
    height: int,
    width: int,
    last: int,
    textures: warp.array3d[float],
    averages: warp.array3d[float],
    uv: warp.array2d[float],
    slots: warp.array[warp.int64],
    levels: warp.array[float],
    colours: warp.array2d[float],
    slopes: warp.array3d[float],
):
    """Look a pixel up in level 0 (S, C, H * W) and its averages (S, C, R), levels 1 to ``last`` one after the other.

    ``slopes`` (2, C, P) are how much the colours (C, P) change with u and v.
    """
    pixel = offset + warp.tid()
    at, slot = place(levels[pixel], last), int(slots[pixel])
    fine = around(uv[0, pixel], uv[1, pixel], height, width, at.finer)
    coarse = around(uv[0, pixel], uv[1, pixel], height, width, at.coarser)
    for channel in range(textures.shape[1]):
        four = read(warp.where(at.finer == 0, textures[slot, channel], averages[slot, channel]), fine)
        colour, change = warp.dot(four, fine.weight), slope(four, fine)
        if at.coarser > 0:
            four = read(averages[slot, channel], coarse)
            colour = warp.lerp(colour, warp.dot(four, coarse.weight), at.share)
            change = warp.lerp(change, slope(four, coarse), at.share)
        colours[channel, pixel] = colour
        slopes[0, channel, pixel] = change[0]
        slopes[1, channel, pixel] = change[1]


@warp.kernel
def scatter(
    offset: int,
    height: int,
    width: int,
    last: int,
    finest: bool,
    to_texels: warp.array3d[Any],
    steps: warp.array[float],
    uv: warp.array2d[float],
    slots: warp.array[warp.int64],
    levels: warp.array[float],
    gradient: warp.array2d[float],
):
    """Pass a pixel's gradient on to the texels it was looked up in: of level 0, or of all others; see :func:`add`."""
    pixel = offset + warp.tid()
    at, slot = place(levels[pixel], last), int(slots[pixel])
    to_finest = at.finer == 0
    if finest == to_finest:  # launched for the level that this pixel's finer taps are in
        fine = around(uv[0, pixel], uv[1, pixel], height, width, at.finer)
        for channel in range(gradient.shape[0]):
            spread(to_texels[slot, channel], fine, gradient[channel, pixel] * (1.0 - at.share), steps[0])
    if at.coarser > 0 and not finest:
        coarse = around(uv[0, pixel], uv[1, pixel], height, width, at.coarser)
        for channel in range(gradient.shape[0]):
            spread(to_texels[slot, channel], coarse, gradient[channel, pixel] * at.share, steps[0])


def _overloads(kernel: Any) -> dict[torch.dtype, Any]:
    """A kernel that adds to texels, by the numbers these are."""
    pixels = [warp.array2d[float], warp.array[warp.int64], warp.array[float], warp.array2d[float]]
    made = {torch.float32: warp.array3d[float], torch.int64: warp.array3d[warp.int64]}
    return {
        dtype: warp.overload(kernel, [int, int, int, int, bool, texels, warp.array[float], *pixels])
        for dtype, texels in made.items()
    }


SCATTER = _overloads(scatter)
