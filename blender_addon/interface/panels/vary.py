"""The strengths of what may change."""

import bpy
from clipmatrix_protocol import Vary

from .. import properties
from ..presets import CLIPMATRIX_PT_vary_presets
from .base import CLOSED, Panel

RESTRAINT = ("smoothness", "stretch", "crease", "nearness", "silhouette", "grain")
"""What prices or filters a change."""


def show_vary(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """The strengths, and what an artist asks for first that holds the character back."""
    assert context.scene is not None
    column = layout.column(align=True)
    for name in Vary.__struct_fields__:
        column.prop(properties.of(context.scene), f"vary_{name}", slider=True)
    layout.prop(properties.of(context.scene), "keep")
    layout.prop(properties.of(context.scene), "mirror")
    layout.prop(properties.of(context.scene), "mirror_texture")


def show_restraint(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """What keeps the mesh and its paint clean; good as it is for most characters."""
    assert context.scene is not None
    column = layout.column()
    column.use_property_split = True
    column.use_property_decorate = False
    for name in RESTRAINT:
        column.prop(properties.of(context.scene), name)


class CLIPMATRIX_PT_vary(Panel):
    """The strengths."""

    bl_idname = "CLIPMATRIX_PT_vary"
    bl_label = "What May Change"
    show = staticmethod(show_vary)

    def draw_header_preset(self, context: bpy.types.Context) -> None:
        """Called by Blender."""
        CLIPMATRIX_PT_vary_presets.draw_panel_header(self.layout)


class CLIPMATRIX_PT_restraint(Panel):
    """What keeps the mesh and its paint clean."""

    bl_idname = "CLIPMATRIX_PT_restraint"
    bl_parent_id = "CLIPMATRIX_PT_vary"
    bl_label = "Restraint"
    bl_options = CLOSED
    show = staticmethod(show_restraint)
