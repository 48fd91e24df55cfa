"""The light of the worn take, and what makes it part of the scene."""

from typing import Any

import bpy

from ...errors import Refusal
from ...scene import characters, light, suns
from .base import CLOSED, Panel


def show_lights(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """How many lights there are, and the buttons that deliver them and take them away."""
    assert context.scene is not None
    worn = _worn(context)
    if worn is None:
        layout.label(text="Wear a take to see its light", icon="INFO")
    else:
        count = len(worn.suns)
        layout.label(text="A sun and the sky" if count == 1 else f"{count} suns and the sky", icon="LIGHT_SUN")
    column = layout.column(align=True)
    column.operator("clipmatrix.lights_add", icon="LIGHT")
    button: Any = column.operator("clipmatrix.lights_add", text="Deliver Lights and Sky", icon="WORLD")
    button.sky = True
    if suns.delivered(context.scene) or suns.has_sky(context.scene):
        column.operator("clipmatrix.lights_remove", icon="X")


def _worn(context: bpy.types.Context) -> Any:
    try:
        return light.worn(characters.selected_parts(context))
    except Refusal:
        return None


class CLIPMATRIX_PT_lights(Panel):
    """The light of the worn take."""

    bl_idname = "CLIPMATRIX_PT_lights"
    bl_parent_id = "CLIPMATRIX_PT_takes"
    bl_label = "Lights"
    bl_options = CLOSED
    show = staticmethod(show_lights)
