"""The kernels of :mod:`.antialias`: how far from a pixel's centre an outline passes, and its gradient.

Written in Warp's subset of Python, which Warp compiles for the device it runs on and checks the types of. A thread
takes one cut; edges are as in :mod:`..silhouettes`.
"""

import warp

warp.set_module_options({"enable_backward": False, "fast_math": False})


@warp.func
def on_screen(clip: warp.array2d[float], vertex: int, height: int, width: int) -> warp.vec3f:
    """Place a vertex on screen, pixels from the upper left corner, y down; and one over its w."""
    near = 1.0 / clip[3, vertex]
    x = (clip[0, vertex] * near + 1.0) * (0.5 * float(width))
    return warp.vec3f(x, (1.0 - clip[1, vertex] * near) * (0.5 * float(height)), near)


@warp.func
def turned(end: warp.vec3f, upright: bool) -> warp.vec2f:
    """A vertex' place across the line of pixels, and along the other way."""
    return warp.where(upright, warp.vec2f(end[0], end[1]), warp.vec2f(end[1], end[0]))


@warp.kernel
def measure(
    offset: int,
    clip: warp.array2d[float],
    ends: warp.array2d[warp.int64],
    upright: warp.array[bool],
    line: warp.array[warp.int64],
    before: warp.array[float],
    onwards: warp.array[bool],
    height: int,
    width: int,
    distance: warp.array[float],
):
    """Set how far from the inner pixel's centre an edge passes."""
    cut = offset + warp.tid()
    p = turned(on_screen(clip, int(ends[0, cut]), height, width), upright[cut])
    q = turned(on_screen(clip, int(ends[1, cut]), height, width), upright[cut])
    share = (float(line[cut]) + 0.5 - p[1]) / (q[1] - p[1])
    place = p[0] + share * (q[0] - p[0]) - 0.5
    distance[cut] = warp.where(onwards[cut], before[cut] + 1.0 - place, place - before[cut])


@warp.func
def pull(
    clip: warp.array2d[float],
    vertex: int,
    end: int,
    cut: int,
    by: warp.vec2f,
    height: int,
    width: int,
    upright: bool,
    to_ends: warp.array3d[float],
):
    """Set the gradient of an edge's end, (4, 2, K), from that of its place across and along."""
    near = 1.0 / clip[3, vertex]
    there = turned(warp.vec3f(by[0], by[1], 0.0), upright)
    to_x, to_y = there[0] * near * (0.5 * float(width)), -there[1] * near * (0.5 * float(height))
    to_ends[0, end, cut] = to_x
    to_ends[1, end, cut] = to_y
    to_ends[2, end, cut] = 0.0
    to_ends[3, end, cut] = -near * (to_x * clip[0, vertex] + to_y * clip[1, vertex])


@warp.kernel
def give(
    offset: int,
    clip: warp.array2d[float],
    ends: warp.array2d[warp.int64],
    upright: warp.array[bool],
    line: warp.array[warp.int64],
    onwards: warp.array[bool],
    height: int,
    width: int,
    gradient: warp.array[float],
    to_ends: warp.array3d[float],
):
    """Set the gradient of an edge's ends, (4, 2, K), from that of the distance."""
    cut = offset + warp.tid()
    first, second = int(ends[0, cut]), int(ends[1, cut])
    p = turned(on_screen(clip, first, height, width), upright[cut])
    q = turned(on_screen(clip, second, height, width), upright[cut])
    length = q[1] - p[1]
    share = (float(line[cut]) + 0.5 - p[1]) / length
    to_place = warp.where(onwards[cut], -gradient[cut], gradient[cut])
    to_share = to_place * (q[0] - p[0]) / length
    to_p, to_q = warp.vec2f((1.0 - share) * to_place, (share - 1.0) * to_share), share * warp.vec2f(to_place, -to_share)
    pull(clip, first, 0, cut, to_p, height, width, upright[cut], to_ends)
    pull(clip, second, 1, cut, to_q, height, width, upright[cut], to_ends)
