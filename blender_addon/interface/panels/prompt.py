"""What the character shall become."""

from typing import Any

import bpy

from .. import properties
from .base import Panel


class CLIPMATRIX_UL_prompts(bpy.types.UIList):
    """The list of prompts: an eye, the text, the weight."""

    bl_idname = "CLIPMATRIX_UL_prompts"

    def draw_item(  # type: ignore[override]  # Blender never hands over the Nones of the stub
        self,
        context: bpy.types.Context,
        layout: bpy.types.UILayout,
        data: object,
        item: properties.ClipMatrixPrompt,
        icon: int,
        active_data: object,
        active_property: str,
        index: int,
        flt_flag: int,
    ) -> None:
        """Called by Blender for each prompt."""
        show_item(layout, item)


def show_item(layout: bpy.types.UILayout, item: properties.ClipMatrixPrompt) -> None:
    """One line of the list."""
    row = layout.row(align=True)
    row.prop(item, "mute", text="", icon="HIDE_ON" if item.mute else "HIDE_OFF", emboss=False)
    words = row.split(factor=0.7, align=True)
    words.active = not item.mute
    words.prop(item, "text", text="", emboss=False)
    words.prop(item, "weight", text="", emboss=False)


def show_prompt(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """A line of text while there is one prompt; a list and the active prompt's settings from the second on."""
    assert context.scene is not None
    settings = properties.of(context.scene)
    if len(settings.prompts) < 2:
        row = layout.row(align=True)
        row.prop(settings, "prompt", text="")
        row.operator("clipmatrix.prompt_add", text="", icon="ADD")
    else:
        _show_list(layout, settings)
    if settings.prompts:
        active = settings.prompts[min(settings.active_prompt, len(settings.prompts) - 1)]
        column = layout.column()
        column.use_property_split = True
        column.use_property_decorate = False
        if len(settings.prompts) > 1:
            column.prop(active, "text")
            column.prop(active, "weight")
        column.prop(active, "origin")
        column.prop(active, "shading")


def _show_list(layout: bpy.types.UILayout, settings: properties.ClipMatrixSceneProperties) -> None:
    row = layout.row()
    row.template_list("CLIPMATRIX_UL_prompts", "", settings, "prompts", settings, "active_prompt", rows=4)
    side = row.column(align=True)
    side.operator("clipmatrix.prompt_add", text="", icon="ADD")
    side.operator("clipmatrix.prompt_remove", text="", icon="REMOVE")
    side.separator()
    for direction, icon in (("UP", "TRIA_UP"), ("DOWN", "TRIA_DOWN")):
        button: Any = side.operator("clipmatrix.prompt_move", text="", icon=icon)  # type: ignore[arg-type]
        button.direction = direction


class CLIPMATRIX_PT_prompt(Panel):
    """What it shall become."""

    bl_idname = "CLIPMATRIX_PT_prompt"
    bl_label = "Prompt"
    show = staticmethod(show_prompt)
