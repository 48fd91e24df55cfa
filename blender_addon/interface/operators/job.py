"""Generate, pause, resume, stop, continue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from clipmatrix_protocol import Brief, Character
from msgspec.structs import replace

from ...errors import Refusal
from ...job import series, session
from ...job.phases import STOPPABLE, Phase
from ...scene import characters
from ...scene.apply import object_of
from ...scene.materials.start_look import other_finishes
from ...scene.snapshot import Snapshot, StartFrom, snapshot
from .. import properties
from ..guarding import guarded
from ..takes import SHELF, recipes
from .asking import why_not_now

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bpy.stub_internal.rna_enums import OperatorReturnItems


def _nothing_to_ask_for(context: bpy.types.Context) -> str:
    if context.scene is None or properties.nothing_written(properties.of(context.scene)):
        return "Write a prompt first"
    return ""


def _shoot(context: bpy.types.Context, parts: Sequence[bpy.types.Object], start: StartFrom, brief: Brief) -> Snapshot:
    """Take the snapshot that the scene's settings and their brief ask for; its seed draws poses, if any are drawn."""
    assert context.scene is not None
    settings = properties.of(context.scene)
    properties.refuse_strangers(brief, parts)
    return snapshot(
        context,
        parts,
        poses=settings.poses,
        start=start,
        playing=properties.playing(settings),
        stretches=properties.stretches(settings),
        draw=properties.draw(settings, brief.settings.seed),
        texture_size=brief.settings.texture_size,
    )


def _orders(
    context: bpy.types.Context, parts: Sequence[bpy.types.Object], shot: Snapshot, briefs: Sequence[Brief]
) -> tuple[tuple[Character, Brief], ...]:
    """Characters and briefs of a series: one character, each time in the poses that the brief's seed draws."""
    assert context.scene is not None
    settings = properties.of(context.scene)
    if not properties.draw(settings, 0).wanted(settings.poses):
        return tuple((shot.character, brief) for brief in briefs)
    others = [_shoot(context, parts, settings.start, brief).character for brief in briefs[1:]]
    return tuple(zip((shot.character, *(_posed(shot.character, other) for other in others)), briefs, strict=True))


def _posed(first: Character, other: Character) -> Character:
    """The other's poses on the first, whose arrays it shares then; the other where its joints are others."""
    return replace(first, poses=other.poses) if other.joints == first.joints else other


def _other_relief(brief: Brief, shot: Snapshot) -> tuple[str, ...]:
    """Say what relief of the artist's own a normal map does not start from, but takes the place of."""
    if brief.vary.normals == 0:
        return ()
    return tuple(
        f"{said}; the new normal map replaces what leans its normals. Set Normal Map to 0 to keep it."
        for said in shot.unread
    )


def _other_finishes(brief: Brief, parts: Sequence[bpy.types.Object]) -> tuple[str, ...]:
    """Say which materials lose what they have of their own, since a job has one roughness and one metallic for all."""
    if brief.vary.material == 0:
        return ()
    return tuple(
        f"{said}; a job gives all materials the same. Set Material to 0 to keep it." for said in other_finishes(parts)
    )


def _tell(operator: bpy.types.Operator, now: session.Session, remarks: tuple[str, ...]) -> None:
    for remark in remarks:
        operator.report({"WARNING"}, remark)
    now.remarks = remarks


def _note(now: session.Session, settings: properties.ClipMatrixSceneProperties, start: StartFrom) -> None:
    """Have the job know what its take's record shall tell beside the brief."""
    if now.job is not None:
        now.job.notes = recipes.notes(settings, start)


class CLIPMATRIX_OT_generate(bpy.types.Operator):
    """Send the selected character and the prompt to the backend."""

    bl_idname = "clipmatrix.generate"
    bl_label = "Generate"
    bl_description = "Let the selected character grow into the prompt"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """With a backend that is free, no result waiting, a prompt, and a character selected."""
        why_not = cls.why_not(context)
        if why_not:
            cls.poll_message_set(why_not)
        return not why_not

    @staticmethod
    def why_not(context: bpy.types.Context) -> str:
        """Why there is nothing to generate now, in words; empty if there is."""
        now = session.current()
        why_not = why_not_now()
        if not why_not and now.result is not None:
            why_not = "Accept or discard the result first"
        why_not = why_not or _nothing_to_ask_for(context)
        if why_not:
            return why_not
        try:
            characters.selected_parts(context)
        except Refusal as refusal:
            return str(refusal)
        return ""

    @guarded
    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Take the snapshot and submit it; the ticks bring the results home."""
        assert context.scene is not None
        settings = properties.of(context.scene)
        now = session.current()
        brief, exemplars = properties.brief(settings), properties.exemplars(settings)
        parts = characters.selected_parts(context)
        shot = _shoot(context, parts, settings.start, brief)
        if settings.variations == 1:
            now.submit(shot.character, brief, shot.binding, exemplars)
        else:
            orders = _orders(context, parts, shot, properties.variations(brief, settings.variations))
            series.begin(now, series.Series(orders, exemplars, SHELF), shot.binding)
        _note(now, settings, settings.start)
        _tell(self, now, (*shot.remarks, *_other_relief(brief, shot), *_other_finishes(brief, parts)))
        return {"FINISHED"}


class CLIPMATRIX_OT_carry_on(bpy.types.Operator):
    """Go on from the result that waits."""

    bl_idname = "clipmatrix.carry_on"
    bl_label = "Continue"
    bl_description = "Go on from this result, with the prompts, settings and pose as they are now"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """With a backend that is free, a result waiting, and a prompt."""
        now = session.current()
        why_not = why_not_now() or ("" if now.result is not None else "There is no result yet")
        why_not = why_not or _nothing_to_ask_for(context)
        if why_not:
            cls.poll_message_set(why_not)
        return not why_not

    @guarded
    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Take a snapshot of the character as the result has it, and submit it."""
        assert context.scene is not None
        settings = properties.of(context.scene)
        now = session.current()
        job = now.settled()
        brief, exemplars = properties.brief(settings), properties.exemplars(settings)
        shot = _shoot(context, [object_of(part) for part in job.binding.parts], "CURRENT", brief)
        now.carry_on(replace(shot.character, start_look=job.look), brief, shot.binding, exemplars)
        _note(now, settings, "CURRENT")
        _tell(self, now, (*shot.remarks, *_other_relief(brief, shot)))
        return {"FINISHED"}


class CLIPMATRIX_OT_pause(bpy.types.Operator):
    """Hold the job."""

    bl_idname = "clipmatrix.pause"
    bl_label = "Pause"
    bl_description = "Hold the job after the current step; it keeps the device until it goes on or is stopped"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only while a job runs or waits for its turn."""
        if session.current().state not in (Phase.SUBMITTED, Phase.RUNNING):
            cls.poll_message_set("No job is running")
            return False
        return True

    @guarded
    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Ask the backend to hold it."""
        session.current().pause()
        return {"FINISHED"}


class CLIPMATRIX_OT_resume(bpy.types.Operator):
    """Let the job go on."""

    bl_idname = "clipmatrix.resume"
    bl_label = "Resume"
    bl_description = "Let the job go on"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only while a job is paused."""
        if session.current().state is not Phase.PAUSED:
            cls.poll_message_set("No job is paused")
            return False
        return True

    @guarded
    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Ask the backend to let it go on."""
        session.current().resume()
        return {"FINISHED"}


class CLIPMATRIX_OT_stop(bpy.types.Operator):
    """Stop the job and keep what it has reached."""

    bl_idname = "clipmatrix.stop"
    bl_label = "Stop"
    bl_description = "Stop after the current step; what has been reached becomes the result"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only while a job runs, waits or is paused."""
        if session.current().state not in STOPPABLE:
            cls.poll_message_set("No job is running")
            return False
        return True

    @guarded
    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Ask the backend to stop."""
        session.current().cancel()
        return {"FINISHED"}


CLASSES = (
    CLIPMATRIX_OT_generate,
    CLIPMATRIX_OT_carry_on,
    CLIPMATRIX_OT_pause,
    CLIPMATRIX_OT_resume,
    CLIPMATRIX_OT_stop,
)
