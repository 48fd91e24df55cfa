"""What undo, redo, loading and saving do to drafts, and what has to be done about it."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..scene import apply, whole_undo
from ..scene.binding import Binding
from ..scene.handles import find_mesh
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
    others
        Where drafts are that are neither over nor the job's: they become jobs, each when its turn comes.
    saving
        The job whose file is just being saved.
    unrecorded
        Whether ticks have written what no undo step may hold.
    undoing
        What is put back after the undo or redo that is just happening.
    """

    outdated: bool = True
    settled: set[str] = field(default_factory=set)
    others: tuple[Binding, ...] = ()
    saving: Job | None = None
    unrecorded: bool = False
    undoing: whole_undo.Kept | None = None

    def step_follows(self) -> None:
        """Blender is about to make an undo step, which holds all that ticks have written."""
        self.unrecorded = False

    def catch_up(self, job: Job | None) -> Job | None:
        """Bring the scene's drafts and the session's job together.

        Drafts that are over are taken off again, as are those that a file brings back where the job is to write; the
        job takes its draft as the file has it; without a job, an unknown draft becomes one.

        Returns
        -------
        Job or None
            The job of an unknown draft, if the session has none itself.
        """
        drafts = {found.id: found for found in records.found()}
        self.unrecorded |= bool(drafts)
        in_the_way = {found.id for found in drafts.values() if job and _is_in_the_way(found, job)}
        for draft_id in (self.settled | in_the_way) & drafts.keys():
            found = drafts.pop(draft_id)
            if apply.blocked(found.draft.binding):
                return None  # stays outdated, so that the next tick tries again
            records.take_off(found.draft, found.strays)
            records.erase(draft_id)
        self.outdated = False
        recalled = None
        if job is None:
            job = recalled = next(filter(None, map(continuing.recalled, drafts.values())), None)
        elif not delivery.is_elsewhere(job):
            continuing.rejoin(job, drafts.get(job.draft_id))
        others = [found for found in drafts.values() if job is not None and found.id != job.draft_id]
        self.others = tuple(found.draft.binding for found in others)
        return recalled


def _is_in_the_way(found: records.Found, job: Job) -> bool:
    """Whether a draft of an earlier job's is on objects that the job writes: it was decided before the job began."""
    if delivery.is_elsewhere(job) or found.id == job.draft_id:
        return False
    ours, theirs = ([find_mesh(part.object) for part in each.parts] for each in (job.binding, found.draft.binding))
    return any(thing is not None and thing in theirs for thing in ours)
