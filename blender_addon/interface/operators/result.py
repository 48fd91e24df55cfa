"""Accept or discard what a job has made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from ...job import session
from ...job.phases import BUSY
from .. import takes
from ..guarding import guarded

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems


class _OnResult:
    """Poll of the operators on a result."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """With a result, and no job running on it."""
        now = session.current()
        if now.result is None or now.state in BUSY:
            cls.poll_message_set(  # type: ignore[attr-defined]
                "Stop the job first" if now.state in BUSY else "There is no result yet"
            )
            return False
        return True


class CLIPMATRIX_OT_accept(_OnResult, bpy.types.Operator):
    """Keep the result."""

    bl_idname = "clipmatrix.accept"
    bl_label = "Accept"
    bl_description = "Keep the result; one undo step takes it back"
    # The draft was written by ticks, which push no undo steps: this is the take's one step.
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012 - Blender's own form

    @guarded
    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Keep it and add it to the character's takes."""
        takes.record(session.current().accept())
        return {"FINISHED"}

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[OperatorReturnItems]:
        """Pressed by an artist, for whom Blender makes the step; for a script it makes none."""
        done = self.execute(context)
        if "FINISHED" in done:
            session.current().scene.step_follows()
        return done


class CLIPMATRIX_OT_discard(_OnResult, bpy.types.Operator):
    """Take the result away."""

    bl_idname = "clipmatrix.discard"
    bl_label = "Discard"
    bl_description = "Put the character back exactly as it was"

    @guarded
    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Restore the character."""
        session.current().discard()
        return {"FINISHED"}


class CLIPMATRIX_OT_result_compare(bpy.types.Operator):
    """Look at the character without the result, and with it again."""

    bl_idname = "clipmatrix.result_compare"
    bl_label = "Before / After"
    bl_description = "Show the character without the result that waits; again, and it is back. A job goes on meanwhile"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """As soon as a job has something to show."""
        if session.current().result is None:
            cls.poll_message_set("There is no result yet")
            return False
        return True

    @guarded
    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Put it aside or back."""
        session.current().compare()
        return {"FINISHED"}


CLASSES = (
    CLIPMATRIX_OT_result_compare,
    CLIPMATRIX_OT_accept,
    CLIPMATRIX_OT_discard,
)
