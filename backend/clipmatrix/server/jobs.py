"""The jobs a backend knows: what is asked, where they stand, what came of them."""

import threading
import time
from dataclasses import dataclass, field
from enum import Enum

from clipmatrix_protocol import Accepted, Done, Failed, Progress, Submit, Update

from ..errors import JobError

MAX_OPEN = 16
"""Jobs that may wait or run at a time."""

MAX_ENDED = 8
"""Ended jobs whose result is kept for a client that comes back; the oldest are forgotten first."""


class Stage(Enum):
    """Where a job is in its life; it only moves forward."""

    CHECKING = "checking"
    QUEUED = "queued"
    RUNNING = "running"
    ENDED = "ended"


def _set_event() -> threading.Event:
    event = threading.Event()
    event.set()
    return event


@dataclass
class Job:
    """One job; belongs to its id, not to a connection. Changed by the router's thread only.

    Attributes
    ----------
    submit
        What is asked; None once the job has ended, to give its memory back.
    watchers
        Identities of the clients that hear of it.
    owner
        Who asked for it, in words.
    warnings
        For ``Accepted``.
    progress, update, outcome
        The newest of each.
    moved
        When it last made a step, seconds of the monotonic clock.
    cancel
        Set to end it early.
    free
        Set unless the job is held.
    """

    id: str
    submit: Submit | None
    watchers: set[bytes]
    owner: str = ""
    stage: Stage = Stage.CHECKING
    warnings: tuple[str, ...] = ()
    progress: Progress | None = None
    update: Update | None = None
    outcome: Done | Failed | None = None
    moved: float = field(default_factory=time.monotonic)
    cancel: threading.Event = field(default_factory=threading.Event)
    free: threading.Event = field(default_factory=_set_event)

    def hold(self) -> None:
        """Have it take no further step."""
        self.free.clear()

    def release(self) -> None:
        """Have it go on; the time it was held is no idleness."""
        self.touch()
        self.free.set()

    def touch(self) -> None:
        """Note that it has just moved."""
        self.moved = time.monotonic()


class Jobs:
    """All jobs, in the order they came."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}

    def add(self, submit: Submit, watcher: bytes, owner: str) -> Job:
        """Take a job in.

        Raises
        ------
        JobError
            If its id is in use or too many jobs wait.
        """
        if submit.job in self._jobs:
            raise JobError("bad_request", "A job with this id exists already.", "Give each job an id of its own.")
        if len(self._open()) >= MAX_OPEN:
            raise JobError(
                "bad_request", f"{MAX_OPEN} jobs run or wait already.", "Try again when one of them has ended."
            )
        job = self._jobs[submit.job] = Job(submit.job, submit, {watcher}, owner)
        return job

    def get(self, job: str) -> Job:
        """Return a job by its id.

        Raises
        ------
        JobError
            If there is none, or none any more.
        """
        if job not in self._jobs:
            raise JobError("unknown_job", "The backend does not know this job.", "Start it again.")
        return self._jobs[job]

    @property
    def running(self) -> Job | None:
        """The job at work, if any."""
        return next((job for job in self._jobs.values() if job.stage is Stage.RUNNING), None)

    @property
    def held(self) -> list[Job]:
        """The jobs that are held, the running one among them."""
        return [job for job in self._open() if not job.free.is_set()]

    @property
    def waiting(self) -> int:
        """How many jobs are still to begin."""
        return sum(job.stage in (Stage.CHECKING, Stage.QUEUED) for job in self._jobs.values())

    def next(self) -> Job | None:
        """Return the job to start now: the first in the queue that is not held, unless one is running."""
        if self.running is not None:
            return None
        waiting = (job for job in self._jobs.values() if job.stage is Stage.QUEUED)
        return next((job for job in waiting if job.free.is_set()), None)

    def accepted(self, job: Job) -> Accepted:
        """Say how many jobs run before this one."""
        earlier = self._open()
        ahead = earlier.index(job) if job.stage in (Stage.CHECKING, Stage.QUEUED) else 0
        return Accepted(job.id, ahead, job.warnings)

    def idle(self) -> float | None:
        """Return seconds since the running job last made a step; None without one, or if it is held."""
        job = self.running
        return None if job is None or not job.free.is_set() else max(0.0, time.monotonic() - job.moved)

    def end(self, job: Job, outcome: Done | Failed) -> None:
        """Note a job's outcome; forget what only a live job needs, and the oldest of the ended jobs."""
        job.stage, job.outcome = Stage.ENDED, outcome
        job.submit = job.update = None
        self._jobs[job.id] = self._jobs.pop(job.id)  # ended jobs are forgotten in the order they ended
        ended = [other.id for other in self._jobs.values() if other.stage is Stage.ENDED]
        for old in ended[:-MAX_ENDED]:
            del self._jobs[old]

    def _open(self) -> list[Job]:
        return [job for job in self._jobs.values() if job.stage is not Stage.ENDED]
