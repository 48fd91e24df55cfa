"""What all panels have in common."""

from typing import Literal

import bpy

CLOSED: set[Literal["DEFAULT_CLOSED", "HIDE_HEADER", "INSTANCED", "HEADER_LAYOUT_EXPAND"]] = {"DEFAULT_CLOSED"}
"""Options of a panel that is folded until somebody opens it."""


class Panel(bpy.types.Panel):
    """Where all of them are; what is in one is its ``show``."""

    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "ClipMatrix"

    def draw(self, context: bpy.types.Context) -> None:
        """Called by Blender."""
        assert self.layout is not None
        self.show(self.layout, context)

    @staticmethod
    def show(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
        """Draw the panel."""
        raise NotImplementedError
