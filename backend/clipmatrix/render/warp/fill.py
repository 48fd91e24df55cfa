"""The kernel of :mod:`.visibility`: fills triangles, one thread for each triangle in each view.

Written in Warp's subset of Python, which Warp compiles for the device it runs on and checks the types of.
"""

import warp

warp.set_module_options({"enable_backward": False, "fast_math": False})

ID_BITS = 24
"""Low bits of an entry that hold the triangle, counted from 1; those above hold its depth."""

DEPTH_STEPS = 1 << 30
"""Steps from depth 0 to 1, more than a float32 tells apart there."""

SLACK = 1e-6
"""Pixels by which boxes are wider than what they hold; edges decide, boxes only spare work."""


@warp.func
def on_screen(corner: warp.vec4f, height: int, width: int) -> warp.vec4d:
    """Homogeneous column, row (centres at integers), depth and w."""
    x, y, z, w = warp.float64(corner[0]), warp.float64(corner[1]), warp.float64(corner[2]), warp.float64(corner[3])
    half = warp.float64(0.5)
    column = x * (half * warp.float64(width)) + w * (half * warp.float64(width - 1))
    row = w * (half * warp.float64(height - 1)) - y * (half * warp.float64(height))
    return warp.vec4d(column, row, z, w)


@warp.func
def edge(p: warp.vec4d, q: warp.vec4d) -> warp.vec3d:
    """Coefficients of column, row and 1 in the edge function between two corners."""
    return warp.vec3d(p[1] * q[3] - q[1] * p[3], p[3] * q[0] - q[3] * p[0], p[0] * q[1] - q[0] * p[1])


@warp.func
def is_outside(p: warp.vec4d, q: warp.vec4d, r: warp.vec4d) -> bool:
    """Whether a triangle lies wholly beyond the far or the near plane, or behind the camera."""
    beyond = p[2] > p[3] and q[2] > q[3] and r[2] > r[3]
    before = p[2] < -p[3] and q[2] < -q[3] and r[2] < -r[3]
    return beyond or before or warp.max(warp.max(p[3], q[3]), r[3]) <= warp.float64(0.0)


@warp.func
def box(p: warp.float64, q: warp.float64, r: warp.float64, count: int) -> warp.vec2i:
    """First and last of ``count`` pixel centres between the least and the greatest of three coordinates."""
    last = warp.float64(count)
    low = warp.ceil(warp.min(warp.min(p, q), r) - warp.float64(SLACK))
    high = warp.floor(warp.max(warp.max(p, q), r) + warp.float64(SLACK))
    zero, one = warp.float64(0.0), warp.float64(1.0)
    return warp.vec2i(int(warp.clamp(low, zero, last)), int(warp.clamp(high + one, zero, last)) - 1)


@warp.func
def narrowed(span: warp.vec2i, side: warp.vec3d, row: warp.float64, width: int) -> warp.vec2i:
    """Narrow a row's half-open span of columns by an edge, positive inside.

    A left edge includes a centre that lies on it, a right edge excludes it; likewise upper and lower edges.
    """
    zero = warp.float64(0.0)
    if side[0] == zero:
        height = side[1] * row + side[2]
        if height > zero or (height == zero and side[1] > zero):
            return span
        return warp.vec2i(0, 0)
    column = warp.clamp(warp.ceil(-side[1] / side[0] * row - side[2] / side[0]), zero, warp.float64(width))
    if side[0] > zero:
        return warp.vec2i(warp.max(span[0], int(column)), span[1])
    return warp.vec2i(span[0], warp.min(span[1], int(column)))


@warp.func
def leaves_out_backs(one_sided: warp.array2d[bool], view: int, triangle: int) -> bool:
    """Whether a triangle, which turns its back to the camera, need not be drawn."""
    if one_sided:
        return one_sided[view, triangle]
    return False


@warp.kernel
def fill(
    offset: int,
    clip: warp.array2d[warp.vec4f],
    triangles: warp.array2d[warp.int64],
    one_sided: warp.array2d[bool],
    height: int,
    width: int,
    nearest: warp.array3d[warp.int64],
):
    """Enter one triangle in one view at every pixel centre where nothing nearer has been entered."""
    part, triangle = warp.tid()
    view = offset + part
    p = on_screen(clip[view, int(triangles[triangle, 0])], height, width)
    q = on_screen(clip[view, int(triangles[triangle, 1])], height, width)
    r = on_screen(clip[view, int(triangles[triangle, 2])], height, width)
    zero, one = warp.float64(0.0), warp.float64(1.0)
    a = edge(q, r)
    volume = a[0] * p[0] + a[1] * p[1] + a[2] * p[3]
    if volume == zero or (volume > zero and leaves_out_backs(one_sided, view, triangle)) or is_outside(p, q, r):
        return
    rows, columns = warp.vec2i(0, height - 1), warp.vec2i(0, width - 1)
    if warp.min(warp.min(p[3], q[3]), r[3]) > zero:
        columns = box(p[0] / p[3], q[0] / q[3], r[0] / r[3], width)
        rows = box(p[1] / p[3], q[1] / q[3], r[1] / r[3], height)
    if columns[1] < columns[0] or rows[1] < rows[0]:
        return
    b, c = edge(r, p), edge(p, q)
    plane = (a * p[2] + b * q[2] + c * r[2]) / volume
    facing = warp.sign(volume)
    a, b, c = a * facing, b * facing, c * facing
    for row in range(rows[0], rows[1] + 1):
        down = warp.float64(row)
        span = narrowed(warp.vec2i(0, width), a, down, width)
        span = narrowed(narrowed(span, b, down, width), c, down, width)
        for column in range(span[0], span[1]):
            z = plane[0] * warp.float64(column) + (plane[1] * down + plane[2])
            if z >= -one and z <= one:
                step = warp.int64((warp.float64(warp.float32(z)) + one) * warp.float64(DEPTH_STEPS))
                entry = (step << warp.int64(ID_BITS)) | warp.int64(triangle + 1)
                warp.atomic_min(nearest, view, row, column, entry)
