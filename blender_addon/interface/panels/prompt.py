"""What the character shall become."""

from typing import Any

import bpy

from .. import properties
from .base import CLOSED, Panel


class CLIPMATRIX_UL_prompts(bpy.types.UIList):
    """The list of prompts: an eye, the text or the image's name, the weight."""

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
    if item.kind == "IMAGE":
        words.label(text=item.image.name if item.image else "No Image Yet", icon="IMAGE_DATA")
    else:
        words.prop(item, "text", text="", emboss=False)
    words.prop(item, "weight", text="", emboss=False)


def show_prompt(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """A line of text while there is one prompt; a list and the active prompt's settings from the second on."""
    assert context.scene is not None
    settings = properties.of(context.scene)
    active = _active(settings)
    listed = len(settings.prompts) > 1 or (active is not None and active.kind == "IMAGE")
    if listed:
        _show_list(layout, settings)
    else:
        row = layout.row(align=True)
        row.prop(settings, "prompt", text="")
        _show_adding(row)
    if active is None:
        return
    column = _split(layout)
    if active.kind == "IMAGE":
        column.template_ID(active, "image", open="image.open", text="Image")
    elif listed:
        column.prop(active, "text")
    if listed:
        column.prop(active, "weight")
    if active.kind == "TEXT":
        column.prop(active, "origin")
    column.prop(active, "shading")


def show_look_from(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """Which cameras show the active prompt the character, and what of it that paints."""
    assert context.scene is not None
    active = _active(properties.of(context.scene))
    if active is None:
        return
    column = _split(layout)
    column.prop(active, "looks")
    if active.looks == "CAMERA":
        column.prop(active, "camera")
    elif active.looks == "GROUP":
        column.prop(active, "region", text="Vertex Group", icon="GROUP_VERTEX")
    elif active.looks == "BONE":
        column.prop(active, "region", text="Bone", icon="BONE_DATA")
    if active.looks not in ("ALL", "ORBIT"):
        column.prop(active, "share")
    column.prop(active, "paints", icon="MESH_DATA")


def _active(settings: properties.ClipMatrixSceneProperties) -> properties.ClipMatrixPrompt | None:
    """The prompt whose settings are shown; None as long as nobody has written any."""
    if not settings.prompts:
        return None
    found: properties.ClipMatrixPrompt = settings.prompts[min(settings.active_prompt, len(settings.prompts) - 1)]
    return found


def _split(layout: bpy.types.UILayout) -> bpy.types.UILayout:
    column = layout.column()
    column.use_property_split = True
    column.use_property_decorate = False
    return column


def _show_adding(layout: bpy.types.UILayout) -> None:
    layout.operator("clipmatrix.prompt_add", text="", icon="ADD")
    layout.operator("clipmatrix.prompt_add_image", text="", icon="IMAGE_DATA")


def _show_list(layout: bpy.types.UILayout, settings: properties.ClipMatrixSceneProperties) -> None:
    row = layout.row()
    row.template_list("CLIPMATRIX_UL_prompts", "", settings, "prompts", settings, "active_prompt", rows=4)
    side = row.column(align=True)
    _show_adding(side)
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


class CLIPMATRIX_PT_look_from(Panel):
    """Where the active prompt looks from."""

    bl_idname = "CLIPMATRIX_PT_look_from"
    bl_parent_id = "CLIPMATRIX_PT_prompt"
    bl_label = "Look From"
    bl_options = CLOSED
    show = staticmethod(show_look_from)

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """From the first prompt on that somebody has written."""
        return context.scene is not None and bool(properties.of(context.scene).prompts)
