"""A submitted job, and bringing its results into the scene when the scene can take them."""

from __future__ import annotations

from dataclasses import dataclass

from clipmatrix_protocol import Brief, Progress, State, Summary

from ..errors import Refusal
from ..scene import apply
from ..scene.binding import Binding


@dataclass
class Job:
    """A submitted job and what has come back of it.

    Attributes
    ----------
    id
        Its name between extension and backend.
    brief, binding
        What was asked for; where results belong.
    progress, summary
        Where it stands; its figures once it is done.
    newest
        The newest state received, None before the first.
    pending
        Whether ``newest`` still has to be written into the scene.
    draft
        What the scene was before the first write, None until then.
    ended
        Whether the backend is through with it, successfully or not.
    """

    id: str
    brief: Brief
    binding: Binding
    progress: Progress | None = None
    summary: Summary | None = None
    newest: State | None = None
    pending: bool = False
    draft: apply.Draft | None = None
    ended: bool = False

    def receive(self, state: State) -> None:
        """Remember a newer state for the next :func:`deliver`."""
        self.newest, self.pending = state, True


def deliver(job: Job) -> str:
    """Write the job's newest state into the scene, if there is one to write and the scene can take it.

    Returns
    -------
    str
        Why the write has to wait, in words; empty if nothing waits any more.

    Raises
    ------
    Refusal
        If the character is no longer what was sent to the backend.
    """
    if job.newest is None or not job.pending:
        return ""
    waits = apply.blocked(job.binding)
    if waits:
        return waits
    if job.draft is None:
        job.draft = apply.begin(job.binding, job.brief.vary)
    apply.apply(job.draft, job.newest)
    job.pending = False
    return ""


def accept(job: Job) -> None:
    """Keep the job's result in the scene.

    Raises
    ------
    Refusal
        If there is none, or the scene can't be written at the moment.
    """
    waits = deliver(job)
    if waits:
        raise Refusal(f"The result can't be kept now: {waits}.")
    if job.draft is None:
        raise Refusal("There is no result yet.", "Wait for the first update.")
    apply.accept(job.draft)


def discard(job: Job) -> None:
    """Put the character back exactly as it was before the job.

    Raises
    ------
    Refusal
        If the scene can't be written at the moment.
    """
    if job.draft is None:
        return
    waits = apply.blocked(job.binding)
    if waits:
        raise Refusal(f"The result can't be taken away now: {waits}.")
    apply.discard(job.draft)


def pack(job: Job) -> None:
    """Have a .blend that is about to be saved hold the job's images as they are now."""
    if job.draft is not None:
        apply.accept(job.draft)


def abandon(job: Job) -> None:
    """Take the job's traces off what is left of a character that was deleted or remodelled while the job ran."""
    if job.draft is not None and not apply.blocked(job.binding):
        apply.discard(job.draft)
