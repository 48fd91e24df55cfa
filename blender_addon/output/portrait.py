"""A small picture of a character as it stands, in a fraction of a second: points strewn over its surface.

No renderer takes part, so it works without a window or a GPU, and the artist's last render stays. Base colours are
shown, evenly lit; light, nodes and transparency are not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians, sin
from typing import Any

import bpy
import numpy as np

from ..scene.materials.uvs import render_layer, triangle_uvs

AZIMUTH, ELEVATION = radians(25), radians(8)
"""Where it is seen from: azimuth 0 sees a face that looks to -Y, to the right of it is positive."""

FINER = 2
"""Points are collected on a grid this many times finer than the picture, which smooths its edges."""

DENSITY = 4
"""Points per cell of that grid, on each layer of the surface."""

MOST = 400_000
"""Points at most, however many layers the surface has."""

R2 = np.array([[0.7548776662466927], [0.5698402909980532]])
"""Steps of the low-discrepancy sequence: powers of the inverse of the plastic number."""

MARGIN = 0.04
"""Empty border, as a share of the picture's side."""

DIMMEST = 0.45
"""Brightness of a surface seen edge-on; one that faces the camera has 1."""


GREY = (0.6, 0.6, 0.6)
"""Of what has no material, linear."""


@dataclass(frozen=True, eq=False)
class _Patch:
    """Triangles that share a material: corners (T, 3, 3) metres, in camera axes; UVs (T, 3, 2) or None."""

    corners: np.ndarray
    uvs: np.ndarray | None
    material: bpy.types.Material | None


def portrait(things: Sequence[bpy.types.Object], size: int) -> np.ndarray | None:
    """Draw mesh objects as the view layer shows them now.

    Parameters
    ----------
    size
        Side of the picture, pixels.

    Returns
    -------
    np.ndarray or None
        (size, size, 4) float32 in [0, 1], sRGB encoded, row 0 at the bottom, transparent around the character; None
        where nothing is to be seen.
    """
    graph = bpy.context.evaluated_depsgraph_get()
    patches = [patch for thing in things if thing.visible_get() for patch in _patches(thing.evaluated_get(graph))]
    if not patches:
        return None
    cells = size * FINER
    low, scale = _framing(np.concatenate([patch.corners.reshape(-1, 3) for patch in patches]), cells)
    placed = [
        _Patch(((patch.corners - low) * scale).astype(np.float32), patch.uvs, patch.material) for patch in patches
    ]
    covered = sum(float(_areas(patch).sum()) for patch in placed)
    density = min(DENSITY, MOST / max(covered, 1))
    strewn: list[tuple[np.ndarray, np.ndarray]] = []
    for patch in placed:
        strewn.append(_strew(patch, density, sum(len(points) for points, _ in strewn)))
    points, colours = (np.concatenate([each[i] for each in strewn]) for i in range(2))
    if not len(points):
        return None
    grid = _nearest(points, colours, cells)
    picture = grid.reshape(size, FINER, size, FINER, 4).mean(axis=(1, 3))
    cover = picture[..., 3:]
    picture[..., :3] /= np.maximum(cover, 1e-6)
    return picture.clip(0, 1).astype(np.float32)


def _patches(thing: bpy.types.Object) -> list[_Patch]:
    mesh = thing.data
    assert isinstance(mesh, bpy.types.Mesh)
    mesh.calc_loop_triangles()
    count = len(mesh.loop_triangles)
    if not count:
        return []
    corners, material = np.empty(count * 3, np.int32), np.empty(count, np.int32)
    mesh.loop_triangles.foreach_get("vertices", corners)
    mesh.loop_triangles.foreach_get("material_index", material)
    points = np.empty(len(mesh.vertices) * 3, np.float32)
    mesh.vertices.foreach_get("co", points)
    matrix = np.array(thing.matrix_world)
    world = points.reshape(-1, 3) @ matrix[:3, :3].T + matrix[:3, 3]
    triangles = (world @ _camera().T)[corners].reshape(count, 3, 3)
    sound = np.isfinite(triangles).all(axis=(1, 2))
    layer = render_layer(mesh)
    uvs = None if layer is None else triangle_uvs(mesh, layer)
    slots = [slot.material for slot in thing.material_slots] or [None]
    material = np.minimum(material, len(slots) - 1)
    chosen = [(slot, sound & (material == slot)) for slot in range(len(slots))]
    return [
        _Patch(triangles[mask], None if uvs is None else uvs[mask], slots[slot]) for slot, mask in chosen if mask.any()
    ]


def _camera() -> np.ndarray:
    """(3, 3): rows are the camera's right, its up, and the direction towards it."""
    towards = np.array(
        [sin(AZIMUTH) * cos(ELEVATION), -cos(AZIMUTH) * cos(ELEVATION), sin(ELEVATION)],
    )
    right = np.array([cos(AZIMUTH), sin(AZIMUTH), 0.0])
    return np.stack([right, np.cross(towards, right), towards])


def _framing(points: np.ndarray, cells: int) -> tuple[np.ndarray, float]:
    """Offset (3,) and scale that bring points (N, 3) into the grid, centred."""
    low, high = points.min(axis=0), points.max(axis=0)
    extent = max(float((high - low)[:2].max()), 1e-9)
    scale = cells * (1 - 2 * MARGIN) / extent
    corner = (low + high) / 2 - cells / scale / 2
    return np.array([corner[0], corner[1], 0.0]), scale


def _normals(patch: _Patch) -> np.ndarray:
    """(T, 3), twice as long as the triangle is large."""
    a, b, c = (patch.corners[:, i] for i in range(3))
    return np.cross(b - a, c - a)


def _areas(patch: _Patch) -> np.ndarray:
    """(T,) how many cells each triangle covers."""
    return np.abs(_normals(patch)[:, 2]) / 2


def _strew(patch: _Patch, density: float, first: int) -> tuple[np.ndarray, np.ndarray]:
    """Points (N, 3), ``density`` of them for each cell that a triangle covers, and their colours (N, 3).

    They follow a low-discrepancy sequence (Roberts' R2) from its number ``first`` on, which leaves fewer gaps than
    chance would.
    """
    areas, normals = _areas(patch), _normals(patch)
    total = areas.sum()
    count = int(np.ceil(total * density))
    if not count:
        return np.empty((0, 3), np.float32), np.empty((0, 3), np.float32)
    number = np.arange(count)
    ends = np.cumsum(areas) / total
    which = np.minimum(np.searchsorted(ends, (number + 0.5) / count), len(areas) - 1)
    u, v = ((first + number) * R2 % 1).astype(np.float32)
    outside = u + v > 1
    u[outside], v[outside] = 1 - u[outside], 1 - v[outside]
    facing = np.abs(normals[:, 2]) / np.maximum(np.linalg.norm(normals, axis=1), 1e-30)
    shade = (DIMMEST + (1 - DIMMEST) * facing).astype(np.float32)[which]
    uvs = None if patch.uvs is None else _inside(patch.uvs, which, u, v)
    return _inside(patch.corners, which, u, v), _colours(patch.material, uvs) * shade[:, None]


def _inside(corners: np.ndarray, which: np.ndarray, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """What the corners' values (T, 3, D) are at barycentrics ``u``, ``v`` of the triangles ``which``: (N, D)."""
    origin, first, second = corners[:, 0], corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    return np.asarray(origin[which] + u[:, None] * first[which] + v[:, None] * second[which])


def _colours(material: bpy.types.Material | None, uvs: np.ndarray | None) -> np.ndarray:
    """Base colours at UVs (N, 2), (N, 3) or (1, 3), sRGB encoded."""
    source = _paint(material)
    if not isinstance(source, bpy.types.Image):
        return _encode(np.array([source]))
    if uvs is None:
        return _encode(np.array([GREY]))
    size: Any = source.size
    width, height = size
    pixels = np.empty(width * height * source.channels, np.float32)
    source.pixels.foreach_get(pixels)
    x, y = (uvs % 1 * (width, height)).astype(int).T
    rows = pixels.reshape(height, width, source.channels)
    picked = rows[np.minimum(y, height - 1), np.minimum(x, width - 1), :3]
    return _encode(picked) if source.is_float else picked


def _paint(material: bpy.types.Material | None) -> bpy.types.Image | tuple[float, float, float]:
    """The image at a material's base colour, or else one colour, linear."""
    if material is None:
        return GREY
    shown: Any = material.diffuse_color
    tree = material.node_tree
    shader = next((node for node in tree.nodes if node.type == "BSDF_PRINCIPLED"), None) if tree else None
    if shader is not None:
        socket: Any = shader.inputs["Base Color"]
        source = socket.links[0].from_node if socket.is_linked else None
        if isinstance(source, bpy.types.ShaderNodeTexImage) and source.image and source.image.channels >= 3:
            return source.image
        if not socket.is_linked:
            shown = socket.default_value
    return shown[0], shown[1], shown[2]


def _encode(linear: np.ndarray) -> np.ndarray:
    """Linear to sRGB."""
    linear = linear.clip(0, 1)
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)


def _nearest(points: np.ndarray, colours: np.ndarray, cells: int) -> np.ndarray:
    """The colour of the nearest point in each cell, (cells, cells, 4), premultiplied."""
    order = np.argsort(points[:, 2])  # the last one written into a cell stays: the nearest to the camera
    x, y = points[order, :2].astype(int).clip(0, cells - 1).T
    grid = np.zeros((cells, cells, 4), np.float32)
    grid[y, x, :3] = colours[order]
    grid[y, x, 3] = 1
    return grid
