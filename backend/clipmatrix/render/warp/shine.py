"""The kernel of :mod:`.fragments` that makes pictures.

Written in Warp's subset of Python, which Warp compiles for the device it runs on and checks the types of. A thread
takes one fragment.
"""

import warp

from .. import colour, fragments
from .light import at_least, at_most, gathered, matter, met
from .rows import put, vector

warp.set_module_options({"enable_backward": False, "fast_math": False})

DARKEST, PLAIN = warp.constant(colour.DARKEST), warp.constant(fragments.PLAIN)


@warp.func
def encode(linear: float) -> float:
    """Linear light as sRGB."""
    light = at_most(at_least(linear, 0.0), 1.0)
    return at_most(12.92 * light, 1.055 * warp.pow(at_least(light, DARKEST), 1.0 / 2.4) - 0.055)


@warp.func
def encoded(light: warp.vec3f) -> warp.vec3f:
    """A colour as sRGB."""
    return warp.vec3f(encode(light[0]), encode(light[1]), encode(light[2]))


@warp.kernel
def shine(
    offset: int,
    where: warp.array[warp.int64],
    points: warp.array2d[float],
    eyes: warp.array2d[float],
    normals: warp.array2d[float],
    base: warp.array2d[float],
    sunlit: warp.array2d[float],
    numbers: warp.array[float],
    suns: int,
    picture: warp.array2d[float],
):
    """Set where a fragment is in both pictures and their coverage, (7, N * H * W)."""
    item = offset + warp.tid()
    point, of = met(points, eyes, vector(normals, 0, item), item), matter(numbers)
    tinted, clear = gathered(point, of, numbers, sunlit, suns, item)
    pixel = int(where[item])
    put(picture, 0, pixel, encoded(warp.cw_mul(tinted, vector(base, 0, item)) + clear))
    put(picture, 3, pixel, encoded(PLAIN * tinted + clear))
    picture[6, pixel] = 1.0
