"""The ClipMatrix menu on a right click in the viewport: what is done to the selected character."""

from typing import Any

import bpy


def show_menu(layout: bpy.types.UILayout) -> None:
    """The menu's entries."""
    layout.operator("clipmatrix.generate", icon="PLAY")
    layout.operator("clipmatrix.stop", icon="CANCEL")
    layout.separator()
    layout.operator("clipmatrix.accept", icon="CHECKMARK")
    layout.operator("clipmatrix.discard", icon="TRASH")
    layout.separator()
    layout.operator("clipmatrix.unwrap", icon="UV")
    layout.separator()
    # So that the file dialog opens, from wherever the menu is called.
    layout.operator_context = "INVOKE_DEFAULT"
    layout.operator("clipmatrix.export_gltf", icon="EXPORT")
    layout.operator("clipmatrix.export_fbx", icon="EXPORT")
    layout.operator("clipmatrix.export_turntable", icon="RENDER_ANIMATION")


class CLIPMATRIX_MT_character(bpy.types.Menu):
    """What is done to the selected character."""

    bl_idname = "CLIPMATRIX_MT_character"
    bl_label = "ClipMatrix"

    def draw(self, context: bpy.types.Context) -> None:  # type: ignore[override]  # the stub allows None
        """Called by Blender."""
        assert self.layout is not None
        show_menu(self.layout)


def show_entry(menu: Any, _context: bpy.types.Context) -> None:
    """The line in Blender's own menu that opens ours."""
    menu.layout.separator()
    menu.layout.menu(CLIPMATRIX_MT_character.bl_idname, icon="SHADERFX")


def _menus() -> tuple[Any, ...]:
    """Blender's menus that get the entry."""
    return bpy.types.VIEW3D_MT_object_context_menu, bpy.types.VIEW3D_MT_pose_context_menu


def register() -> None:
    """Register the menu, and put it into Blender's."""
    bpy.utils.register_class(CLIPMATRIX_MT_character)
    for menu in _menus():
        menu.append(show_entry)


def unregister() -> None:
    """Take both away."""
    for menu in _menus():
        menu.remove(show_entry)
    bpy.utils.unregister_class(CLIPMATRIX_MT_character)
