"""What is selected: the character's parts, and what has to be put right before it can be sent."""

from typing import Any

import bpy

from ...errors import Refusal
from ...scene import characters, detail
from ...scene.characters import CONVERTIBLE, SHOWN, Cast
from ...scene.checks import problems
from ...scene.overview import Overview, overview
from ...scene.remarks import remarks
from ...scene.wording import an, kind_of, listed
from ..paragraph import paragraph, refusal_box
from .base import Panel

MOST_PARTS = 6
"""How many parts have a line of their own."""

MOST_PROBLEMS = 4
"""How many problems are shown at a time."""


def show_character(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """The selected character's parts, what is missing, and what is taken differently."""
    try:
        cast = characters.selected_cast(context)
    except Refusal as refusal:
        refusal_box(layout, refusal)
        return
    _show_parts(layout.column(align=True), cast, overview(cast.parts, cast.armature))
    found = problems(cast.parts, cast.armature)
    for problem in found[:MOST_PROBLEMS]:
        refusal_box(layout, problem)
    if len(found) > MOST_PROBLEMS:
        layout.label(text=f"and {len(found) - MOST_PROBLEMS} more to put right", icon="BLANK1")
    _show_left_out(layout, cast)
    for remark in remarks(cast.parts, cast.armature):
        paragraph(layout, remark, "INFO")


def _show_parts(column: bpy.types.UILayout, cast: Cast, counts: Overview) -> None:
    if cast.armature:
        bones = "1 bone" if counts.bones == 1 else f"{counts.bones} bones"
        column.label(text=f"{cast.armature.name}: {bones}", icon="ARMATURE_DATA")
    else:
        column.label(text="No armature: it stands still", icon="OBJECT_DATA")
    for part, vertices in list(zip(cast.parts, counts.vertices, strict=True))[:MOST_PARTS]:
        row = column.row(align=True)
        row.label(text=f"{part.name}: {vertices:,} vertices", icon="MESH_DATA")
        if detail.has_few(part):
            _offer(row, "clipmatrix.subdivide", part, text="", icon="MOD_SUBSURF", emboss=False)
    if len(cast.parts) > MOST_PARTS:
        more = len(cast.parts) - MOST_PARTS
        column.label(text="and 1 more part" if more == 1 else f"and {more} more parts", icon="BLANK1")
        column.label(text=f"{sum(counts.vertices):,} vertices in all", icon="BLANK1")
    if counts.uv_layers:
        column.label(text=f"UVs: {', '.join(counts.uv_layers)}", icon="GROUP_UVS")
    if counts.keys:
        keys = "1 shape key" if counts.keys == 1 else f"{counts.keys} shape keys"
        fixed = f", {counts.keys - counts.fixed} may move" if counts.fixed else ""
        column.label(text=keys + fixed, icon="SHAPEKEY_DATA")


def _show_left_out(layout: bpy.types.UILayout, cast: Cast) -> None:
    if cast.hidden:
        verb = "is hidden and stays as it is." if len(cast.hidden) == 1 else "are hidden and stay as they are."
        paragraph(layout, f"{listed(cast.hidden)} {verb}", "INFO")
    for thing in cast.strangers[:MOST_PROBLEMS]:
        column = layout.column(align=True)
        if thing.type in CONVERTIBLE:
            paragraph(column, f"{thing.name} is {an(kind_of(thing))} and is left out.", "INFO")
            _offer(column, "clipmatrix.convert_to_mesh", thing)
        elif characters.instanced(thing):
            paragraph(column, f"{thing.name} only shows a collection and is left out.", "INFO")
            _offer(column, "clipmatrix.make_real", thing)
        elif thing.type in SHOWN:
            paragraph(column, f"{thing.name} is {an(kind_of(thing))} and is left out.", "INFO")
        else:
            paragraph(column, f"{thing.name} has no faces and is left out.", "INFO")
    if len(cast.strangers) > MOST_PROBLEMS:
        layout.label(text=f"and {len(cast.strangers) - MOST_PROBLEMS} more left out", icon="BLANK1")


def _offer(layout: bpy.types.UILayout, operator: str, thing: bpy.types.Object, **shown: Any) -> None:
    setattr(layout.operator(operator, **shown), "object", thing.name)  # noqa: B010 - the stubs know no operator's properties


class CLIPMATRIX_PT_character(Panel):
    """What is selected."""

    bl_idname = "CLIPMATRIX_PT_character"
    bl_label = "Character"
    show = staticmethod(show_character)
