"""Generate and stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from ...errors import Refusal
from ...job import session
from ...job.phases import BUSY, FREE, Phase
from ...scene import characters
from ...scene.snapshot import snapshot
from .. import properties
from ..refusing import refuse

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems


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
        if context.scene is None or properties.nothing_written(properties.of(context.scene)):
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
            playing = properties.playing(settings)
            shot = snapshot(context, parts, poses=settings.poses, start=settings.start, playing=playing)
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


CLASSES = (
    CLIPMATRIX_OT_generate,
    CLIPMATRIX_OT_stop,
)
