"""More polygons for parts that have few."""

from __future__ import annotations

import bpy
from bpy.props import EnumProperty

from ...errors import Refusal
from ...scene import characters, detail
from .. import takes
from .fixes.base import Fix

SURFACES = [
    ("SMOOTH", "Smooth", "Round the surface, as Subdivision Surface does; sharp edges and borders stay lines"),
    ("FLAT", "Flat", "Leave the surface where it is"),
]


class CLIPMATRIX_OT_subdivide(Fix):
    """Split edges in two and faces in four."""

    bl_idname = "clipmatrix.subdivide"
    bl_label = "Add Detail"
    bl_description = (
        "Split each polygon in four, so that shape and paint find more room; weights, UVs and shape keys go along. "
        "The shapes of earlier takes no longer fit"
    )

    surface: EnumProperty(  # type: ignore[valid-type]
        name="Surface", description="What becomes of the surface between the old vertices", items=SURFACES
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """In object mode, with a character selected on which no job is at work and no result waits."""
        why_not = _why_not(context)
        if why_not:
            cls.poll_message_set(why_not)
        return not why_not

    def fix(self, context: bpy.types.Context) -> None:
        """Subdivide the named part, or all that have few polygons; all of them or none."""
        found = [thing for thing, _ in self.parts(context, detail.has_few)]
        if not found:
            raise Refusal("No part has few polygons.", f"Each has {detail.FEW:,} or more.")
        for thing in found:
            owner = takes.owner_of(thing)
            if owner is not None and takes.has_unsettled_job(owner):
                raise Refusal("A job works on this character, or its result waits.", "Accept or discard it first.")
            detail.refuse_subdividing(thing)
        for thing in found:
            detail.subdivide(thing, self.surface)


def _why_not(context: bpy.types.Context) -> str:
    if context.mode != "OBJECT":
        return "Go to Object Mode first"
    owner = takes.owner_of(context.object)
    if owner is not None and takes.has_unsettled_job(owner):
        return "Accept or discard the result first"
    try:
        characters.selected_parts(context)
    except Refusal as refusal:
        return str(refusal)
    return ""


CLASSES = (CLIPMATRIX_OT_subdivide,)
