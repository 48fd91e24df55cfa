"""What the artist's clicks do: connect, generate, stop, accept, discard, copy a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from . import characters, preferences, properties, report, session, takes
from .errors import Refusal
from .phases import BUSY, FREE, Phase
from .snapshot import snapshot

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems


def refuse(operator: bpy.types.Operator, refusal: Refusal) -> set[OperatorReturnItems]:
    """Show a refusal where the artist looks: in the status bar now, in the panel until the next click."""
    session.current().error = refusal
    operator.report({"ERROR"}, str(refusal))
    return {"CANCELLED"}


class CLIPMATRIX_OT_connect(bpy.types.Operator):
    """Connect to the backend named in the preferences."""

    bl_idname = "clipmatrix.connect"
    bl_label = "Connect"
    bl_description = "Connect to the ClipMatrix backend"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Not while a request is under way."""
        if session.current().state in BUSY:
            cls.poll_message_set("ClipMatrix is busy; stop the job first")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Start to connect; the ticks do the rest."""
        settings = preferences.of(context)
        try:
            session.current().connect(settings.address, preferences.secret(settings))
        except Refusal as refusal:
            return refuse(self, refusal)
        return {"FINISHED"}


class CLIPMATRIX_OT_disconnect(bpy.types.Operator):
    """Hang up."""

    bl_idname = "clipmatrix.disconnect"
    bl_label = "Disconnect"
    bl_description = "Hang up; a running job goes on in the backend"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only with a connection."""
        return session.current().state is not Phase.OFFLINE

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Hang up."""
        session.current().disconnect()
        return {"FINISHED"}


class CLIPMATRIX_OT_generate(bpy.types.Operator):
    """Send the selected character and the prompt to the backend."""

    bl_idname = "clipmatrix.generate"
    bl_label = "Generate"
    bl_description = "Let the selected character grow into the prompt"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """With a backend that is free, no result waiting, object or pose mode, and a character selected."""
        why_not = cls.why_not(context)
        if why_not:
            cls.poll_message_set(why_not)
        return not why_not

    @staticmethod
    def why_not(context: bpy.types.Context) -> str:
        """Why there is nothing to generate now, in words; empty if there is."""
        now = session.current()
        if now.state in BUSY:
            return f"ClipMatrix is {now.state.value}"
        if now.state not in FREE:
            return f"Connect to a backend first ({now.state.value})"
        if now.result is not None:
            return "Accept or discard the result first"
        if context.scene is None or not properties.of(context.scene).prompt.strip():
            return "Write a prompt first"
        try:
            characters.selected_parts(context)
        except Refusal as refusal:
            return str(refusal)
        return ""

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Take the snapshot and submit it; the ticks bring the results home."""
        assert context.scene is not None
        settings = properties.of(context.scene)
        now = session.current()
        try:
            brief = properties.brief(settings)
            parts = characters.selected_parts(context)
            shot = snapshot(context, parts, poses=settings.poses, start=settings.start)
            now.submit(shot.character, brief, shot.binding)
        except Refusal as refusal:
            return refuse(self, refusal)
        for warning in shot.warnings:
            self.report({"WARNING"}, warning)
        now.remarks = shot.warnings
        return {"FINISHED"}


class CLIPMATRIX_OT_stop(bpy.types.Operator):
    """Stop the job and keep what it has reached."""

    bl_idname = "clipmatrix.stop"
    bl_label = "Stop"
    bl_description = "Stop after the current step; what has been reached becomes the result"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only while a job runs or waits."""
        if session.current().state not in (Phase.SUBMITTED, Phase.RUNNING):
            cls.poll_message_set("No job is running")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Ask the backend to stop."""
        session.current().cancel()
        return {"FINISHED"}


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

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Keep it and add it to the scene's takes."""
        assert context.scene is not None
        try:
            job = session.current().accept()
        except Refusal as refusal:
            return refuse(self, refusal)
        takes.record(context.scene, job)
        return {"FINISHED"}


class CLIPMATRIX_OT_discard(_OnResult, bpy.types.Operator):
    """Take the result away."""

    bl_idname = "clipmatrix.discard"
    bl_label = "Discard"
    bl_description = "Put the character back exactly as it was"

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Restore the character."""
        try:
            session.current().discard()
        except Refusal as refusal:
            return refuse(self, refusal)
        return {"FINISHED"}


class CLIPMATRIX_OT_copy_report(bpy.types.Operator):
    """Copy what a bug report needs."""

    bl_idname = "clipmatrix.copy_report"
    bl_label = "Copy Report"
    bl_description = "Copy versions, backend, state and the last error to the clipboard"

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Put the report into the clipboard."""
        assert context.window_manager is not None
        context.window_manager.clipboard = report.text(session.current())
        self.report({"INFO"}, "The report is in the clipboard")
        return {"FINISHED"}


CLASSES = (
    CLIPMATRIX_OT_connect,
    CLIPMATRIX_OT_disconnect,
    CLIPMATRIX_OT_generate,
    CLIPMATRIX_OT_stop,
    CLIPMATRIX_OT_accept,
    CLIPMATRIX_OT_discard,
    CLIPMATRIX_OT_copy_report,
)


def register() -> None:
    """Register the operators."""
    for operator in CLASSES:
        bpy.utils.register_class(operator)


def unregister() -> None:
    """Take them off."""
    for operator in reversed(CLASSES):
        bpy.utils.unregister_class(operator)
