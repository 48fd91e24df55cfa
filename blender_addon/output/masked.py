"""Parts as Mask modifiers show them: an exporter that keeps shape keys applies no modifiers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import bmesh
import bpy
import numpy as np

from ..scene.posing.masks import seen
from .acting import Character

MEANWHILE = "ClipMatrix exchanges meshes"
"""What a mesh is called while another one has its name."""


@contextmanager
def masks_applied(character: Character) -> Iterator[None]:
    """Have parts wear copies of their meshes without what their masks hide, under the same names, until the block ends.

    Parts that are linked, or overrides, can wear no others; :func:`carries_masked` names them.
    """
    with ExitStack() as lent:
        for thing in character:
            hidden = _hidden(thing)
            if hidden is not None and _is_own(thing):
                lent.enter_context(_cut(thing, hidden))
        yield


def carries_masked(character: Character) -> list[bpy.types.Object]:
    """The parts that are exported with what their masks hide."""
    return [thing for thing in character if not _is_own(thing) and _hidden(thing) is not None]


def _is_own(thing: bpy.types.Object) -> bool:
    return thing.library is None and thing.override_library is None


def _hidden(thing: bpy.types.Object) -> np.ndarray | None:
    """Indices of the vertices that masks hide, if they hide any and leave some."""
    kept = seen(thing) if isinstance(thing.data, bpy.types.Mesh) else None
    return np.flatnonzero(~kept) if kept is not None and kept.any() and not kept.all() else None


@contextmanager
def _cut(thing: bpy.types.Object, hidden: np.ndarray) -> Iterator[None]:
    """Have one part wear a copy of its mesh without these vertices and their faces."""
    mesh = thing.data
    assert isinstance(mesh, bpy.types.Mesh)
    active = thing.active_shape_key_index
    copy = mesh.copy()
    assert isinstance(copy, bpy.types.Mesh)
    try:
        _delete(copy, hidden)
        with _named(copy, mesh):
            thing.data = copy
            yield
    finally:
        thing.data = mesh
        thing.active_shape_key_index = active
        bpy.data.meshes.remove(copy)


def _delete(mesh: bpy.types.Mesh, vertices: np.ndarray) -> None:
    shape = bmesh.new()
    try:
        shape.from_mesh(mesh)
        shape.verts.ensure_lookup_table()
        bmesh.ops.delete(shape, geom=[shape.verts[index] for index in vertices], context="VERTS")
        shape.to_mesh(mesh)
    finally:
        shape.free()


@contextmanager
def _named(copy: bpy.types.Mesh, mesh: bpy.types.Mesh) -> Iterator[None]:
    """Have the copy called like the mesh; one that is linked keeps its name beside it."""
    name = mesh.name
    if mesh.library is not None:
        copy.name = name
        yield
        return
    try:
        mesh.name, copy.name = MEANWHILE, name
        yield
    finally:
        copy.name = MEANWHILE
        mesh.name = name
