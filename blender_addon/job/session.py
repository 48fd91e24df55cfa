"""The running conversation with a backend: one state machine, advanced by ``tick()`` alone.

::

    OFFLINE -> CONNECTING -> IDLE -> SUBMITTED -> RUNNING -> FINISHED -> (accept | discard) -> IDLE
                   |          |          |           |
                REFUSED    FETCHING    FAILED      LOST -> RUNNING | FAILED

STARTING lies between OFFLINE and CONNECTING where Blender starts the backend itself.

Nothing here waits: a timer calls :func:`tick` in a window, a loop calls it where timers don't fire.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import bpy
from clipmatrix_protocol import (
    PROTOCOL_VERSION,
    Accepted,
    Attach,
    Body,
    BodyRequest,
    Brief,
    Cancel,
    Character,
    Correctives,
    CorrectivesRequest,
    Done,
    Failed,
    Message,
    ModelRequest,
    Pause,
    Paused,
    Pong,
    Progress,
    Resume,
    Resumed,
    State,
    Status,
    Submit,
    Summary,
    Update,
    Welcome,
    mismatch,
)
from msgspec.structs import replace

from ..errors import Refusal
from ..link.connection import Connection
from ..link.launch import Launch
from ..link.socket import Garbled
from ..scene.binding import Binding
from . import homecoming, refusals, succession
from .jobs import Job
from .log import Log
from .phases import FREE, STOPPABLE, TALKING, WORKING, Patience, Phase
from .watch import SceneWatch

WRITE_SECONDS = 0.004
"""How long a tick goes on to begin pieces of writing."""


@dataclass
class Session:
    """One conversation. Read the attributes freely; change them through the methods only.

    Attributes
    ----------
    state
        What the session is at.
    error
        What went wrong last, with its remedy; None when nothing did.
    remarks
        What the snapshot left out or took differently, for the artist to read.
    warnings
        The backend's remarks on the running job.
    welcome
        Whom we talk to; None before the first Welcome.
    waits
        Why updates are held back from the scene at the moment; empty if they are not.
    log
        What has happened lately, for the report.
    status
        What the backend said last about itself.
    launch
        The backend that we started ourselves; None without one.
    """

    patience: Patience = field(default_factory=Patience)
    state: Phase = Phase.OFFLINE
    error: Refusal | None = None
    remarks: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    welcome: Welcome | None = None
    waits: str = ""
    job: Job | None = None
    log: Log = field(default_factory=Log)
    status: Status = field(default_factory=Status)
    launch: Launch | None = None
    _connection: Connection | None = None
    _build: Callable[[Any], object] | None = None
    _unwanted: set[str] = field(default_factory=set)
    _scene: SceneWatch = field(default_factory=SceneWatch)

    # -- what has come back ------------------------------------------------------------------------------------

    @property
    def address(self) -> str:
        """Whom we talk to, or tried to; empty before the first attempt."""
        return self._connection.address if self._connection else ""

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

    # -- what the artist asks for ------------------------------------------------------------------------------

    def connect(self, address: str, secret: str) -> None:
        """Start to talk to a backend; ends in IDLE, REFUSED or OFFLINE.

        Raises
        ------
        Refusal
            If the address can't be one, or Blender is not allowed online and the address is another machine.
        """
        connection = Connection(address, secret, self.patience.ping)
        self._hang_up()
        self._connection, self.error = connection, None
        self.state = Phase.CONNECTING

    def start(self, launch: Launch) -> None:
        """Wait for a backend that was started for us, then connect to it; ends like :meth:`connect`."""
        self.stop_backend()
        self.launch, self.error, self.state = launch, None, Phase.STARTING

    def stop_backend(self) -> None:
        """Hang up, and end the backend that we started, if we have."""
        self.disconnect()
        self.end_launch()

    def end_launch(self) -> None:
        """End the backend that we started, if we have; the connection may lead elsewhere by now."""
        if self.launch:
            self.launch.stop()
        self.launch = None

    def disconnect(self) -> None:
        """Hang up; a running job goes on in the backend, what has come back of it stays in the scene."""
        self._hang_up()
        self.state = Phase.OFFLINE

    def request_body(self, name: str, build: Callable[[Body], object]) -> None:
        """Ask for a body; ``build`` is called with it from a later tick.

        Raises
        ------
        Refusal
            If the session is not free.
        """
        self.request(BodyRequest(name=name), build)

    def request(self, what: BodyRequest | ModelRequest | CorrectivesRequest, build: Callable[[Any], object]) -> None:
        """Ask for something; ``build`` is called with the answer from a later tick and may raise a Refusal.

        Raises
        ------
        Refusal
            If the session is not free.
        """
        self._require_free()
        self._build = build
        self._send(what)
        self.state = Phase.FETCHING

    def submit(self, character: Character, brief: Brief, binding: Binding) -> str:
        """Start a job and return its id; its updates land in the scene from the following ticks.

        Raises
        ------
        Refusal
            If the session is not free, or a result still waits for accept or discard.
        """
        self._require_free()
        if self.result is not None:
            raise Refusal("A result still waits.", "Accept or discard it first.")
        return self._begin(Job(uuid.uuid4().hex, brief, binding, bpy.data.filepath), character)

    def carry_on(self, character: Character, brief: Brief, binding: Binding) -> str:
        """Start a job that goes on from the result that waits, and return its id; to discard it discards both.

        Raises
        ------
        Refusal
            If the session is not free, or no result waits in this scene.
        """
        self._require_free()
        earlier = self.waiting()
        homecoming.settle(earlier)
        return self._begin(succession.continuing(earlier, uuid.uuid4().hex, brief, binding), character)

    def pause(self) -> None:
        """Ask the backend to hold the job; it is paused once the backend says so."""
        if self.job and self.state in (Phase.SUBMITTED, Phase.RUNNING):
            self._send(Pause(job=self.job.id))

    def resume(self) -> None:
        """Ask the backend to let the job go on."""
        if self.job and self.state is Phase.PAUSED:
            self._send(Resume(job=self.job.id))

    def cancel(self) -> None:
        """Stop the job after its current step; what it has reached is delivered as the result."""
        if self.job and self.state in STOPPABLE:
            self._send(Cancel(job=self.job.id))
            self.state = Phase.STOPPING

    def accept(self) -> Job:
        """Keep the result; the returned job says what it was.

        Raises
        ------
        Refusal
            If there is none, or the scene can't be written at the moment.
        """
        job = self.waiting()
        homecoming.accept(job)
        self._close_job(job)
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
            homecoming.put_back(self.job)
        else:
            homecoming.put_aside(self.job)

    def discard(self) -> None:
        """Put the character back exactly as it was.

        Raises
        ------
        Refusal
            If there is nothing to discard, or the scene can't be written at the moment.
        """
        job = self.waiting()
        homecoming.discard(job)
        self._close_job(job)

    # -- what time brings --------------------------------------------------------------------------------------

    def tick(self) -> bool:
        """Read what has arrived, advance, write what is new into the scene; True if anything may look different."""
        before = (self.state, self.error, self.waits)
        self._attend()
        arrived = self._connection.receive() if self._connection else []
        for message in arrived:
            if self._connection:  # an earlier message may have made us hang up
                self._take(message)
        if self._connection:
            self._watch(self._connection)
        self._catch_up()
        if not any(isinstance(message, Update | Done) for message in arrived):  # taking it in was work enough
            self._deliver()
        now = (self.state, self.error, self.waits)
        if now != before:
            self.log.add(self.state.value, self.waits, str(self.error or ""))
        return bool(arrived) or now != before

    @property
    def is_writing(self) -> bool:
        """Whether a state is not or only half written into the scene, so that the next tick should come soon."""
        job = self.job
        return job is not None and not self.waits and not job.stuck and (job.pending or job.writing is not None)

    def scene_was_replaced(self) -> None:
        """Undo or redo took what had been written, or brought back what was over: see to it at the next tick."""
        self._scene.outdated = True

    def file_was_loaded(self) -> None:
        """Another file is open: a job of a file that was never saved ends, others wait for theirs."""
        self._scene = SceneWatch()
        job = self.job
        if job and not job.file:
            self._drop(job, refusals.other_file(job.binding.name))

    def file_will_be_saved(self) -> None:
        """Have the saved file hold an unfinished result too, and what it takes to discard it."""
        self._catch_up()
        self._scene.saving = self.job if self.job and not homecoming.is_elsewhere(self.job) else None
        if self._scene.saving:
            homecoming.prepare_for_saving(self._scene.saving)

    def file_was_saved(self) -> None:
        """The file may have another name now."""
        if self._scene.saving:
            self._scene.saving.file = bpy.data.filepath

    def stumbled(self, exception: Exception) -> Refusal:
        """Say that something nobody foresaw has happened; the report has the trace."""
        self.log.keep(exception)
        self.error = refusals.unexpected()
        return self.error

    def fell(self, exception: Exception) -> None:
        """Say that a tick has met something nobody foresaw; the job writes no more, its result can be settled."""
        error = self.stumbled(exception)
        if self.job:
            self.job.writing, self.job.stuck = None, error

    # -- inside ------------------------------------------------------------------------------------------------

    def _attend(self) -> None:
        """See to the backend that we started: connect once it is ready, hang up once it has ended."""
        if self.launch is None:
            return
        try:
            address = self.launch.attend()
            if address and self.state is Phase.STARTING:
                self.connect(address, self.launch.secret)
        except Refusal as refusal:
            self._hang_up()
            self.launch, self.state, self.error = None, Phase.OFFLINE, refusal

    def _take(self, message: Message | Garbled) -> None:
        """Act on one arrived message."""
        if self.state is Phase.LOST and not isinstance(message, Welcome | Failed):
            self._resume()
        match message:
            case Welcome():
                self._welcomed(message)
            case Failed():
                self._failed(message)
            case Body() | Correctives():
                self._built(message)
            case Garbled(why=why):
                self._garbled(why)
            case (
                Accepted(job=id) | Paused(job=id) | Resumed(job=id) | Progress(job=id) | Update(job=id) | Done(job=id)
            ) if self.job and self.job.id == id:
                self._advance(self.job, message)
            case Pong(status=status):
                self.status = status
            case _:
                pass  # an answer to a job nobody waits for any more: that something came was all

    def _advance(self, job: Job, message: Message) -> None:
        """Take in what the backend says about the job."""
        match message:
            case Accepted(warnings=warnings):
                self.warnings = warnings
                return
            case Paused() | Resumed():
                job.held = isinstance(message, Paused)
                if self.state in STOPPABLE:
                    self.state = _where(job)
                return
            case Progress(step=step, similarity=similarity):
                job.progress = message
                job.course.add(step, similarity)
            case Update(state=state):
                job.receive(state)
            case Done(state=state, summary=summary):
                job.receive(state)
                job.summary, job.ended = summary, True
                self.state, self.status = Phase.FINISHED, replace(self.status, busy_with="")
        if self.state is Phase.SUBMITTED:
            self.state = Phase.RUNNING

    def _welcomed(self, message: Welcome) -> None:
        wrong = mismatch(PROTOCOL_VERSION, message.version)
        if wrong:
            self._refuse(refusals.WrongVersion(wrong))
            return
        self.welcome, self.status = message, message.status
        for unwanted in self._unwanted:
            self._send(Cancel(job=unwanted))
        self._unwanted.clear()
        if self.job and not self.job.ended:  # a welcome to a new connection, which the job's messages must follow
            self._send(Attach(job=self.job.id))
        if self.state in (Phase.CONNECTING, Phase.LOST):
            self._resume()

    def _resume(self) -> None:
        """The backend is back: return to where the job, if any, stands."""
        self.error = None
        self.state = _where(self.job) if self.job else Phase.IDLE

    def _failed(self, message: Failed) -> None:
        refusal = Refusal(message.message, message.remedy)
        if message.code == "not_welcomed":
            self._forgotten()
        elif message.code == "version":
            self._refuse(refusals.WrongVersion(message.message, message.remedy))
        elif message.code == "secret" or (message.job is None and self.state is Phase.CONNECTING):
            self._refuse(Refusal(message.message, message.remedy, refusals.CONNECT))
        elif self.job and message.job == self.job.id:
            expected = message.code == "cancelled" or (message.code == "unknown_job" and self.job.recalled)
            self._job_failed(self.job, None if expected else refusal)
        elif message.job is None:
            self._build, self.error = None, refusal
            if self.job and not self.job.ended:
                self._job_failed(self.job, refusal)
            else:
                self.state = Phase.FAILED

    def _forgotten(self) -> None:
        """The backend does not know this connection: it was restarted, or the connection is a new one."""
        if self._connection and self.state in TALKING:
            self.state = Phase.LOST if self.job and not self.job.ended else Phase.CONNECTING
            self._connection.greet_again()

    def _job_failed(self, job: Job, refusal: Refusal | None) -> None:
        """The job has ended without a result; what it had sent before stays until the artist decides."""
        job.ended, self.error, self.status = True, refusal, replace(self.status, busy_with="")
        if job.earlier is not None or job.newest is None:
            self.job = job.earlier
        self.state = _where(self.job) if self.job else Phase.IDLE
        if refusal is not None:
            self.state = Phase.FAILED

    def _built(self, answer: Body | Correctives) -> None:
        build, self._build = self._build, None
        if build is None:
            return
        try:
            build(answer)
        except Refusal as refusal:
            self.error = refusal
            self.state = Phase.FAILED
        else:
            self._resume()

    def _garbled(self, why: str) -> None:
        if self.state is Phase.CONNECTING:
            self._refuse(refusals.foreign(self.address, why))
        else:
            self.error = refusals.unreadable(why)

    def _watch(self, connection: Connection) -> None:
        """Ping, and notice silence."""
        hindrance = connection.hindrance()
        if hindrance is not None:
            self._refuse(hindrance)
        elif self.state is Phase.CONNECTING and connection.silent > self.patience.welcome:
            error = connection.unanswered()
            self._hang_up()
            self.state, self.error = Phase.OFFLINE, error
        elif self.state in TALKING and (connection.silent > self.patience.silence or not connection.ping()):
            working = self.job is not None and not self.job.ended
            self.state, self.error = Phase.LOST, refusals.silence(connection.address, working=working)
            self._build = None
        elif self.state is Phase.LOST:
            connection.knock()

    def _deliver(self) -> None:
        """Write the newest state into the scene, or say in ``paused`` why it waits."""
        self.waits = ""
        if self.job is None:
            return
        try:
            self.waits = homecoming.deliver(self.job, WRITE_SECONDS)
        except Refusal as refusal:
            self.error = refusal
        if self.job.stuck:
            self.cancel()

    def _catch_up(self) -> None:
        """After undo, redo or loading: bring session and scene together again."""
        if not self._scene.outdated:
            return
        stuck = self.job.stuck if self.job else None
        found = self._scene.catch_up(self.job)
        if stuck and self.error is stuck:
            self.error = None
        if found:
            self.job = found
            self.remarks = ("This file holds a result that was neither accepted nor discarded.",)
            if self.state in FREE and not found.ended:
                self._send(Attach(job=found.id))
                self.state = Phase.SUBMITTED

    def _begin(self, job: Job, character: Character) -> str:
        """Send a job off."""
        self.job, self.remarks, self.warnings = job, (), ()
        self._send(Submit(job=job.id, character=character, brief=job.brief))
        self.state = Phase.SUBMITTED
        return job.id

    def waiting(self) -> Job:
        """The job whose result waits to be accepted, discarded or continued.

        Raises
        ------
        Refusal
            If there is no result, or its job is still running.
        """
        self._catch_up()
        if self.job is None or self.job.newest is None:
            raise Refusal("There is no result.", "Generate one first.")
        if self.state in WORKING:
            raise refusals.still_running()
        if self.job.aside:
            homecoming.settle(self.job)
        return self.job

    def _drop(self, job: Job, refusal: Refusal) -> None:
        """Let go of a job whose results have nowhere to go."""
        self.cancel()
        self.job, self.waits, self.error = None, "", refusal
        if self.state in TALKING:
            self.state = Phase.FAILED

    def _close_job(self, job: Job) -> None:
        if not job.ended:
            self._unwanted.add(job.id)
        self._scene.settled.add(job.draft_id)
        self._scene.outdated = True  # there may be another one in the file
        self.job, self.waits = None, ""
        if self.state in FREE:
            self.error = None
            self.state = Phase.IDLE

    def _require_free(self) -> None:
        if self.state not in FREE:
            raise refusals.not_free(self.state)
        self.error = None

    def _send(self, message: Message) -> None:
        if self._connection:
            self._connection.send(message)

    def _refuse(self, refusal: Refusal) -> None:
        self._hang_up()
        self.state, self.error = Phase.REFUSED, refusal

    def _hang_up(self) -> None:
        if self._connection:
            self._connection.close()
        self._connection = self._build = None


def _where(job: Job) -> Phase:
    """What a session that talks to its backend is at, by its job."""
    if job.ended:
        return Phase.FINISHED if job.summary or job.recalled else Phase.FAILED
    if job.held:
        return Phase.PAUSED
    return Phase.RUNNING if job.progress else Phase.SUBMITTED


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
