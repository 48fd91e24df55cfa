"""The UV layer that a character's texture goes through."""

from __future__ import annotations

import bpy
import numpy as np

SMALLEST_AREA = 1e-8
"""Area of all triangles (1 is the whole image) under which a layer counts as empty."""

LEAST_SHARE = 0.01
"""Of an even share of the image, under which a triangle counts as lying on a spot."""


def render_layer(mesh: bpy.types.Mesh) -> bpy.types.MeshUVLoopLayer | None:
    """The layer that renders, whatever the artist is editing; None if there is none."""
    return next((layer for layer in mesh.uv_layers if layer.active_render), None)


def corner_uvs(layer: bpy.types.MeshUVLoopLayer) -> np.ndarray:
    """(L, 2) float32, one for each face corner, v up; empty in edit mode."""
    flat = np.empty(len(layer.uv) * 2, np.float32)
    layer.uv.foreach_get("vector", flat)
    return flat.reshape(-1, 2)


def areas(triangles: np.ndarray) -> np.ndarray:
    """(T,) how much of the image, which is 1, triangles with corners at UVs (T, 3, 2) cover."""
    a, b = triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]
    return np.abs(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]) / 2


def triangle_corners(mesh: bpy.types.Mesh) -> np.ndarray:
    """(T, 3) int32, which face corners a mesh's loop triangles have."""
    mesh.calc_loop_triangles()
    corners = np.empty(len(mesh.loop_triangles) * 3, np.int32)
    mesh.loop_triangles.foreach_get("loops", corners)
    return corners.reshape(-1, 3)


def triangle_uvs(mesh: bpy.types.Mesh, layer: bpy.types.MeshUVLoopLayer) -> np.ndarray:
    """(T, 3, 2) float32, where the corners of a mesh's loop triangles lie; none in edit mode."""
    uvs = corner_uvs(layer)
    return uvs[triangle_corners(mesh)] if len(uvs) else np.empty((0, 3, 2), np.float32)


def are_empty(triangles: np.ndarray) -> bool:
    """Whether triangles with corners at UVs (T, 3, 2) cover nothing of the image; those at no number do not count."""
    return float(np.nansum(areas(triangles))) < SMALLEST_AREA


def are_cramped(triangles: np.ndarray) -> bool:
    """Whether most triangles with corners at UVs (T, 3, 2) lie on spots, as on a colour palette: no room for paint."""
    covered = areas(triangles)
    return 2 * np.count_nonzero(covered * len(covered) < LEAST_SHARE) > len(covered)
