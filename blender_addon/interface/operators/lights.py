"""The light of the worn take as lights of the scene."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from bpy.props import BoolProperty

from ...errors import Refusal
from ...scene import characters, light, suns
from ..guarding import guarded

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems


class CLIPMATRIX_OT_lights_add(bpy.types.Operator):
    """Put the lights of the worn take, or of the result that waits, into the scene."""

    bl_idname = "clipmatrix.lights_add"
    bl_label = "Deliver Lights"
    bl_description = (
        "Add the suns that the character was judged under, in a collection of their own; "
        "the ones delivered before go, your own lights stay"
    )
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012 - Blender's own form

    sky: BoolProperty(  # type: ignore[valid-type]
        name="Sky",
        description="Light the scene by a new world with the sky's colour, too; your own world stays in the file",
        options={"SKIP_SAVE"},
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """With a character that wears a take."""
        why_not = cls.why_not(context)
        if why_not:
            cls.poll_message_set(why_not)
        return not why_not

    @classmethod
    def why_not(cls, context: bpy.types.Context) -> str:
        """Why there is nothing to deliver, in words; empty if there is."""
        if context.mode not in ("OBJECT", "POSE"):
            return "Go to Object Mode first"
        try:
            parts = characters.selected_parts(context)
        except Refusal as refusal:
            return str(refusal)
        return "" if light.worn(parts) else "This character wears no take: put one on, its light comes with it"

    @guarded
    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Add them."""
        parts = characters.selected_parts(context)
        worn = light.worn(parts)
        assert context.scene is not None
        assert worn is not None  # poll has seen it
        suns.deliver(context.scene, parts, worn, sky=self.sky)
        return {"FINISHED"}


class CLIPMATRIX_OT_lights_remove(bpy.types.Operator):
    """Take delivered lights out of the scene."""

    bl_idname = "clipmatrix.lights_remove"
    bl_label = "Remove Delivered Lights"
    bl_description = "Take the delivered suns and their world away; the scene has its own world back"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012 - Blender's own form

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """With delivered lights in the scene."""
        scene = context.scene
        if scene is None or not (suns.delivered(scene) or suns.has_sky(scene)):
            cls.poll_message_set("No lights have been delivered to this scene")
            return False
        return True

    @guarded
    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Remove them."""
        assert context.scene is not None
        suns.remove(context.scene)
        return {"FINISHED"}


CLASSES = (CLIPMATRIX_OT_lights_add, CLIPMATRIX_OT_lights_remove)
