"""Modifiers in the way of the armature."""

from __future__ import annotations

import bpy
from bpy.props import StringProperty

from ....errors import Refusal
from ....scene.posing.rigging import armature_modifiers, shown_modifiers
from .base import Fix, alone


class OfModifier(Fix):
    """A fix of one modifier."""

    modifier: StringProperty(  # type: ignore[valid-type]
        name="Modifier", description="Name of the modifier", options={"SKIP_SAVE"}
    )

    def find(self) -> tuple[bpy.types.Object, bpy.types.Modifier]:
        """The named object and modifier.

        Raises
        ------
        Refusal
            If there is none of that name.
        """
        thing, _ = self.mesh()
        modifier = thing.modifiers.get(self.modifier)
        if modifier is None:
            raise Refusal(f"{thing.name} has no modifier “{self.modifier}”.")
        return thing, modifier


class CLIPMATRIX_OT_switch_off_modifier(OfModifier):
    """Hide a modifier from the viewport."""

    bl_idname = "clipmatrix.switch_off_modifier"
    bl_label = "Switch Off Modifier"
    bl_description = "Switch the modifier off in viewport and render"

    def fix(self, context: bpy.types.Context) -> None:
        """Switch it off; it stays in the list."""
        _, modifier = self.find()
        modifier.show_viewport = modifier.show_render = False


class CLIPMATRIX_OT_move_modifier(OfModifier):
    """Move a modifier below the Armature modifier."""

    bl_idname = "clipmatrix.move_modifier"
    bl_label = "Move Modifier Down"
    bl_description = "Move the modifier to just below the Armature modifier"

    def fix(self, context: bpy.types.Context) -> None:
        """Move it; the others keep their order."""
        thing, modifier = self.find()
        armatures = armature_modifiers(thing)
        if not armatures:
            raise Refusal(f"{thing.name} has no Armature modifier.")
        order = list(thing.modifiers)
        thing.modifiers.move(order.index(modifier), order.index(armatures[-1]))


class CLIPMATRIX_OT_apply_modifier(OfModifier):
    """Apply a modifier and those above it."""

    bl_idname = "clipmatrix.apply_modifier"
    bl_label = "Apply Modifier"
    bl_description = "Apply the modifier, and those above it, so that the mesh looks as before"

    def fix(self, context: bpy.types.Context) -> None:
        """Apply all up to this one: alone, it would not act on what those above it make."""
        thing, modifier = self.find()
        if thing.data is not None and getattr(thing.data, "shape_keys", None):
            raise Refusal(f"{thing.name} has shape keys, so its modifiers can't be applied.", "Switch it off instead.")
        shown = shown_modifiers(thing)
        names = [one.name for one in shown[: shown.index(modifier) + 1]] if modifier in shown else [modifier.name]
        with alone(context, thing):
            for name in names:
                bpy.ops.object.modifier_apply(modifier=name)


class CLIPMATRIX_OT_only_vertex_groups(OfModifier):
    """Have an Armature modifier use vertex groups alone."""

    bl_idname = "clipmatrix.only_vertex_groups"
    bl_label = "Use Vertex Groups Only"
    bl_description = "Have the Armature modifier deform by vertex groups alone"

    def fix(self, context: bpy.types.Context) -> None:
        """Switch envelopes and Multi Modifier off."""
        thing, modifier = self.find()
        if not isinstance(modifier, bpy.types.ArmatureModifier):
            raise Refusal(f"{thing.name}'s {modifier.name} is no Armature modifier.")
        modifier.use_bone_envelopes = modifier.use_multi_modifier = False
        modifier.use_vertex_groups = True


CLASSES = (
    CLIPMATRIX_OT_switch_off_modifier,
    CLIPMATRIX_OT_move_modifier,
    CLIPMATRIX_OT_apply_modifier,
    CLIPMATRIX_OT_only_vertex_groups,
)
