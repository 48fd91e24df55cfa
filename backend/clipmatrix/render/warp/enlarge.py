"""The kernels of :mod:`.upsample`: an image twice as large on top of another, and its gradient's way back.

Written in Warp's subset of Python, which Warp compiles for the device it runs on and checks the types of. Planes lie
one below the other, as rows; a thread takes a run of pixels of the smaller image, and keeps what neighbours share.
"""

import warp

warp.set_module_options({"enable_backward": False, "fast_math": False})

RUN = 16
"""Pixels of the smaller image that a thread takes: it makes one cache line in each of two rows of them."""


@warp.func
def pulled(values: warp.array2d[float], row: int, towards: int, column: int) -> float:
    """A value a quarter of the way to its neighbour above or below."""
    own = values[row, column]
    return own + 0.25 * (values[towards, column] - own)


@warp.func
def quarter(own: float, towards: float) -> float:
    """A value a quarter of the way to another."""
    return own + 0.25 * (towards - own)


@warp.kernel
def enlarge(
    offset: int,
    images: warp.array2d[float],
    added: warp.array2d[float],
    larger: warp.array2d[float],
    height: int,
):
    """Set images of twice the size, (2 R, 2 W), to others and R rows of smaller ones, ``height`` rows each."""
    line, run = warp.tid()
    row, first, width = offset + line, run * RUN, images.shape[1]
    above = warp.where(row % height > 0, row - 1, row)
    below = warp.where(row % height < height - 1, row + 1, row)
    high, low = pulled(images, row, above, first), pulled(images, row, below, first)
    before = warp.max(first - 1, 0)
    high_before, low_before = pulled(images, row, above, before), pulled(images, row, below, before)
    for column in range(first, warp.min(first + RUN, width)):
        after = warp.min(column + 1, width - 1)
        high_after, low_after = pulled(images, row, above, after), pulled(images, row, below, after)
        left, right = 2 * column, 2 * column + 1
        larger[2 * row, left] = added[2 * row, left] + quarter(high, high_before)
        larger[2 * row, right] = added[2 * row, right] + quarter(high, high_after)
        larger[2 * row + 1, left] = added[2 * row + 1, left] + quarter(low, low_before)
        larger[2 * row + 1, right] = added[2 * row + 1, right] + quarter(low, low_after)
        high_before = high
        low_before = low
        high = high_after
        low = low_after


@warp.func
def gathered(larger: warp.array2d[float], above: int, row: int, below: int, column: int) -> float:
    """What a column has for a row of the smaller image: of the two rows made of it, and of those next to them."""
    beside = larger[above, column] + larger[below, column]
    return 0.75 * (larger[2 * row, column] + larger[2 * row + 1, column]) + 0.25 * beside


@warp.kernel
def gather(offset: int, images: warp.array2d[float], larger: warp.array2d[float], height: int):
    """Set the gradient of R rows of images, ``height`` each, from that of images twice as large; the way back."""
    line, run = warp.tid()
    row, first, width = offset + line, run * RUN, images.shape[1]
    above = warp.where(row % height > 0, 2 * row - 1, 2 * row)
    below = warp.where(row % height < height - 1, 2 * row + 2, 2 * row + 1)
    before = gathered(larger, above, row, below, warp.max(2 * first - 1, 0))
    left = gathered(larger, above, row, below, 2 * first)
    for column in range(first, warp.min(first + RUN, width)):
        right = gathered(larger, above, row, below, 2 * column + 1)
        after = gathered(larger, above, row, below, warp.min(2 * column + 2, 2 * width - 1))
        images[row, column] = 0.75 * (left + right) + 0.25 * (before + after)
        before = right
        left = after
