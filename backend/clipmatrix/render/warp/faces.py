"""The kernels of :mod:`.normals`: what faces have to say about normals at their corners, and its gradient.

Written in Warp's subset of Python, which Warp compiles for the device it runs on and checks the types of. A thread
takes its face, or its vertex, through all views: what it is made of is looked up once. Names are those of
:mod:`..normals`, where the equations stand.
"""

import warp

from .. import normals

warp.set_module_options({"enable_backward": False, "fast_math": False})

FLAT, LEAST = warp.constant(normals.FLATTEST), warp.constant(normals.LEAST)
FAINTEST = warp.constant(normals.FAINTEST)
TINY = warp.constant(1e-30)
"""What a square is at least, where it is divided by."""


@warp.func
def at(planes: warp.array3d[float], view: int, vertex: int) -> warp.vec3f:
    """Read a vector from planes (3, N, V)."""
    return warp.vec3f(planes[0, view, vertex], planes[1, view, vertex], planes[2, view, vertex])


@warp.func
def per_height(area: float, extent: float) -> float:
    """One over what a triangle's normal is divided by; from squares of its length and of two edges, summed."""
    flat = FLAT * extent
    return 1.0 / warp.sqrt(warp.max(area + flat * flat, LEAST * LEAST))


@warp.func
def between(opposite: float, beside: float) -> float:
    """The angle whose tangent is ``opposite``, above zero, over ``beside``: to within 2e-8 (Abramowitz, Stegun 4.4.49).

    A CPU's libraries take several times as long, one by one.
    """
    near = warp.abs(beside)
    x = warp.min(opposite, near) / warp.max(opposite, near)
    y = x * x
    y2 = y * y
    low = 1.0 - 0.3333314528 * y + y2 * (0.1999355085 - 0.1420889944 * y)
    high = 0.1065626393 - 0.0752896400 * y + y2 * (0.0429096138 - 0.0161657367 * y + 0.0028662257 * y2)
    found = x * (low + y2 * y2 * high)
    found = warp.where(opposite > near, warp.half_pi - found, found)
    return warp.where(beside < 0.0, warp.pi - found, found)


@warp.func
def put(planes: warp.array3d[float], view: int, vertex: int, vector: warp.vec3f):
    """Write a vector to planes (3, N, V)."""
    planes[0, view, vertex] = vector[0]
    planes[1, view, vertex] = vector[1]
    planes[2, view, vertex] = vector[2]


@warp.func
def summed(
    corners: warp.array2d[warp.vec3f],
    near: warp.array2d[warp.bool],
    around: warp.array[warp.int64],
    starts: warp.array[warp.int64],
    view: int,
    vertex: int,
) -> warp.vec3f:
    """Add up what the triangles around a vertex have to say, as far as they were asked."""
    total = warp.vec3f()
    if vertex + 1 < starts.shape[0]:
        for index in range(int(starts[vertex]), int(starts[vertex + 1])):
            corner = int(around[index])
            if near[corner // 3, view]:
                total += corners[corner, view]
    return total


@warp.func
def to_sum(
    gradient: warp.array3d[float],
    normals: warp.array3d[float],
    scale: warp.array2d[float],
    view: int,
    vertex: int,
) -> warp.vec3f:
    """Take a gradient from a vertex' normal to the sum it was made of; nothing comes from what nobody asked for."""
    back, upright = at(gradient, view, vertex), at(normals, view, vertex)
    return scale[view, vertex] * (back - warp.dot(back, upright) * upright)


@warp.kernel
def say(
    offset: int,
    places: warp.array3d[float],
    triangles: warp.array2d[warp.int64],
    asked: warp.array2d[warp.bool],
    corners: warp.array2d[warp.vec3f],
    near: warp.array2d[warp.bool],
    angles: warp.array2d[warp.vec3f],
):
    """Set in each view whether a vertex of a triangle is asked for its normal, (T, N), and if so what it has to say.

    That are its angles, (T, N), and its normal times each of them, (3 T, N).
    """
    triangle = offset + warp.tid()
    i, j, k = int(triangles[triangle, 0]), int(triangles[triangle, 1]), int(triangles[triangle, 2])
    for view in range(places.shape[1]):
        near[triangle, view] = asked[view, i] or asked[view, j] or asked[view, k]
        if near[triangle, view]:
            a = at(places, view, i)
            along, across = at(places, view, j) - a, at(places, view, k) - a
            beyond, normal = across - along, warp.cross(along, across)
            area = warp.length_sq(normal)
            upright = per_height(area, warp.length_sq(along) + warp.length_sq(across)) * normal
            length = warp.sqrt(warp.max(area, TINY))
            at_b = between(length, -warp.dot(along, beyond))
            at_c = between(length, warp.dot(across, beyond))
            at_a = warp.pi - at_b - at_c
            angles[triangle, view] = warp.vec3f(at_a, at_b, at_c)
            corners[3 * triangle, view] = at_a * upright
            corners[3 * triangle + 1, view] = at_b * upright
            corners[3 * triangle + 2, view] = at_c * upright


@warp.kernel
def agree(
    offset: int,
    corners: warp.array2d[warp.vec3f],
    near: warp.array2d[warp.bool],
    around: warp.array[warp.int64],
    starts: warp.array[warp.int64],
    asked: warp.array2d[warp.bool],
    normals: warp.array3d[float],
    scale: warp.array2d[float],
):
    """Set a vertex' normal in each view (3, N, V), and what its sum was scaled by (N, V); zero if nobody asked."""
    vertex = offset + warp.tid()
    for view in range(normals.shape[1]):
        total = warp.vec3f()
        if asked[view, vertex]:
            total = summed(corners, near, around, starts, view, vertex)
        by = warp.where(asked[view, vertex], 1.0 / warp.sqrt(warp.length_sq(total) + FAINTEST * FAINTEST), 0.0)
        put(normals, view, vertex, by * total)
        scale[view, vertex] = by


@warp.kernel
def share(
    offset: int,
    places: warp.array3d[float],
    gradient: warp.array3d[float],
    normals: warp.array3d[float],
    scale: warp.array2d[float],
    triangles: warp.array2d[warp.int64],
    angles: warp.array2d[warp.vec3f],
    near: warp.array2d[warp.bool],
    corners: warp.array2d[warp.vec3f],
):
    """Set the gradient of a triangle's three corners, (3 T, N), from that of normals; not where it was not asked."""
    triangle = offset + warp.tid()
    i, j, k = int(triangles[triangle, 0]), int(triangles[triangle, 1]), int(triangles[triangle, 2])
    for view in range(places.shape[1]):
        if near[triangle, view]:
            a, angle = at(places, view, i), angles[triangle, view]
            along, across = at(places, view, j) - a, at(places, view, k) - a
            beyond, normal = across - along, warp.cross(along, across)
            first, second, third = warp.length_sq(along), warp.length_sq(across), warp.length_sq(beyond)
            extent, area = first + second, warp.length_sq(normal)
            high, least = per_height(area, extent), FLAT * FLAT * FLAT * FLAT * extent
            to_a = to_sum(gradient, normals, scale, view, i)
            to_b = to_sum(gradient, normals, scale, view, j)
            to_c = to_sum(gradient, normals, scale, view, k)
            total = angle[0] * to_a + angle[1] * to_b + angle[2] * to_c
            to_normal = high * (total - (high * high * warp.dot(normal, total)) * normal)
            turn = high / warp.sqrt(warp.max(area, TINY))
            turn_a, turn_b, turn_c = warp.dot(normal, to_a), warp.dot(normal, to_b), warp.dot(normal, to_c)
            by_first = turn * (turn_b - turn_a) / warp.max(first + least, TINY)
            by_second = turn * (turn_a - turn_c) / warp.max(second + least, TINY)
            by_third = turn * (turn_c - turn_b) / warp.max(third + least, TINY)
            at_b = warp.cross(normal, by_first * along - by_third * beyond) + warp.cross(across, to_normal)
            at_c = warp.cross(normal, by_second * across + by_third * beyond) + warp.cross(to_normal, along)
            corners[3 * triangle, view] = -at_b - at_c
            corners[3 * triangle + 1, view] = at_b
            corners[3 * triangle + 2, view] = at_c


@warp.kernel
def collect(
    offset: int,
    corners: warp.array2d[warp.vec3f],
    near: warp.array2d[warp.bool],
    around: warp.array[warp.int64],
    starts: warp.array[warp.int64],
    to_places: warp.array3d[float],
):
    """Set the gradient of a vertex in each view (3, N, V): what all triangles around it have for it."""
    vertex = offset + warp.tid()
    for view in range(to_places.shape[1]):
        put(to_places, view, vertex, summed(corners, near, around, starts, view, vertex))
