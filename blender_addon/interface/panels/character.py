"""What is selected."""

import bpy

from ... import errors
from ...errors import Refusal
from ...scene import characters
from .base import Panel


def show_character(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """The selected character's parts, or what is missing."""
    try:
        parts = characters.selected_parts(context)
    except Refusal as refusal:
        errors.draw(refusal, layout)
        return
    rig = characters.armature_of(parts[0])
    layout.label(text=rig.name if rig else "No armature", icon="ARMATURE_DATA")
    for part in parts:
        count = len(part.data.vertices) if isinstance(part.data, bpy.types.Mesh) else 0
        layout.label(text=f"{part.name}: {count:,} vertices", icon="MESH_DATA")


class CLIPMATRIX_PT_character(Panel):
    """What is selected."""

    bl_idname = "CLIPMATRIX_PT_character"
    bl_label = "Character"
    show = staticmethod(show_character)
