"""The kernel of :mod:`.fragments` that takes gradients from pictures back to what they were made of.

Written in Warp's subset of Python, which Warp compiles for the device it runs on and checks the types of. A thread
takes some fragments, and adds up what they have for the numbers that are one for all. Functions named ``to_...`` take
a gradient there.
"""

import warp

from .. import colour, fragments
from .light import (
    DIELECTRIC,
    LEAST_SEEN,
    LEAST_SQUARE,
    METALLIC,
    ROUGHNESS,
    SKY,
    SMOOTHEST,
    SUNS,
    Matter,
    Point,
    Sun,
    by_clear,
    by_tint,
    gathered,
    matter,
    met,
    per_length,
    root,
    shone,
)
from .rows import put, vector

warp.set_module_options({"enable_backward": False, "fast_math": False})

DARKEST, PLAIN = warp.constant(colour.DARKEST), warp.constant(fragments.PLAIN)


@warp.func
def slope(linear: float, encoded: float) -> float:
    """Derivative of :func:`encode`, which has made ``encoded`` of it; of what is cut off, zero."""
    steep = warp.where(linear > DARKEST, (encoded + 0.055) / (2.4 * warp.max(linear, DARKEST)), 12.92)
    return warp.where(linear <= 0.0 or linear >= 1.0, 0.0, steep)


@warp.func
def to_linear(light: warp.vec3f, encoded: warp.vec3f, gradient: warp.vec3f) -> warp.vec3f:
    """Take a gradient from a colour in sRGB to its light."""
    return warp.vec3f(
        slope(light[0], encoded[0]) * gradient[0],
        slope(light[1], encoded[1]) * gradient[1],
        slope(light[2], encoded[2]) * gradient[2],
    )


@warp.func
def to_light(
    tinted: warp.vec3f,
    clear: warp.vec3f,
    own: warp.vec3f,
    picture: warp.array2d[float],
    gradient: warp.array2d[float],
    pixel: int,
) -> tuple[warp.vec3f, warp.vec3f]:
    """Take a gradient from a pixel of both pictures to the light that makes them, whose base colour is ``own``."""
    textured, plain = warp.cw_mul(tinted, own) + clear, PLAIN * tinted + clear
    to_textured = to_linear(textured, vector(picture, 0, pixel), vector(gradient, 0, pixel))
    to_plain = to_linear(plain, vector(picture, 3, pixel), vector(gradient, 3, pixel))
    return to_textured, to_plain


@warp.func
def add(sums: warp.array2d[float], row: int, first: int, value: warp.vec3f):
    """Add to three numbers of a list that no other thread adds to."""
    sums[row, first] += value[0]
    sums[row, first + 1] += value[1]
    sums[row, first + 2] += value[2]


@warp.func
def to_cosines(facing: float, seen: float, square: float, alpha2: float, by_lobe: float) -> warp.vec4f:
    """Gradient of :func:`lobe`'s four, ``by_lobe`` times it each; for what is cut off, none."""
    root_facing, root_seen = root(facing, alpha2), root(seen, alpha2)
    across = (facing + seen) / square
    at_half = warp.min(across * (facing + seen), 1.0)
    to_narrow = -2.0 * by_lobe / (at_half * (alpha2 - 1.0) + 1.0)
    to_half = warp.where(across * (facing + seen) < 1.0, to_narrow * (alpha2 - 1.0), 0.0)
    to_smith_facing, to_smith_seen = -by_lobe / (facing + root_facing), -by_lobe / (seen + root_seen)
    to_facing = 2.0 * across * to_half + to_smith_facing * (1.0 + (1.0 - alpha2) * facing / root_facing)
    to_seen = 2.0 * across * to_half + to_smith_seen * (1.0 + (1.0 - alpha2) * seen / root_seen)
    to_alpha2 = by_lobe / alpha2 + to_narrow * at_half
    to_alpha2 += 0.5 * to_smith_facing * (1.0 - facing * facing) / root_facing
    to_alpha2 += 0.5 * to_smith_seen * (1.0 - seen * seen) / root_seen
    return warp.vec4f(to_facing, to_seen, -across * across * to_half, to_alpha2)


@warp.func
def to_square(square: float) -> float:
    """Derivative of :func:`fresnel`."""
    length = warp.sqrt(square)
    grazing = 1.0 - 0.5 * length
    return warp.where(length < 2.0, -1.25 * grazing * grazing * grazing * grazing / length, 0.0)


@warp.func
def to_vector(value: warp.vec3f, gradient: warp.vec3f) -> warp.vec3f:
    """Take a gradient from a vector made a unit vector to the vector."""
    scale = per_length(value)
    straight = scale * value
    return scale * (gradient - warp.dot(gradient, straight) * straight)


@warp.func
def to_sun(
    sun: Sun, point: Point, of: Matter, to_tinted: warp.vec3f, to_clear: warp.vec3f
) -> tuple[float, float, warp.vec3f]:
    """Take a gradient from gathered light to ``towards`` and ``halfway`` of a sun; to ``seen``, alpha2, metallic."""
    on_tinted, on_clear = warp.dot(sun.radiance, to_tinted), warp.dot(sun.radiance, to_clear)
    to_glassy = (1.0 - of.glass) * on_clear - of.metallic * on_tinted
    to_mirrored = of.metallic * on_tinted + of.glass * on_clear + sun.weight * to_glassy
    four = to_cosines(sun.facing, point.seen, sun.square, of.alpha2, to_mirrored * sun.mirrored)
    to_facing = four[0] + sun.arriving * (of.dull * on_tinted + sun.shape * to_mirrored)
    to_both = four[2] + to_square(sun.square) * sun.mirrored * to_glassy
    to_metallic = (sun.mirrored - sun.by_glass) * (on_tinted - DIELECTRIC * on_clear) - sun.lit * on_tinted
    to_towards = warp.where(sun.towards > 0.0, to_facing, 0.0)
    to_halfway = warp.where(sun.halfway > LEAST_SQUARE, to_both, 0.0)
    return to_towards, to_halfway, warp.vec3f(four[1], four[3], to_metallic)


@warp.func
def to_fragment(
    point: Point,
    of: Matter,
    numbers: warp.array[float],
    sunlit: warp.array2d[float],
    suns: int,
    item: int,
    row: int,
    to_tinted: warp.vec3f,
    to_clear: warp.vec3f,
    to_numbers: warp.array2d[float],
) -> tuple[warp.vec3f, warp.vec3f]:
    """Take a gradient from gathered light to the normal and to the direction of view; add what the list has of it."""
    to_upright, to_view = warp.vec3f(), warp.vec3f()
    sums = warp.vec3f(0.0, 0.0, -DIELECTRIC * warp.dot(of.sky, to_clear))
    for index in range(suns):
        sun = shone(point, of, numbers, sunlit, suns, index, item)
        to_towards, to_halfway, three = to_sun(sun, point, of, to_tinted, to_clear)
        to_upright += to_towards * sun.direction
        to_view += 2.0 * to_halfway * sun.direction
        sums += three
        to_radiance = by_tint(sun, of) * to_tinted + by_clear(sun, of) * to_clear
        add(to_numbers, row, SUNS + 3 * index, to_towards * point.upright + 2.0 * to_halfway * point.view)
        add(to_numbers, row, SUNS + 3 * suns + 3 * index, to_radiance)
    if point.cosine > LEAST_SEEN:
        to_upright += sums[0] * point.view
        to_view += sums[0] * point.upright
    to_numbers[row, ROUGHNESS] += sums[1]
    to_numbers[row, METALLIC] += sums[2]
    add(to_numbers, row, SKY, to_tinted + of.glass * to_clear)
    return point.side * to_upright, to_view


@warp.func
def cut_off(numbers: warp.array[float], row: int, to_numbers: warp.array2d[float]):
    """Take what was added up for alpha2 to roughness, and leave no gradient to what is cut off."""
    rough = numbers[ROUGHNESS]
    to_numbers[row, ROUGHNESS] *= warp.where(rough > SMOOTHEST, 4.0 * rough * rough * rough, 0.0)
    for axis in range(3):
        if numbers[SKY + axis] <= 0.0:
            to_numbers[row, SKY + axis] = 0.0


@warp.kernel
def absorb(
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
    gradient: warp.array2d[float],
    apart: int,
    beside: int,
    many: int,
    to_points: warp.array2d[float],
    to_normals: warp.array2d[float],
    to_base: warp.array2d[float],
    to_numbers: warp.array2d[float],
):
    """Set the gradients of fragments from that of pictures, and add those of the list up to as many sums as threads.

    A thread takes ``many`` fragments, each ``beside`` the one before, from ``apart`` times its number on; none adds to
    another's sums, which would be added up in any order.
    """
    row, of = offset + warp.tid(), matter(numbers)
    for step in range(many):
        item = row * apart + step * beside
        if item < where.shape[0]:
            normal, own = vector(normals, 0, item), vector(base, 0, item)
            point = met(points, eyes, normal, item)
            tinted, clear = gathered(point, of, numbers, sunlit, suns, item)
            to_textured, to_plain = to_light(tinted, clear, own, picture, gradient, int(where[item]))
            to_tinted, to_clear = warp.cw_mul(to_textured, own) + PLAIN * to_plain, to_textured + to_plain
            to_upright, to_view = to_fragment(
                point, of, numbers, sunlit, suns, item, row, to_tinted, to_clear, to_numbers
            )
            put(to_base, 0, item, warp.cw_mul(to_textured, tinted))
            put(to_normals, 0, item, to_vector(normal, to_upright))
            put(to_points, 0, item, -to_vector(point.ray, to_view))
    cut_off(numbers, row, to_numbers)
