"""The strengths of what may change."""

import bpy
from clipmatrix_protocol import Vary

from .. import properties
from ..presets import CLIPMATRIX_PT_vary_presets
from .base import Panel


def show_vary(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """The five strengths, and what holds the character back."""
    assert context.scene is not None
    column = layout.column(align=True)
    for name in Vary.__struct_fields__:
        column.prop(properties.of(context.scene), f"vary_{name}", slider=True)
    layout.prop(properties.of(context.scene), "keep")
    layout.prop(properties.of(context.scene), "mirror")


class CLIPMATRIX_PT_vary(Panel):
    """The five strengths."""

    bl_idname = "CLIPMATRIX_PT_vary"
    bl_label = "What May Change"
    show = staticmethod(show_vary)

    def draw_header_preset(self, context: bpy.types.Context) -> None:
        """Called by Blender."""
        CLIPMATRIX_PT_vary_presets.draw_panel_header(self.layout)
