"""Several takes in one go: jobs that differ in their seeds alone, one after the other, each kept as a take.

::

    begin -> job 1 FINISHED -> kept -> job 2 FINISHED -> kept -> ... -> job N FINISHED -> kept -> end
                |                         |
             over: stopped, failed, accepted or discarded by hand, its character deleted -> end

After each job the character is put back to what it was before the first; so it is in the end, with the takes in its
list. The job that was stopped or failed is an ordinary one from then on: what it has reached waits.

Ticks push no undo steps, so a step that the artist undoes meanwhile may take finished takes out of the file. They are
held here, too, and put back, until the end makes one undo step of all of them.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import bpy
import numpy as np
from clipmatrix_protocol import Brief, Character

from ..errors import Refusal
from ..scene import apply
from ..scene.binding import Binding
from ..scene.materials.canvas import Canvas
from . import delivery, records
from .jobs import Job
from .phases import Phase
from .watch import SceneWatch

if TYPE_CHECKING:
    from .session import Session

MOST = 16
"""How many takes may be asked for at once."""


@dataclass(frozen=True, eq=False)
class Shelf:
    """Where finished results are kept.

    Attributes
    ----------
    keep
        Makes a take of an accepted job that the character wears, and puts the character back to what it was before.
    holds
        Tells whether the open file has the take of a job.
    """

    keep: Callable[[Job], object]
    holds: Callable[[Job], bool]


@dataclass(eq=False)
class Series:
    """Several jobs of which only the newest is the session's.

    Attributes
    ----------
    orders
        Character and brief of each job, in turn.
    exemplars
        As in :class:`Submit`, the same for all.
    shelf
        Where their results go.
    job
        Id of the newest job.
    kept
        Finished jobs, with their results; the file has a take of each, unless ``unsure``.
    over
        Whether no further job is wanted.
    unsure
        Whether undo, redo or loading may have taken takes out of the file.
    """

    orders: tuple[tuple[Character, Brief], ...]
    exemplars: tuple[np.ndarray, ...]
    shelf: Shelf
    job: str = ""
    kept: list[Job] = field(default_factory=list)
    over: bool = False
    unsure: bool = False

    @property
    def number(self) -> int:
        """Which of the jobs is under way, from 1."""
        return min(len(self.kept) + 1, len(self.orders))


def begin(session: Session, series: Series, binding: Binding) -> None:
    """Submit the first job of a series; the ticks do the rest.

    Raises
    ------
    Refusal
        As :meth:`Session.submit`.
    """
    character, brief = series.orders[0]
    series.job = session.submit(character, brief, binding, series.exemplars)
    session.series = series


def advance(session: Session) -> None:
    """Keep the job that has finished and submit the next, or end the series; part of each tick."""
    series, job = session.series, session.job
    if series is None or (series.unsure and not _restore(session, series)):
        return
    if job is not None and job.id == series.job:
        if not job.ended:
            return
        if _is_whole(series, job):
            _take_home(session, series, job)
            return
    _end(session, series)


def scene_was_replaced(session: Session) -> None:
    """Put takes back that undo, redo or loading has taken out of the file."""
    if session.series:
        session.series.unsure = True
        _restore(session, session.series)


def file_was_loaded(session: Session) -> None:
    """Another file is open, or an earlier state of the same: drafts of finished jobs in it are over."""
    series = session.series
    if series is None:
        return
    session.scene = SceneWatch(settled={job.draft_id for job in series.kept})
    if any(not job.file for job in series.kept):  # nowhere to be put back
        session.series = None


def file_was_saved(session: Session) -> None:
    """The file may have another name now."""
    for job in session.series.kept if session.series else ():
        job.file = bpy.data.filepath


def _is_whole(series: Series, job: Job) -> bool:
    """Whether a job that has ended has come to its own end, and its result home."""
    stopped = job.summary is None or (series.over and job.summary.stopped_early)
    return not stopped and job.stuck is None


def _take_home(session: Session, series: Series, job: Job) -> None:
    """Keep a finished job once the scene can take it, then submit the next or end."""
    if session.state is not Phase.FINISHED or session.is_writing:
        return
    session.waits = delivery.hindrance(job)
    if session.waits:
        return
    aside = job.aside
    try:
        _keep(series, job)
    except Refusal as refusal:
        session.error, job.stuck = refusal, refusal
        return
    series.kept.append(job)
    session.close(job)
    if series.over or len(series.kept) == len(series.orders):
        _end(session, series)
    else:
        _submit_next(session, series, job, aside)


def _keep(series: Series, job: Job) -> None:
    copies = delivery.copies(job)
    delivery.accept(job)
    series.shelf.keep(job)
    records.put_back(copies)
    job.draft, job.canvas = None, Canvas()  # a canvas is larger than the result


def _submit_next(session: Session, series: Series, last: Job, aside: bool) -> None:
    character, brief = series.orders[len(series.kept)]
    job = Job(uuid.uuid4().hex, brief, last.binding, last.file, aside=aside, notes=last.notes)
    remarks = session.remarks
    series.job = session.begin(job, character, series.exemplars)
    session.remarks = remarks


def _restore(session: Session, series: Series) -> bool:
    """Put missing takes back into the file; tell whether it has all of them now."""
    missing = [job for job in series.kept if not series.shelf.holds(job)]
    if missing and delivery.hindrance(missing[0]):
        return False
    session.scene.unrecorded |= bool(missing)
    try:
        for job in missing:
            apply.begin(job.binding, job.brief.changes)  # refuses before anything is changed
            if session.job is not None:
                delivery.lift(session.job)
            job.rewrite()
            _keep(series, job)
    except Refusal:
        return False
    series.unsure = False
    return True


def _end(session: Session, series: Series) -> None:
    """Let go of the series once the file has all its takes, and make one undo step of them."""
    series.over = True
    series.unsure = not all(map(series.shelf.holds, series.kept))
    if series.unsure or any(thing.mode == "EDIT" for thing in bpy.data.objects):  # whose undo steps hold one mesh
        return
    session.series = None
    if not series.kept:
        return
    count, wanted = len(series.kept), len(series.orders)
    said = "1 take is" if count == 1 else f"{count} takes are"
    rest = "" if count == wanted else f" of {wanted} that were asked for"
    session.remarks = (*session.remarks, f"{said} in the list{rest}: choose in Takes.")
    operators: Any = bpy.ops
    if operators.ed.undo_push.poll():  # a Blender without a window may have no undo
        operators.ed.undo_push(message="ClipMatrix Takes")
