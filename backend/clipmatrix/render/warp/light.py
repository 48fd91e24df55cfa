"""Light on a surface under a uniform sky and suns, for the kernels in :mod:`.shine` and :mod:`.absorb`.

Written in Warp's subset of Python, which Warp compiles for the device it runs on and checks the types of. Names are
those of :mod:`..shading`, where the equations stand. What one number is for all fragments, such as roughness, comes in
one list: roughness, metallic, the sky's colour, directions towards D suns, their colours.
"""

import warp

from .. import shading
from .rows import vector

DIELECTRIC, SMOOTHEST = warp.constant(shading.DIELECTRIC), warp.constant(shading.SMOOTHEST)
LEAST_SEEN, LEAST_SQUARE = warp.constant(shading.LEAST_SEEN), warp.constant(shading.LEAST_SQUARE)
TINY = warp.constant(1e-30)
"""What the square of a length is at least, where it is divided by."""

ROUGHNESS, METALLIC, SKY, SUNS = (warp.constant(place) for place in (0, 1, 2, 5))
"""Where the numbers of the list begin."""


@warp.func
def listed(numbers: warp.array[float], first: int) -> warp.vec3f:
    """Read three numbers of the list."""
    return warp.vec3f(numbers[first], numbers[first + 1], numbers[first + 2])


@warp.func
def at_least(value: float, least: float) -> float:
    """The larger of two, as torch finds it: what is no number stays none, and a job's guard sees it."""
    return warp.where(value < least, least, value)


@warp.func
def at_most(value: float, most: float) -> float:
    """The smaller of two; what is no number stays none."""
    return warp.where(value > most, most, value)


@warp.func
def per_length(value: warp.vec3f) -> float:
    """One over a vector's length."""
    return 1.0 / warp.sqrt(at_least(warp.length_sq(value), TINY))


@warp.func
def arrives(sunlit: warp.array2d[float], sun: int, item: int) -> float:
    """How much of a sun arrives."""
    if sunlit:
        return sunlit[sun, item]
    return 1.0


@warp.func
def root(cosine: float, alpha2: float) -> float:
    """The root in Smith's masking for GGX."""
    return warp.sqrt(alpha2 + (1.0 - alpha2) * cosine * cosine)


@warp.func
def lobe(facing: float, seen: float, square: float, alpha2: float) -> float:
    """Cook-Torrance without Fresnel, times pi; ``square`` is that of the length of light + eye."""
    at_half = at_most((facing + seen) * (facing + seen) / square, 1.0)
    narrow = at_half * (alpha2 - 1.0) + 1.0
    return alpha2 / (narrow * narrow * (facing + root(facing, alpha2)) * (seen + root(seen, alpha2)))


@warp.func
def fresnel(square: float) -> float:
    """Schlick's weight."""
    grazing = 1.0 - 0.5 * at_most(warp.sqrt(square), 2.0)
    return grazing * grazing * grazing * grazing * grazing


@warp.struct
class Matter:
    """What holds for all fragments: as in :mod:`..shading`; what is dull, and glassy; the square of GGX' alpha."""

    metallic: float
    dull: float
    glass: float
    alpha2: float
    sky: warp.vec3f


@warp.struct
class Point:
    """A fragment: the ray to the eye, its direction; the normal, turned towards it; their cosine."""

    ray: warp.vec3f
    view: warp.vec3f
    side: float
    upright: warp.vec3f
    cosine: float
    seen: float


@warp.struct
class Sun:
    """What a sun gives a point: cosines to it and their like, unclamped first; what arrives, and what is mirrored."""

    direction: warp.vec3f
    radiance: warp.vec3f
    towards: float
    facing: float
    halfway: float
    square: float
    arriving: float
    shape: float
    weight: float
    lit: float
    mirrored: float
    by_glass: float


@warp.func
def matter(numbers: warp.array[float]) -> Matter:
    """Read what holds for all."""
    made = Matter()
    made.metallic = numbers[METALLIC]
    made.dull = 1.0 - made.metallic
    made.glass = DIELECTRIC * made.dull
    rough = at_least(numbers[ROUGHNESS], SMOOTHEST)
    made.alpha2 = rough * rough * rough * rough
    for axis in range(3):
        made.sky[axis] = at_least(numbers[SKY + axis], 0.0)
    return made


@warp.func
def met(points: warp.array2d[float], eyes: warp.array2d[float], normal: warp.vec3f, item: int) -> Point:
    """Look at a fragment."""
    point = Point()
    point.ray = vector(eyes, 0, item) - vector(points, 0, item)
    point.view = per_length(point.ray) * point.ray
    upright = per_length(normal) * normal
    point.side = warp.where(warp.dot(upright, point.view) < 0.0, -1.0, 1.0)
    point.upright = point.side * upright
    point.cosine = warp.dot(point.upright, point.view)
    point.seen = at_least(point.cosine, LEAST_SEEN)
    return point


@warp.func
def shone(
    point: Point,
    of: Matter,
    numbers: warp.array[float],
    sunlit: warp.array2d[float],
    suns: int,
    sun: int,
    item: int,
) -> Sun:
    """Look at a sun from a fragment."""
    made = Sun()
    made.direction = listed(numbers, SUNS + 3 * sun)
    made.radiance = listed(numbers, SUNS + 3 * suns + 3 * sun)
    made.towards = warp.dot(made.direction, point.upright)
    made.facing = at_least(made.towards, 0.0)
    made.halfway = 2.0 + 2.0 * warp.dot(made.direction, point.view)
    made.square = at_least(made.halfway, LEAST_SQUARE)
    made.arriving = arrives(sunlit, sun, item)
    made.shape = lobe(made.facing, point.seen, made.square, of.alpha2)
    made.weight = fresnel(made.square)
    made.lit = made.facing * made.arriving
    made.mirrored = made.shape * made.lit
    made.by_glass = made.mirrored * made.weight
    return made


@warp.func
def by_tint(sun: Sun, of: Matter) -> float:
    """What of a sun is tinted by the base colour."""
    return of.dull * sun.lit + of.metallic * (sun.mirrored - sun.by_glass)


@warp.func
def by_clear(sun: Sun, of: Matter) -> float:
    """What of a sun is mirrored as by glass."""
    return of.glass * (sun.mirrored - sun.by_glass) + sun.by_glass


@warp.func
def gathered(
    point: Point, of: Matter, numbers: warp.array[float], sunlit: warp.array2d[float], suns: int, item: int
) -> tuple[warp.vec3f, warp.vec3f]:
    """Gather light on a fragment: tinted by the base colour, and clear."""
    tinted, clear = 1.0 * of.sky, of.glass * of.sky
    for index in range(suns):
        sun = shone(point, of, numbers, sunlit, suns, index, item)
        tinted += by_tint(sun, of) * sun.radiance
        clear += by_clear(sun, of) * sun.radiance
    return tinted, clear
