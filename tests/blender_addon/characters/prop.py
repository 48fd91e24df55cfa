"""A jug without a rig: two parts, turned, scaled unevenly, mirrored."""

from typing import Any

import numpy as np

from .parts import coloured, lathe, mesh_object, unwrap

PROFILE = (
    [0.3, 0.34, 0.42, 0.45, 0.4, 0.28, 0.2, 0.19, 0.24, 0.26],
    [0, 0.03, 0.2, 0.45, 0.7, 0.9, 1.05, 1.2, 1.3, 1.32],
)
"""Radii and heights of the jug, in its own units."""


def build(bpy: Any, rooms: Any) -> list[Any]:
    """The jug and its handle, both selected; returns both."""
    vertices, faces = lathe(*PROFILE, 32)
    jug = mesh_object(bpy, "Jug", vertices, faces)
    jug.scale, jug.rotation_euler, jug.location = (-0.4, 0.4, 0.5), (0, 0, 0.7), (1, 2, 0.8)
    handle = mesh_object(bpy, "Jug handle", *_ring(24, 10))
    handle.parent = jug
    handle.location, handle.rotation_euler, handle.scale = (0.42, 0, 0.75), (np.pi / 2, 0, 0), (0.22, 0.3, 0.2)
    for thing, colour in ((jug, (0.75, 0.4, 0.25)), (handle, (0.6, 0.3, 0.2))):
        unwrap(bpy, thing)
        thing.data.materials.append(coloured(bpy, f"{thing.name} clay", colour))
    for thing in (jug, handle):
        thing.select_set(True)
    return [jug, handle]


def _ring(around: int, across: int) -> tuple[np.ndarray, list[list[int]]]:
    """A torus of radius 1 in the xy plane."""
    u = np.arange(around)[:, None] / around * 2 * np.pi
    v = np.arange(across)[None] / across * 2 * np.pi
    points = np.stack(
        [(1 + 0.2 * np.cos(v)) * np.cos(u), (1 + 0.2 * np.cos(v)) * np.sin(u), 0.2 * np.sin(v) + 0 * u], -1
    )
    faces = [
        [i * across + j, (i + 1) % around * across + j, (i + 1) % around * across + k, i * across + k]
        for i in range(around)
        for j in range(across)
        for k in [(j + 1) % across]
    ]
    return points.reshape(-1, 3), faces
