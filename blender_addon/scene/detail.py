"""More polygons on the artist's own mesh: one step of subdivision, with everything that hangs on it.

Blender's bmesh interpolates weights, shape keys, UVs, colours and other attributes while it splits edges and faces; of
the armature, of Actions and drivers nothing changes, and what vertices there were keep their numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import bmesh
import bpy
import numpy as np

from ..errors import Refusal
from .averaging import averaging
from .checks import access
from .keys import mesh_of, points

FEW = 8_000
"""Polygons under which a part is offered more."""

MOST = 200_000
"""Vertices that a part may have afterwards."""

NORMALS = ".clipmatrix normals"
"""The attribute that carries custom normals along; Blender keeps its own encoded, which can't be interpolated."""

BOUND = {"SURFACE_DEFORM": "is_bound", "MESH_DEFORM": "is_bound", "CORRECTIVE_SMOOTH": "is_bind",
         "LAPLACIANDEFORM": "is_bind"}  # fmt: skip
"""Modifiers that may be bound to the vertices there are, and what tells."""


def has_few(thing: bpy.types.Object) -> bool:
    """Whether a part has so few polygons that more are offered."""
    return len(mesh_of(thing).polygons) < FEW


def refuse_subdividing(thing: bpy.types.Object) -> None:
    """Raise a :class:`Refusal` where :func:`subdivide` could not do its work or would spoil something."""
    access.refuse_unwritable(thing)
    for modifier in thing.modifiers:
        if modifier.type == "MULTIRES":
            raise Refusal(f"{thing.name} has a Multires modifier.", "Subdivide it there, or apply the modifier.")
        if getattr(modifier, BOUND.get(modifier.type, ""), False):
            raise Refusal(f"{modifier.name} is bound to the vertices of {thing.name}.", "Unbind it, and bind it again.")
    mesh = mesh_of(thing)
    count = len(mesh.vertices) + len(mesh.edges) + sum(face.loop_total == 4 for face in mesh.polygons)
    if count > MOST:
        raise Refusal(f"{thing.name} would have {count:,} vertices.", f"Parts may have {MOST:,} at most.")


def subdivide(thing: bpy.types.Object, surface: Literal["SMOOTH", "FLAT"]) -> None:
    """Split each edge in two and each face in four; ask :func:`refuse_subdividing` before.

    Faces with more than four corners are cut into triangles and quads first.

    Parameters
    ----------
    surface
        ``SMOOTH`` rounds the surface as Subdivision Surface does; ``FLAT`` leaves it where it is.
    """
    mesh = mesh_of(thing)
    with _normals_kept(mesh):
        _split(mesh)
        if surface == "SMOOTH":
            _smooth(mesh)
    mesh.update()


def _split(mesh: bpy.types.Mesh) -> None:
    """Have bmesh split all edges and faces; it takes the mesh's own vertices for the basis, so they are made equal."""
    if mesh.shape_keys:
        mesh.vertices.foreach_set("co", points(mesh.shape_keys.reference_key))
    work = bmesh.new()
    try:
        work.from_mesh(mesh)
        bmesh.ops.triangulate(work, faces=[face for face in work.faces if len(face.verts) > 4])
        edges = [edge for edge in work.edges if edge.link_faces]
        bmesh.ops.subdivide_edges(work, edges=edges, cuts=1, use_grid_fill=True)
        work.to_mesh(mesh)
    finally:
        work.free()


def _smooth(mesh: bpy.types.Mesh) -> None:
    """Average the surface, and each shape key as a surface of its own."""
    average = averaging(mesh)
    for key in mesh.shape_keys.key_blocks if mesh.shape_keys else ():
        places = average(points(key).reshape(-1, 3)).astype(np.float32)
        key.points.foreach_set("co", places.reshape(-1))
    places = np.empty(len(mesh.vertices) * 3, np.float32)
    mesh.vertices.foreach_get("co", places)
    mesh.vertices.foreach_set("co", average(places.reshape(-1, 3)).astype(np.float32).reshape(-1))


@contextmanager
def _normals_kept(mesh: bpy.types.Mesh) -> Iterator[None]:
    """Have custom normals, if the mesh has any, between where they were, whatever the block does to the mesh."""
    if not mesh.has_custom_normals:
        yield
        return
    flat = np.empty(len(mesh.loops) * 3, np.float32)
    mesh.corner_normals.foreach_get("vector", flat)
    mesh.attributes.new(NORMALS, "FLOAT_VECTOR", "CORNER").data.foreach_set("vector", flat)  # type: ignore[attr-defined]
    try:
        yield
    finally:
        carried = mesh.attributes[NORMALS]
        found = np.empty(len(mesh.loops) * 3, np.float32)
        carried.data.foreach_get("vector", found)  # type: ignore[attr-defined]
        mesh.attributes.remove(carried)
    normals = found.reshape(-1, 3)
    mesh.normals_split_custom_set(normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9))
