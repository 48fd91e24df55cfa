"""The session of this Blender: a conversation with a backend, and the job in it; advanced by ``tick()`` alone.

::

    OFFLINE -> CONNECTING -> IDLE -> SUBMITTED -> RUNNING <-> PAUSED
                   |          |          |           |
                REFUSED    FETCHING    FAILED     FINISHED -> (accept | discard) -> IDLE
                                                     |
                                                 (carry on) -> SUBMITTED

STARTING lies between OFFLINE and CONNECTING where Blender starts the backend itself. LOST is wherever the backend
falls silent; it leads back to where the job stands. A series keeps what is FINISHED and submits its next job by itself.

Nothing here waits: a timer calls :func:`tick` in a window, a loop calls it where timers don't fire.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

import bpy
import numpy as np
from clipmatrix_protocol import Brief, Cancel, Character, Done, Pause, Progress, Resume, State, Submit, Summary, Update

from ..errors import Refusal
from ..scene.binding import Binding
from . import continuing, delivery, events, listening, refusals
from .conversation import Conversation
from .jobs import Job
from .log import Log
from .phases import FREE, STOPPABLE, TALKING, WORKING, Phase
from .series import Series, advance
from .watch import SceneWatch

WRITE_SECONDS = 0.003
"""How long a tick goes on to begin pieces of writing."""


@dataclass
class Session(Conversation):
    """A conversation about a job.

    The files of this room change its attributes. All others call its methods, and set ``error`` and ``remarks`` alone:
    what they have to say to the artist.

    Attributes
    ----------
    remarks
        What the snapshot left out or took differently, for the artist to read.
    warnings
        The backend's remarks on the running job.
    waits
        Why updates are held back from the scene at the moment; empty if they are not.
    job
        The newest job, until its result is accepted or discarded.
    series
        What the job is one of, where several takes are grown in one go.
    log
        What has happened lately, for the report.
    unwanted
        Ids of jobs to be stopped as soon as the backend is back.
    scene
        What is known of the drafts in the open file.
    """

    remarks: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    waits: str = ""
    job: Job | None = None
    series: Series | None = None
    log: Log = field(default_factory=Log)
    unwanted: set[str] = field(default_factory=set)
    scene: SceneWatch = field(default_factory=SceneWatch)

    # -- what has come back ------------------------------------------------------------------------------------

    @property
    def progress(self) -> Progress | None:
        """Where the newest job stands."""
        return self.job.progress if self.job else None

    @property
    def summary(self) -> Summary | None:
        """The newest job in figures, once it is finished."""
        return self.job.summary if self.job else None

    @property
    def result(self) -> State | None:
        """What the newest job has made of the character so far; waits for accept or discard."""
        return self.job.newest if self.job else None

    def waiting(self) -> Job:
        """The job whose result waits to be accepted, discarded or continued.

        Raises
        ------
        Refusal
            If there is no result, or its job is still running.
        """
        events.catch_up(self)
        if self.job is None or self.job.newest is None:
            raise Refusal("There is no result.", "Generate one first.")
        if self.state in WORKING:
            raise refusals.still_running()
        return self.job

    def settled(self) -> Job:
        """The job whose result waits, with all of it in the scene, so that it can be read off it.

        Raises
        ------
        Refusal
            As :meth:`waiting`, or if the scene can't be written at the moment.
        """
        job = self.waiting()
        delivery.settle(job)
        return job

    # -- what the artist asks for ------------------------------------------------------------------------------

    def submit(
        self, character: Character, brief: Brief, binding: Binding, exemplars: tuple[np.ndarray, ...] = ()
    ) -> str:
        """Start a job and return its id; its updates land in the scene from the following ticks.

        ``exemplars`` are the images that prompts point to, as in :class:`Submit`.

        Raises
        ------
        Refusal
            If the session is not free, or a result still waits for accept or discard.
        """
        events.catch_up(self)
        self.require_free()
        if self.result is not None:
            raise Refusal("A result still waits.", "Accept or discard it first.")
        self.series = None
        return self.begin(Job(uuid.uuid4().hex, brief, binding, bpy.data.filepath), character, exemplars)

    def carry_on(
        self, character: Character, brief: Brief, binding: Binding, exemplars: tuple[np.ndarray, ...] = ()
    ) -> str:
        """Start a job that goes on from the result that waits, and return its id; to discard it discards both.

        Raises
        ------
        Refusal
            If the session is not free, or no result waits in this scene.
        """
        self.require_free()
        job = continuing.continuing(self.settled(), uuid.uuid4().hex, brief, binding)
        return self.begin(job, character, exemplars)

    def pause(self) -> None:
        """Ask the backend to hold the job; it is paused once the backend says so."""
        if self.job and self.state in (Phase.SUBMITTED, Phase.RUNNING):
            self.send(Pause(job=self.job.id))

    def resume(self) -> None:
        """Ask the backend to let the job go on."""
        if self.job and self.state is Phase.PAUSED:
            self.send(Resume(job=self.job.id))

    def cancel(self) -> None:
        """Stop the job after its current step, and its series; what it has reached is delivered as the result."""
        if self.job and self.state in STOPPABLE:
            if self.series:
                self.series.over = True
            self.send(Cancel(job=self.job.id))
            self.job.stopping, self.state = True, Phase.STOPPING

    def accept(self) -> Job:
        """Keep the result; the returned job says what it was.

        Raises
        ------
        Refusal
            If there is none, or the scene can't be written at the moment.
        """
        job = self.waiting()
        delivery.accept(job)
        self.close(job)
        return job

    def compare(self) -> None:
        """Show the character without the result that has come so far, or with it again; a job goes on meanwhile.

        Raises
        ------
        Refusal
            If there is none yet, or the scene can't be written at the moment.
        """
        if self.job is None or self.job.newest is None:
            raise Refusal("There is no result yet.", "Wait for the first update.")
        if self.job.aside:
            delivery.put_back(self.job)
        else:
            delivery.put_aside(self.job)

    def discard(self) -> None:
        """Put the character back exactly as it was.

        Raises
        ------
        Refusal
            If there is nothing to discard, or the scene can't be written at the moment.
        """
        job = self.waiting()
        delivery.discard(job)
        self.close(job)

    # -- what time brings --------------------------------------------------------------------------------------

    def tick(self) -> bool:
        """Read what has arrived, advance, write what is new into the scene; True if anything may look different."""
        before = (self.state, self.error, self.waits)
        self.attend()
        arrived = self.connection.receive() if self.connection else []
        for message in arrived:
            if self.connection:  # an earlier message may have made us hang up
                listening.take(self, message)
        if self.connection:
            listening.watch(self, self.connection)
        events.catch_up(self)
        if not any(isinstance(message, Update | Done) for message in arrived):  # taking it in was work enough
            events.deliver(self, WRITE_SECONDS)
        advance(self)
        now = (self.state, self.error, self.waits)
        self.log.add(self.state.value, self.waits, str(self.error or ""))
        return bool(arrived) or now != before

    @property
    def is_writing(self) -> bool:
        """Whether a state is not or only half written into the scene, so that the next tick should come soon."""
        job = self.job
        return job is not None and not self.waits and not job.stuck and (job.pending or job.writing is not None)

    def note_unforeseen(self, exception: Exception) -> Refusal:
        """Keep the trace of what nobody foresaw for the report, and return the refusal that offers it."""
        self.log.keep(exception)
        self.error = refusals.unexpected()
        return self.error

    def tick_failed(self, exception: Exception) -> None:
        """Note what nobody foresaw in a tick; the job writes no more until the scene changes, or it is settled."""
        error = self.note_unforeseen(exception)
        if self.job:
            self.job.writing, self.job.stuck = None, error

    # -- inside ------------------------------------------------------------------------------------------------

    def begin(self, job: Job, character: Character, exemplars: tuple[np.ndarray, ...]) -> str:
        """Send a job off and make it the session's; where it can't be sent, nothing changes."""
        self.send(Submit(job=job.id, character=character, brief=job.brief, exemplars=exemplars))
        self.job, self.remarks, self.warnings = job, (), ()
        self.state = Phase.SUBMITTED
        return job.id

    def let_go(self, job: Job) -> None:
        """Have the backend stop a job that nobody waits for any more, now or when it is back."""
        if not job.ended and self.state in TALKING:
            self.send(Cancel(job=job.id))
        elif not job.ended:
            self.unwanted.add(job.id)

    def close(self, job: Job) -> None:
        """Be done with a job whose result was accepted or discarded."""
        self.let_go(job)
        self.scene.settled.add(job.draft_id)
        self.scene.outdated = True  # there may be another one in the file
        self.job, self.waits = None, ""
        if self.state in FREE:
            self.error = None
            self.state = Phase.IDLE


_holder: list[Session] = []


def current() -> Session:
    """The session of this Blender; exists while the extension is enabled."""
    return _holder[0]


def tick() -> bool:
    """Advance the session of this Blender; True if anything changed."""
    return current().tick()


def register() -> None:
    """Make the session."""
    _holder.append(Session())


def unregister() -> None:
    """Hang up and forget it."""
    current().stop_backend()
    _holder.clear()
