"""What the character shall become."""

import bpy

from .. import properties
from .base import Panel


def show_prompt(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """The text, and what it judges."""
    assert context.scene is not None
    settings = properties.of(context.scene)
    layout.prop(settings, "prompt", text="")
    layout.prop(settings, "shading")


class CLIPMATRIX_PT_prompt(Panel):
    """What it shall become."""

    bl_idname = "CLIPMATRIX_PT_prompt"
    bl_label = "Prompt"
    show = staticmethod(show_prompt)
