"""What can be done with the takes of the character at hand: put on, compare, delete, use again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import bpy
from bpy.props import StringProperty

from ...errors import Refusal
from ...job import session
from .. import properties, takes
from ..guarding import guarded
from ..takes import recipes
from .job import CLIPMATRIX_OT_generate

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems

MODES = ("OBJECT", "POSE")
"""Modes in which a character may change its clothes."""


class _OnTakes:
    """Poll of what changes the character at hand."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """With a character that has takes and may be changed."""
        why_not = cls.why_not(context)
        if why_not:
            cls.poll_message_set(why_not)  # type: ignore[attr-defined]
        return not why_not

    @classmethod
    def why_not(cls, context: bpy.types.Context) -> str:
        """Why it can't be done now, in words; empty if it can."""
        return _no_takes(context) or _not_now(context)


class CLIPMATRIX_OT_take_apply(_OnTakes, bpy.types.Operator):
    """Put a take on the character."""

    bl_idname = "clipmatrix.take_apply"
    bl_label = "Apply Take"
    bl_description = "Put this take on the character; what you changed on the worn one is kept with it"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012 - Blender's own form

    take: StringProperty(  # type: ignore[valid-type]
        name="Take",
        description="Identifier of the take; empty for the one selected in the list",
        options={"SKIP_SAVE", "HIDDEN"},
    )

    @guarded
    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Put it on, and select it in the list."""
        owner = _owner(context)
        place = _place(owner, self.take)
        uid = takes.wardrobe(owner).takes[place].uid
        takes.wear(takes.chosen(context, uid), uid)
        takes.wardrobe(owner).active = place
        return {"FINISHED"}


class CLIPMATRIX_OT_take_compare(_OnTakes, bpy.types.Operator):
    """Look at the character before and after."""

    bl_idname = "clipmatrix.take_compare"
    bl_label = "Before / After"
    bl_description = "Show the character as it came; again, and it wears its take as before"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012 - Blender's own form

    @guarded
    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Change between the original and the take worn last."""
        own = takes.wardrobe(_owner(context))
        if own.worn != takes.ORIGINAL:
            own.compared, uid = own.worn, takes.ORIGINAL
        else:
            uid = own.compared if own.compared in {take.uid for take in own.takes} else own.takes[-1].uid
        takes.wear(takes.chosen(context, uid), uid)
        return {"FINISHED"}


class CLIPMATRIX_OT_take_delete(_OnTakes, bpy.types.Operator):
    """Delete the take selected in the list."""

    bl_idname = "clipmatrix.take_delete"
    bl_label = "Delete Take"
    bl_description = "Delete the selected take; if the character wears it, it goes back to how it came"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012 - Blender's own form

    @classmethod
    def why_not(cls, context: bpy.types.Context) -> str:
        """Nor for the character as it came."""
        why_not = super().why_not(context)
        if not why_not and _selected(_owner(context)).uid == takes.ORIGINAL:
            return "How the character came stays, as long as there are takes"
        return why_not

    @guarded
    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Take it off if it is worn, then delete it."""
        owner = _owner(context)
        uid = _selected(owner).uid
        keepers = takes.chosen(context, uid)
        wearing = [keeper for keeper in keepers if takes.wardrobe(keeper).worn == uid]
        takes.wear(wearing, takes.ORIGINAL)
        for keeper in keepers:
            takes.forget(keeper, uid)
        return {"FINISHED"}


class _OnRecipe(_OnTakes):
    """Poll of what needs a take that was made."""

    @classmethod
    def why_not(cls, context: bpy.types.Context) -> str:
        """Nor for the character as it came."""
        if _no_takes(context):
            return _no_takes(context)
        if not _selected(_owner(context)).brief:
            return "Nothing was asked for to get this one; select a take in the list"
        return ""


class CLIPMATRIX_OT_take_copy_settings(_OnRecipe, bpy.types.Operator):
    """Ask for the same again."""

    bl_idname = "clipmatrix.take_copy_settings"
    bl_label = "Copy Settings"
    bl_description = "Put the selected take's prompts, seed and settings back into the panels"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012 - Blender's own form

    @guarded
    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Write them into the scene's properties."""
        assert context.scene is not None
        recipes.copy_settings(context.scene, _selected(_owner(context)))
        return {"FINISHED"}


class _Starts(_OnRecipe):
    """Poll of what starts a job."""

    @classmethod
    def why_not(cls, context: bpy.types.Context) -> str:
        """Nor where Generate can't be pressed."""
        return super().why_not(context) or _not_now(context) or CLIPMATRIX_OT_generate.why_not(context)


class CLIPMATRIX_OT_take_rerun(_Starts, bpy.types.Operator):
    """Make a take once more."""

    bl_idname = "clipmatrix.take_rerun"
    bl_label = "Run Again"
    bl_description = "Generate with the selected take's settings and seed, from what it was grown from"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012 - Blender's own form

    @guarded
    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Put on what it was grown from, copy its settings, and press Generate."""
        owner = _owner(context)
        take = _selected(owner)
        start = take.parent if takes.find_take(owner, take.parent) else takes.ORIGINAL
        _generate(context, start, take)
        return {"FINISHED"}


class CLIPMATRIX_OT_take_continue(_OnTakes, bpy.types.Operator):
    """Grow a take further."""

    bl_idname = "clipmatrix.take_continue"
    bl_label = "Continue from Here"
    bl_description = "Put the selected take on and generate from there, with the prompts and settings of the panels"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012 - Blender's own form

    @classmethod
    def why_not(cls, context: bpy.types.Context) -> str:
        """Nor where Generate can't be pressed."""
        return super().why_not(context) or CLIPMATRIX_OT_generate.why_not(context)

    @guarded
    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Put it on, and press Generate."""
        _generate(context, _selected(_owner(context)).uid, None)
        return {"FINISHED"}


def _generate(context: bpy.types.Context, start: str, recipe: takes.ClipMatrixTake | None) -> None:
    """Generate from a take, by a recipe or by the panels; a refusal leaves take and settings as they were."""
    assert context.scene is not None
    settings = properties.of(context.scene)
    keepers = takes.chosen(context, start)
    worn, asked = takes.wardrobe(keepers[0]).worn, recipes.ask(settings)
    takes.wear(keepers, start)
    operators: Any = bpy.ops
    try:
        settings.start = "CURRENT"
        if recipe is not None:
            recipes.copy_settings(context.scene, recipe)
        operators.clipmatrix.generate()
    except (Refusal, RuntimeError) as error:  # the latter is how Blender hands on an operator's refusal
        recipes.ask_again(settings, asked)
        takes.wear(keepers, worn)
        own = error if isinstance(error, Refusal) else session.current().error
        raise own or Refusal(str(error)) from error


def _owner(context: bpy.types.Context) -> bpy.types.Object:
    owner = takes.owner_of(context.object)
    assert owner is not None  # poll has seen it
    return owner


def _place(owner: bpy.types.Object, uid: str) -> int:
    """Place in the list of a take; of the one that is selected there where ``uid`` is empty or unknown."""
    own = takes.wardrobe(owner)
    selected = min(own.active, len(own.takes) - 1)
    return next((place for place, take in enumerate(own.takes) if take.uid == uid), selected)


def _selected(owner: bpy.types.Object) -> takes.ClipMatrixTake:
    found: takes.ClipMatrixTake = takes.wardrobe(owner).takes[_place(owner, "")]
    return found


def _no_takes(context: bpy.types.Context) -> str:
    owner = takes.owner_of(context.object)
    if owner is None:
        return "Select a character first"
    return "" if takes.wardrobe(owner).takes else "This character has no takes yet"


def _not_now(context: bpy.types.Context) -> str:
    owner = _owner(context)
    if not owner.is_editable:
        return f"{owner.name} is linked from another file"
    if context.mode not in MODES:
        return "Go to Object Mode first"
    if takes.has_unsettled_job(owner):
        return "Accept or discard the result first"
    return ""


CLASSES = (
    CLIPMATRIX_OT_take_apply,
    CLIPMATRIX_OT_take_compare,
    CLIPMATRIX_OT_take_delete,
    CLIPMATRIX_OT_take_copy_settings,
    CLIPMATRIX_OT_take_rerun,
    CLIPMATRIX_OT_take_continue,
)
