"""What happens to the scene: our own writes, and undo, redo, loading and saving."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import bpy
from clipmatrix_protocol import Attach

from ..errors import Refusal
from ..scene import whole_undo
from . import delivery, refusals, series
from .jobs import Job
from .phases import FREE, TALKING, Phase
from .watch import SceneWatch

if TYPE_CHECKING:
    from .session import Session


def scene_will_be_replaced(session: Session) -> None:
    """Undo or redo is about to begin, over what ticks may have written."""
    if session.scene.unrecorded:
        session.scene.undoing = whole_undo.begin()


def scene_was_replaced(session: Session) -> None:
    """Undo or redo took what had been written, or brought back what was over: see to it at the next tick."""
    session.scene.outdated = True
    if session.scene.undoing:
        whole_undo.end(session.scene.undoing)
        session.scene.undoing = None


def file_was_loaded(session: Session) -> None:
    """Another file is open: a job of a file that was never saved ends, others wait for theirs."""
    session.scene = SceneWatch()
    series.file_was_loaded(session)
    job = session.job
    if job and not job.file:
        _drop(session, job, refusals.other_file(job.binding.name))


def file_will_be_saved(session: Session) -> None:
    """Have the saved file hold an unfinished result too, and what it takes to discard it."""
    catch_up(session)
    session.scene.saving = session.job if session.job and not delivery.is_elsewhere(session.job) else None
    if session.scene.saving:
        deliver(session, math.inf)  # all of a state or nothing of it
        delivery.prepare_for_saving(session.scene.saving)


def file_was_saved(session: Session) -> None:
    """The file may have another name now."""
    saved = session.scene.saving
    if saved:
        for job in filter(None, (saved, saved.earlier)):
            job.file = bpy.data.filepath
        series.file_was_saved(session)


def deliver(session: Session, seconds: float) -> None:
    """Write the newest state into the scene for some time, or say in ``waits`` why it can't be."""
    session.waits = ""
    if session.job is None:
        return
    session.scene.unrecorded |= session.job.newest is not None
    try:
        session.waits = delivery.deliver(session.job, seconds)
    except Refusal as refusal:
        session.error = refusal
    if session.job.stuck:
        session.cancel()


def catch_up(session: Session) -> None:
    """After undo, redo or loading: bring session and scene together again."""
    if not session.scene.outdated:
        return
    stuck = session.job.stuck if session.job else None
    found = session.scene.catch_up(session.job)
    if stuck and session.error is stuck:
        session.error = None
    if found:
        session.job = found
        session.remarks = (
            "This file holds a result that was neither accepted nor discarded.",
            *(("What it had painted was not saved with it.",) * found.unpainted),
        )
        if session.state in FREE and not found.ended:
            session.send(Attach(job=found.id))
            session.state = Phase.SUBMITTED
    series.scene_was_replaced(session)


def _drop(session: Session, job: Job, refusal: Refusal) -> None:
    """Let go of a job whose results have nowhere to go."""
    session.let_go(job)
    session.job, session.waits, session.error = None, "", refusal
    if session.state in TALKING:
        session.state = Phase.FAILED
