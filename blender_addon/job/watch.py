"""What undo, redo, loading and saving do to drafts, and what has to be done about it."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..scene import apply, whole_undo
from . import continuing, delivery, records
from .jobs import Job


@dataclass
class SceneWatch:
    """The file that is open.

    Attributes
    ----------
    outdated
        Whether the scene may hold other drafts than the session knows of; true at first.
    settled
        Ids of drafts that were accepted or discarded: an undo may bring them back, but they are over.
    saving
        The job whose file is just being saved.
    unrecorded
        Whether ticks have written what no undo step may hold.
    undoing
        What is put back after the undo or redo that is just happening.
    """

    outdated: bool = True
    settled: set[str] = field(default_factory=set)
    saving: Job | None = None
    unrecorded: bool = False
    undoing: whole_undo.Kept | None = None

    def step_follows(self) -> None:
        """Blender is about to make an undo step, which holds all that ticks have written."""
        self.unrecorded = False

    def catch_up(self, job: Job | None) -> Job | None:
        """Bring the scene's drafts and the session's job together.

        Drafts that are over are taken off again; the job takes its draft as the file has it; without a job, an
        unknown draft becomes one.

        Returns
        -------
        Job or None
            The job of an unknown draft, if the session has none itself.
        """
        drafts = {found.id: found for found in records.found()}
        self.unrecorded |= bool(drafts)
        for draft_id in self.settled & drafts.keys():
            found = drafts.pop(draft_id)
            if apply.blocked(found.draft.binding):
                return None  # stays outdated, so that the next tick tries again
            records.take_off(found.draft, found.strays)
            records.erase(draft_id)
        self.outdated = False
        if job is None:
            return next(filter(None, map(continuing.recalled, drafts.values())), None)
        if not delivery.is_elsewhere(job):
            continuing.rejoin(job, drafts.get(job.draft_id))
        return None
