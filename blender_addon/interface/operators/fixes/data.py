"""Mesh data of one's own: not shared, not of another file, and all of it numbers."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np

from ....scene.checks.access import is_foreign, is_shared
from .base import Fix


class CLIPMATRIX_OT_single_user(Fix):
    """Give parts mesh data of their own."""

    bl_idname = "clipmatrix.single_user"
    bl_label = "Make Single-User"
    bl_description = "Give each part a copy of its mesh data, so that others that share it stay as they are"

    def fix(self, context: bpy.types.Context) -> None:
        """Copy the mesh data of each part that shares it."""
        for thing, mesh in self.parts(context, is_shared):
            thing.data = mesh.copy()


class CLIPMATRIX_OT_make_local(Fix):
    """Bring parts from another file into this one."""

    bl_idname = "clipmatrix.make_local"
    bl_label = "Make Local"
    bl_description = "Copy the meshes that come from another file into this one; the other file stays as it is"

    def fix(self, context: bpy.types.Context) -> None:
        """Make objects local, and give each a copy of its mesh; an armature may stay in its own file."""
        for thing, mesh in self.parts(context, is_foreign):
            if thing.library:
                _take_over_collections(thing)
                thing.make_local()
            if mesh.library or mesh.override_library:
                thing.data = mesh.copy()


class CLIPMATRIX_OT_mend(Fix):
    """Replace what is no number."""

    bl_idname = "clipmatrix.mend"
    bl_label = "Mend"
    bl_description = "Put vertices, shape keys and UVs that are no numbers at zero"

    def fix(self, context: bpy.types.Context) -> None:
        """Look through positions, shape keys and UV layers."""
        for _, mesh in self.parts(context, lambda thing: True):
            _mend(mesh.vertices, "co", 3)
            for layer in mesh.uv_layers:
                _mend(layer.uv, "vector", 2)
            for key in mesh.shape_keys.key_blocks if mesh.shape_keys else ():
                _mend(key.points, "co", 3)
            mesh.update()


def _take_over_collections(thing: bpy.types.Object) -> None:
    """Make the collections local that show the object: in another file's collection it could not be exchanged."""
    for collection in bpy.data.collections:
        if collection.library and thing in collection.all_objects[:]:
            collection.make_local()


def _mend(collection: Any, field: str, width: int) -> None:
    values = np.empty(len(collection) * width, np.float32)
    collection.foreach_get(field, values)
    if not np.isfinite(values).all():
        collection.foreach_set(field, np.where(np.isfinite(values), values, np.float32(0)))


CLASSES = (CLIPMATRIX_OT_single_user, CLIPMATRIX_OT_make_local, CLIPMATRIX_OT_mend)
