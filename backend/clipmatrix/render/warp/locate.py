"""The kernel of :mod:`.pixels`: where a covered pixel is, and what it sees.

Written in Warp's subset of Python, which Warp compiles for the device it runs on and checks the types of.
"""

import warp

warp.set_module_options({"enable_backward": False, "fast_math": False})


@warp.kernel
def locate(
    offset: int,
    where: warp.array[warp.int64],
    triangle_ids: warp.array[warp.int64],
    triangles: warp.array2d[warp.int64],
    vertices: int,
    height: int,
    width: int,
    view: warp.array[warp.int64],
    triangle: warp.array[warp.int64],
    x: warp.array[float],
    y: warp.array[float],
    corners: warp.array2d[warp.int64],
):
    """Set what :class:`~..pixels.Pixels` says of a pixel."""
    pixel = offset + warp.tid()
    place = where[pixel]
    line = place // warp.int64(width)
    column, picture = int(place - line * warp.int64(width)), line // warp.int64(height)
    row = int(line - picture * warp.int64(height))
    view[pixel] = picture
    triangle[pixel] = triangle_ids[place]
    x[pixel] = float(2 * column + 1 - width) / float(width)
    y[pixel] = float(height - 1 - 2 * row) / float(height)
    for corner in range(3):
        vertex = triangles[int(triangle_ids[place]), corner]
        corners[corner, pixel] = vertex + picture * warp.int64(vertices)
