"""What stays exactly as it is."""

import bpy

from .. import properties
from .base import CLOSED, Panel

SHOWN = {"GROUP": ("GROUP_VERTEX", "Vertex Group"), "BONE": ("BONE_DATA", "Bone")}
"""Icon of each kind, and what stands where the name is missing."""


class CLIPMATRIX_UL_locked(bpy.types.UIList):
    """The list of what is locked: a name each, and whether it is all but that."""

    bl_idname = "CLIPMATRIX_UL_locked"

    def draw_item(  # type: ignore[override]  # Blender never hands over the Nones of the stub
        self,
        context: bpy.types.Context,
        layout: bpy.types.UILayout,
        data: object,
        item: properties.ClipMatrixLocked,
        icon: int,
        active_data: object,
        active_property: str,
        index: int,
        flt_flag: int,
    ) -> None:
        """Called by Blender for each line."""
        show_locked_item(layout, item)


def show_locked_item(layout: bpy.types.UILayout, item: properties.ClipMatrixLocked) -> None:
    """One line of the list."""
    icon, missing = SHOWN[item.kind]
    row = layout.row(align=True)
    row.prop(item, "region", text="", icon=icon, placeholder=missing, emboss=False)  # type: ignore[arg-type]
    row.prop(item, "inverted", text="", icon="ARROW_LEFTRIGHT")


def show_locked(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """The list, and what adds to it."""
    assert context.scene is not None
    settings = properties.of(context.scene)
    row = layout.row()
    row.template_list("CLIPMATRIX_UL_locked", "", settings, "locked", settings, "active_locked", rows=2)
    side = row.column(align=True)
    side.operator_menu_enum("clipmatrix.lock_add", "kind", text="", icon="ADD")
    side.operator("clipmatrix.lock_remove", text="", icon="REMOVE")


class CLIPMATRIX_PT_locked(Panel):
    """What stays as it is."""

    bl_idname = "CLIPMATRIX_PT_locked"
    bl_parent_id = "CLIPMATRIX_PT_vary"
    bl_label = "Locked"
    bl_options = CLOSED
    show = staticmethod(show_locked)
