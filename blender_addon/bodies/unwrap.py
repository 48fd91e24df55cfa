"""UVs for a body whose file brings none."""

from __future__ import annotations

import bpy

MARGIN = 0.005
"""Between islands, in parts of the image."""


def unwrap(mesh_object: bpy.types.Object, context: bpy.types.Context) -> None:
    """Lay the whole mesh out by Blender's Smart UV Project; it becomes the active object, in Object Mode."""
    layer = context.view_layer
    assert layer is not None
    for other in layer.objects:
        other.select_set(other == mesh_object)
    layer.objects.active = mesh_object
    bpy.ops.object.mode_set(mode="EDIT")
    try:
        bpy.ops.mesh.select_all(action="SELECT")
        bpy.ops.uv.smart_project(island_margin=MARGIN)
    finally:
        bpy.ops.object.mode_set(mode="OBJECT")
