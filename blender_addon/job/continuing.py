"""Jobs that begin with a draft: one that continues another, one whose draft undo or a file has brought back."""

from __future__ import annotations

from dataclasses import replace

import bpy
from clipmatrix_protocol import Brief, Vary
from msgspec.structs import asdict

from ..scene import apply
from ..scene.binding import Binding
from . import readback, records
from .jobs import Job


def continuing(earlier: Job, job_id: str, brief: Brief, binding: Binding) -> Job:
    """A job that goes on from another one's result and takes over its draft: to discard it discards both."""
    assert earlier.draft is not None
    draft = _widened(earlier.draft, binding, brief.changes)
    records.write(draft, earlier.draft_id, job_id, brief)
    return Job(
        job_id,
        brief,
        binding,
        earlier.file,
        earlier.draft_id,
        replace(earlier, earlier=None),
        newest=earlier.newest,
        draft=draft,
    )


def rejoin(job: Job, found: records.Found | None) -> None:
    """Take a job's draft as the file has it after undo, redo or loading; None: the file is from before the draft."""
    job.stuck = None
    if found is None:
        job.draft = None
    elif found.complete:
        job.binding = found.draft.binding
        job.draft = _widened(found.draft, job.binding, job.brief.changes)
        if found.job != job.id:  # from before the artist carried on: what the job is going to touch is not in it
            records.write(job.draft, job.draft_id, job.id, job.brief)
    job.rewrite()


def recalled(found: records.Found) -> Job | None:
    """The job of a draft that only the file tells of; None if its character has been remodelled since."""
    state = readback.read_back(found.draft)
    if state is None:
        return None
    unpainted = apply.paint_is_lost(found.draft)
    return Job(
        found.job,
        found.brief,
        found.draft.binding,
        bpy.data.filepath,
        found.id,
        newest=state,
        pending=unpainted,
        draft=found.draft,
        ended=not found.complete,
        recalled=True,
        unpainted=unpainted,
    )


def _widened(draft: apply.Draft, binding: Binding, more: Vary) -> apply.Draft:
    """A draft that also writes, and remembers, what only another job is going to touch."""
    mine = asdict(draft.vary)
    vary = Vary(**{name: max(mine[name], value) for name, value in asdict(more).items()})
    before = tuple(
        replace(
            was,
            keys=replace(was.keys, values={**now.keys.values, **was.keys.values}),
            surface=was.surface or now.surface,
        )
        for was, now in zip(draft.before, apply.begin(binding, vary).before, strict=True)
    )
    return apply.Draft(binding, vary, before)
