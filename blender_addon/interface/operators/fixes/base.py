"""What all fixes have in common: whom they mend, and what they say when they can't."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import bpy
from bpy.props import StringProperty

from ....errors import Refusal, reason
from ....job import session
from ....scene import characters
from ...guarding import guarded

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems


class Fix(bpy.types.Operator):
    """An operator whose ``fix`` either does all of its work or raises a :class:`Refusal`."""

    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012 - Blender's own form

    object: StringProperty(  # type: ignore[valid-type]
        name="Object",
        description="Name of the object to mend; empty for the whole selected character",
        options={"SKIP_SAVE"},
    )

    def fix(self, context: bpy.types.Context) -> None:
        """Remove the cause."""
        raise NotImplementedError

    @guarded
    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Called by Blender."""
        try:
            self.fix(context)
        except RuntimeError as error:  # how Blender's own operators say what they can't do
            raise Refusal(f"Blender can't do this: {reason(error).rstrip('.')}.") from error
        session.current().error = None
        return {"FINISHED"}

    def one(self) -> bpy.types.Object:
        """The named object.

        Raises
        ------
        Refusal
            If it is gone.
        """
        thing = bpy.data.objects.get(self.object)
        if thing is None:
            raise Refusal(f"There is no object “{self.object}”.", "Select one.")
        return thing

    def mesh(self) -> tuple[bpy.types.Object, bpy.types.Mesh]:
        """The named object and its mesh.

        Raises
        ------
        Refusal
            If there is none of that name.
        """
        thing = bpy.data.objects.get(self.object)
        if thing is None or not isinstance(thing.data, bpy.types.Mesh):
            raise Refusal(f"There is no mesh object “{self.object}”.", "Select one.")
        return thing, thing.data

    def parts(
        self, context: bpy.types.Context, need_it: Callable[[bpy.types.Object], bool]
    ) -> list[tuple[bpy.types.Object, bpy.types.Mesh]]:
        """The named object, or without a name those parts of the selected character that need to be mended."""
        if self.object:
            return [self.mesh()]
        found = filter(need_it, characters.selected_parts(context))
        return [(thing, thing.data) for thing in found if isinstance(thing.data, bpy.types.Mesh)]


@contextmanager
def alone(context: bpy.types.Context, thing: bpy.types.Object) -> Iterator[None]:
    """Have one object alone selected, in Object Mode, until the block ends; then put selection and mode back."""
    layer = context.view_layer
    assert layer is not None
    active, selected = layer.objects.active, list(context.selected_objects or ())
    mode = active.mode if active else "OBJECT"
    if mode != "OBJECT":
        bpy.ops.object.mode_set(mode="OBJECT")
    try:
        for other in selected:
            other.select_set(False)
        thing.select_set(True)
        layer.objects.active = thing
        yield
    finally:
        if context.mode != "OBJECT":
            bpy.ops.object.mode_set(mode="OBJECT")
        thing.select_set(thing in selected)
        for other in selected:
            other.select_set(True)
        layer.objects.active = active
        if mode != "OBJECT":
            bpy.ops.object.mode_set(mode=mode)
