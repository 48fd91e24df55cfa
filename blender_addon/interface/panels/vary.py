"""The strengths of what may change."""

import bpy

from .. import properties
from .base import Panel


def show_vary(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """The five strengths."""
    assert context.scene is not None
    column = layout.column(align=True)
    for name in ("vary_shape", "vary_offsets", "vary_texture", "vary_material", "vary_light"):
        column.prop(properties.of(context.scene), name, slider=True)


class CLIPMATRIX_PT_vary(Panel):
    """The five strengths."""

    bl_idname = "CLIPMATRIX_PT_vary"
    bl_label = "What May Change"
    show = staticmethod(show_vary)
