"""The kernels of :mod:`.gbuffer`: what a pixel shows, blended from the corners of its triangle, and its gradient.

Written in Warp's subset of Python, which Warp compiles for the device it runs on and checks the types of. A thread
takes one pixel. Names are those of :mod:`..barycentrics`, where the equations stand.
"""

import warp

from .. import gbuffer
from .rows import vector

warp.set_module_options({"enable_backward": False, "fast_math": False})

LEAST_W, SMALLEST = warp.constant(gbuffer.LEAST_W), warp.constant(gbuffer.SMALLEST)


@warp.func
def three(plane: warp.array[float], corners: warp.vec3i) -> warp.vec3f:
    """Read what a plane has for three corners."""
    return warp.vec3f(plane[corners[0]], plane[corners[1]], plane[corners[2]])


@warp.func
def corners_of(corners: warp.array2d[warp.int64], pixel: int) -> warp.vec3i:
    """Read which vertices a pixel's triangle has, in the planes of all views."""
    return warp.vec3i(int(corners[0, pixel]), int(corners[1, pixel]), int(corners[2, pixel]))


@warp.func
def side(uvs: warp.array3d[float], triangle: int, along: int) -> warp.vec3f:
    """Read u or v at a triangle's corners."""
    return warp.vec3f(uvs[triangle, 0, along], uvs[triangle, 1, along], uvs[triangle, 2, along])


@warp.kernel
def blend(
    offset: int,
    clip: warp.array2d[float],
    places: warp.array2d[float],
    upright: warp.array2d[float],
    uvs: warp.array3d[float],
    uv_areas: warp.array[float],
    corners: warp.array2d[warp.int64],
    triangles: warp.array[warp.int64],
    xs: warp.array[float],
    ys: warp.array[float],
    square: float,
    blended: warp.array2d[float],
    constant: warp.array2d[float],
):
    """Set a pixel's weights, place, normal and UV, (11, P); its spread and distance, (2, P).

    ``square`` are the pixels of a picture that goes from -1 to 1, over 4.
    """
    pixel = offset + warp.tid()
    three_corners, triangle = corners_of(corners, pixel), int(triangles[pixel])
    x, y, w = three(clip[0], three_corners), three(clip[1], three_corners), three(clip[3], three_corners)
    edges = warp.cross(x - xs[pixel] * w, y - ys[pixel] * w)
    weights = edges / (edges[0] + edges[1] + edges[2])
    for axis in range(3):
        blended[axis, pixel] = weights[axis]
        blended[3 + axis, pixel] = warp.dot(weights, three(places[axis], three_corners))
        blended[6 + axis, pixel] = warp.dot(weights, three(upright[axis], three_corners))
    for along in range(2):
        blended[9 + along, pixel] = warp.dot(weights, side(uvs, triangle, along))
    before = warp.max(w[0], LEAST_W) * warp.max(w[1], LEAST_W) * warp.max(w[2], LEAST_W)
    on_screen = warp.abs(warp.dot(x, warp.cross(y, w))) / before * square
    constant[0, pixel] = uv_areas[triangle] / warp.max(on_screen, SMALLEST)
    constant[1, pixel] = warp.dot(weights, w)


@warp.kernel
def part(
    offset: int,
    clip: warp.array2d[float],
    places: warp.array2d[float],
    upright: warp.array2d[float],
    uvs: warp.array3d[float],
    corners: warp.array2d[warp.int64],
    triangles: warp.array[warp.int64],
    xs: warp.array[float],
    ys: warp.array[float],
    gradient: warp.array2d[float],
    to_corners: warp.array3d[float],
):
    """Set the gradient of a pixel's corners, (10, 3, P), from that of what was blended: to clip, place and normal."""
    pixel = offset + warp.tid()
    three_corners, triangle = corners_of(corners, pixel), int(triangles[pixel])
    w = three(clip[3], three_corners)
    moved_x = three(clip[0], three_corners) - xs[pixel] * w
    moved_y = three(clip[1], three_corners) - ys[pixel] * w
    edges = warp.cross(moved_x, moved_y)
    inverse = 1.0 / (edges[0] + edges[1] + edges[2])
    weights = inverse * edges
    to_weights, to_place, to_normal = vector(gradient, 0, pixel), vector(gradient, 3, pixel), vector(gradient, 6, pixel)
    for axis in range(3):
        to_weights += to_place[axis] * three(places[axis], three_corners)
        to_weights += to_normal[axis] * three(upright[axis], three_corners)
        for corner in range(3):
            to_corners[4 + axis, corner, pixel] = to_place[axis] * weights[corner]
            to_corners[7 + axis, corner, pixel] = to_normal[axis] * weights[corner]
    for along in range(2):
        to_weights += gradient[9 + along, pixel] * side(uvs, triangle, along)
    to_edges = inverse * (to_weights - warp.dot(to_weights, weights) * warp.vec3f(1.0, 1.0, 1.0))
    to_x, to_y = warp.cross(moved_y, to_edges), warp.cross(to_edges, moved_x)
    for corner in range(3):
        to_corners[0, corner, pixel] = to_x[corner]
        to_corners[1, corner, pixel] = to_y[corner]
        to_corners[2, corner, pixel] = 0.0
        to_corners[3, corner, pixel] = -(xs[pixel] * to_x[corner] + ys[pixel] * to_y[corner])
