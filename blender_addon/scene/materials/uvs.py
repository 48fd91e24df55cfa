"""The UV layer that a character's texture goes through."""

from __future__ import annotations

import bpy
import numpy as np

SMALLEST_EXTENT = 1e-4
"""Width and height (1 is the whole image) under which a layer counts as lying in one spot."""


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


def is_empty(layer: bpy.types.MeshUVLoopLayer) -> bool:
    """Whether all corners lie in one spot, or on one line along the image's sides."""
    corners = corner_uvs(layer)
    corners = corners[np.isfinite(corners).all(axis=1)]
    return len(corners) == 0 or float(np.ptp(corners, axis=0).min()) < SMALLEST_EXTENT
