"""The takes of the character at hand."""

from datetime import datetime
from typing import Any

import bpy

from .. import takes
from ..paragraph import paragraph
from ..takes.pictures import icon as picture_icon
from .base import Panel

PICTURE_SCALE = 5.0
"""Side of a picture below the list, in rows."""


class CLIPMATRIX_UL_takes(bpy.types.UIList):
    """The list of takes: which one is worn, its picture, name and seed."""

    bl_idname = "CLIPMATRIX_UL_takes"

    def draw_item(  # type: ignore[override]  # Blender never hands over the Nones of the stub
        self,
        context: bpy.types.Context,
        layout: bpy.types.UILayout,
        data: takes.ClipMatrixWardrobe,
        item: takes.ClipMatrixTake,
        icon: int,
        active_data: object,
        active_property: str,
        index: int,
        flt_flag: int,
    ) -> None:
        """Called by Blender for each take."""
        show_take(layout, item, worn=item.uid == data.worn)


def show_take(layout: bpy.types.UILayout, take: takes.ClipMatrixTake, *, worn: bool) -> None:
    """One line of the list."""
    row = layout.row(align=True)
    put_on: Any = row.operator(
        "clipmatrix.take_apply", text="", icon="RADIOBUT_ON" if worn else "RADIOBUT_OFF", emboss=False
    )
    put_on.take = take.uid
    row.prop(take, "name", text="", emboss=False, icon_value=picture_icon(take))
    if take.brief:
        seed = row.row()
        seed.alignment = "RIGHT"
        seed.label(text=f"#{take.seed}")


def show_takes(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """The list, the selected take beside the original, and what can be done with it."""
    owner = takes.owner_of(context.object)
    if owner is None:
        layout.label(text="Select a character to see its takes", icon="INFO")
        return
    own = takes.wardrobe(owner)
    if not own.takes:
        layout.label(text="No takes yet: accept a result to keep it", icon="INFO")
        return
    row = layout.row()
    row.template_list("CLIPMATRIX_UL_takes", "", own, "takes", own, "active", rows=4)
    side = row.column(align=True)
    side.operator("clipmatrix.take_delete", text="", icon="REMOVE")
    selected = own.takes[min(own.active, len(own.takes) - 1)]
    _show_pictures(layout, own, selected)
    if selected.brief:
        _show_record(layout, selected)
    row = layout.row(align=True)
    row.operator("clipmatrix.take_apply", icon="CHECKMARK")
    row.operator("clipmatrix.take_compare", icon="ARROW_LEFTRIGHT", depress=own.worn == takes.ORIGINAL)
    if selected.brief:
        row = layout.row(align=True)
        row.operator("clipmatrix.take_copy_settings", icon="COPYDOWN")
        row.operator("clipmatrix.take_rerun", icon="FILE_REFRESH")
    layout.operator("clipmatrix.take_continue", icon="PLAY")


def _show_pictures(layout: bpy.types.UILayout, own: takes.ClipMatrixWardrobe, selected: takes.ClipMatrixTake) -> None:
    """The selected take, with the character as it came to its left."""
    original = own.takes[0]
    icons = [picture_icon(take) for take in ([original, selected] if selected.brief else [original])]
    if all(icons):
        row = layout.row()
        row.alignment = "CENTER"
        for icon in icons:
            row.template_icon(icon_value=icon, scale=PICTURE_SCALE)


def _show_record(layout: bpy.types.UILayout, take: takes.ClipMatrixTake) -> None:
    column = layout.column(align=True)
    paragraph(column, f"“{take.prompt}”")
    figures = f", {take.steps} steps, similarity {take.similarity:.3f}" if take.steps else ""
    column.label(text=f"Seed {take.seed}{figures}")
    column.label(text=_date(take.date))


def _date(text: str) -> str:
    """An ISO 8601 date as people write it; anything else as it is."""
    try:
        return f"{datetime.fromisoformat(text):%d %B %Y, %H:%M}"
    except ValueError:
        return text


class CLIPMATRIX_PT_takes(Panel):
    """The takes of the character at hand."""

    bl_idname = "CLIPMATRIX_PT_takes"
    bl_label = "Takes"
    show = staticmethod(show_takes)
