"""The kernels of :mod:`.normals`: normals of faces, and their gradient.

Written in Warp's subset of Python, which Warp compiles for the device it runs on and checks the types of. A thread
takes its face through all views: what it is made of is looked up once.
"""

import warp

warp.set_module_options({"enable_backward": False, "fast_math": False})


@warp.func
def at(planes: warp.array3d[float], view: int, vertex: int) -> warp.vec3f:
    """Read a vector from planes (3, N, V)."""
    return warp.vec3f(planes[0, view, vertex], planes[1, view, vertex], planes[2, view, vertex])


@warp.kernel
def normal(places: warp.array3d[float], triangles: warp.array2d[warp.int64], faces: warp.array2d[warp.vec3f]):
    """Set the normal, as long as twice the area, of a triangle in each view: (T, N)."""
    triangle = warp.tid()
    i, j, k = int(triangles[triangle, 0]), int(triangles[triangle, 1]), int(triangles[triangle, 2])
    for view in range(places.shape[1]):
        a = at(places, view, i)
        faces[triangle, view] = warp.cross(at(places, view, j) - a, at(places, view, k) - a)


@warp.kernel
def share(
    places: warp.array3d[float],
    gradient: warp.array3d[float],
    triangles: warp.array2d[warp.int64],
    corners: warp.array2d[warp.vec3f],
):
    """Set the gradient of a triangle's three corners, (3 T, N), from that of sums of normals at its vertices."""
    triangle = warp.tid()
    i, j, k = int(triangles[triangle, 0]), int(triangles[triangle, 1]), int(triangles[triangle, 2])
    for view in range(places.shape[1]):
        a = at(places, view, i)
        along, across = at(places, view, j) - a, at(places, view, k) - a
        total = at(gradient, view, i) + at(gradient, view, j) + at(gradient, view, k)
        to_along, to_across = warp.cross(across, total), warp.cross(total, along)
        corners[3 * triangle, view] = -to_along - to_across
        corners[3 * triangle + 1, view] = to_along
        corners[3 * triangle + 2, view] = to_across
