"""Taking the character out of Blender."""

import bpy

from .base import CLOSED, Panel


def show_export(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """A button for each way."""
    column = layout.column(align=True)
    column.operator("clipmatrix.export_gltf", text="glTF", icon="EXPORT")
    column.operator("clipmatrix.export_fbx", text="FBX", icon="EXPORT")
    layout.operator("clipmatrix.export_turntable", text="Turntable", icon="RENDER_ANIMATION")


class CLIPMATRIX_PT_export(Panel):
    """Taking the character out of Blender."""

    bl_idname = "CLIPMATRIX_PT_export"
    bl_label = "Export"
    bl_options = CLOSED
    show = staticmethod(show_export)
