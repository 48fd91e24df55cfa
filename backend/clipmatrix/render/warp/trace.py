"""The kernels of :mod:`.silhouettes`: which faces look at the camera, where outlines cut, which cut is the nearest.

Written in Warp's subset of Python, which Warp compiles for the device it runs on and checks the types of. A thread
takes a face through all views, but an edge through one: edges of a view enter at the same places.
"""

import warp

warp.set_module_options({"enable_backward": False, "fast_math": False})

EDGE_BITS = 30
"""Low bits of an entry, above the lowest, that hold the edge; those above hold how far away it is."""


@warp.func
def volume(p: warp.vec4f, q: warp.vec4f, r: warp.vec4f) -> float:
    """Determinant of three corners' x, y and w: positive if they run counter-clockwise."""
    first = p[0] * (q[1] * r[3] - q[3] * r[1])
    second = q[0] * (r[1] * p[3] - r[3] * p[1])
    return first + second + r[0] * (p[1] * q[3] - p[3] * q[1])


@warp.kernel
def face(
    offset: int,
    clip: warp.array2d[warp.vec4f],
    triangles: warp.array2d[warp.int64],
    facing: warp.array2d[warp.uint8],
):
    """Tell whether a triangle faces the camera in each view: (N, T)."""
    triangle = offset + warp.tid()
    i, j, k = int(triangles[triangle, 0]), int(triangles[triangle, 1]), int(triangles[triangle, 2])
    for view in range(clip.shape[0]):
        facing[view, triangle] = warp.uint8(volume(clip[view, i], clip[view, j], clip[view, k]) > 0.0)


@warp.kernel
def trace(
    offset: int,
    clip: warp.array2d[warp.vec4f],
    edges: warp.array2d[warp.int64],
    faces: warp.array2d[warp.int64],
    opposite: warp.array[warp.int64],
    facing: warp.array2d[warp.uint8],
    depth: warp.array3d[float],
    least_w: float,
    in_front: float,
    nearest: warp.array4d[warp.int64],
):
    """Enter an edge, if it is part of a view's outline, at every pair of pixels there that nothing nearer cuts."""
    part, edge = warp.tid()
    view = offset + part
    first, second = int(faces[edge, 0]), int(faces[edge, 1])
    on_outline = second < 0
    if second >= 0:
        on_outline = facing[view, first] != facing[view, second]
    if on_outline:
        p, q = clip[view, int(edges[edge, 0])], clip[view, int(edges[edge, 1])]
        if warp.min(p[3], q[3]) > least_w:
            turn = volume(p, q, clip[view, int(opposite[edge])])
            walk(p, q, turn > 0.0, edge, view, depth, in_front, nearest)


@warp.func
def walk(
    p: warp.vec4f,
    q: warp.vec4f,
    counter_clockwise: bool,
    edge: int,
    view: int,
    depth: warp.array3d[float],
    in_front: float,
    nearest: warp.array4d[warp.int64],
):
    """Enter an edge from p to q along the lines of pixels it is cut at: rows if it is upright, else columns."""
    height, width = depth.shape[1], depth.shape[2]
    near_p, near_q = 1.0 / p[3], 1.0 / q[3]
    half_width, half_height = 0.5 * float(width), 0.5 * float(height)
    px, qx = (p[0] * near_p + 1.0) * half_width, (q[0] * near_q + 1.0) * half_width
    py, qy = (1.0 - p[1] * near_p) * half_height, (1.0 - q[1] * near_q) * half_height
    level = int(warp.abs(qy - py) < warp.abs(qx - px))
    across, along = warp.vec2f(px, qx), warp.vec2f(py, qy)
    lines, centres, beyond = height, width, qy > py
    if level == 1:
        across, along = along, across
        lines, centres, beyond = width, height, qx <= px
    onwards = counter_clockwise == beyond
    first = warp.clamp(warp.ceil(warp.min(along[0], along[1]) - 0.5), 0.0, float(lines))
    last = warp.clamp(warp.ceil(warp.max(along[0], along[1]) - 0.5), 0.0, float(lines))
    for line in range(int(first), int(last)):
        share = (float(line) + 0.5 - along[0]) / (along[1] - along[0])
        place = across[0] + share * (across[1] - across[0]) - 0.5
        before = int(warp.ceil(warp.clamp(place, -1.0, float(centres)))) - 1
        if before >= 0 and before < centres - 1:
            row, column = warp.where(level == 1, before, line), warp.where(level == 1, line, before)
            beside = int(not onwards)
            outer = depth[view, row + level * beside, column + (1 - level) * beside]
            w = 1.0 / warp.lerp(near_p, near_q, share)
            if w < outer * (1.0 - in_front):
                entry = warp.int64(2 * edge) | warp.int64(onwards)
                far = warp.int64(warp.cast(w, warp.int32)) << warp.int64(EDGE_BITS + 1)
                warp.atomic_min(nearest, level, view, row, column, far | entry)


@warp.kernel
def name(
    offset: int,
    pairs: warp.array[warp.int64],
    nearest: warp.array[warp.int64],
    edges: warp.array2d[warp.int64],
    vertices: int,
    height: int,
    width: int,
    inner: warp.array[warp.int64],
    outer: warp.array[warp.int64],
    ends: warp.array2d[warp.int64],
    upright: warp.array[bool],
    line: warp.array[warp.int64],
    before: warp.array[float],
    onwards: warp.array[bool],
):
    """Read the entry of a pair of pixels: a cut, as :class:`~..silhouettes.Cuts` describes it."""
    cut = offset + warp.tid()
    half = nearest.shape[0] // 2
    pair = int(pairs[cut])
    entry = nearest[pair]
    edge = int((entry >> warp.int64(1)) & warp.int64((1 << EDGE_BITS) - 1))
    stands, further = pair < half, (entry & warp.int64(1)) == warp.int64(1)
    here = pair % half
    there = here + warp.where(stands, 1, width)
    row, column = here // width % height, here % width
    first = here // (height * width) * vertices
    inner[cut] = warp.int64(warp.where(further, there, here))
    outer[cut] = warp.int64(warp.where(further, here, there))
    ends[0, cut] = edges[edge, 0] + warp.int64(first)
    ends[1, cut] = edges[edge, 1] + warp.int64(first)
    upright[cut] = stands
    line[cut] = warp.int64(warp.where(stands, row, column))
    before[cut] = float(warp.where(stands, column, row))
    onwards[cut] = further
