"""What all panels have in common."""

import bpy


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
