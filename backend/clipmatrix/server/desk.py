"""What the backend does about each message that arrives and each result that a thread brings."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from clipmatrix_protocol import (
    Attach,
    Body,
    BodyRequest,
    Cancel,
    Correctives,
    CorrectivesRequest,
    Done,
    Failed,
    Hello,
    Message,
    ModelRequest,
    Pause,
    Paused,
    Ping,
    Pong,
    Progress,
    ProtocolError,
    Resume,
    Resumed,
    Status,
    Submit,
    Update,
    decode,
)

from ..errors import JobError
from .clients import Clients
from .failures import failure
from .gauge import Gauge
from .handshake import greet, welcome
from .jobs import Job, Jobs, Stage
from .run_job import run_job
from .services import Services
from .worker import Worker

log = logging.getLogger(__name__)

ABANDONED = 120.0
"""Seconds of silence after which those who have paused a job count as gone; clients ping every few seconds."""


@dataclass(frozen=True)
class Checked:
    """A submitted job may be queued; these are the remarks on it."""

    job: str
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Built:
    """The answer to a client's request for a body."""

    client: bytes
    answer: Body | Correctives | Failed


@dataclass(frozen=True)
class Warmed:
    """The backend has loaded what the first job needs; ``clip`` is the CLIP that is loaded, empty if that failed."""

    clip: str


Event = Progress | Update | Done | Failed | Checked | Built | Warmed
"""What threads post to the router loop; a ``Failed`` here is always about a job."""


class Desk:
    """Decides what is done about messages and events, in the router's thread.

    Whatever takes longer than a moment is given to one of two workers: jobs to the one, all else to the other.

    Parameters
    ----------
    services
        Who computes.
    secret
        The launch secret.
    clients
        Where answers go.
    post
        Brings events of other threads to :meth:`on_event`.
    """

    def __init__(self, services: Services, secret: str, clients: Clients, post: Callable[[Event], None]) -> None:
        self._services = services
        self._secret = secret
        self._clients = clients
        self._post = post
        self._jobs = Jobs()
        self._runner = Worker("clipmatrix-jobs")
        self._clerk = Worker("clipmatrix-requests")
        self._gauge = Gauge(services.free_memory)
        self._gauge.read()  # so that the first client is told what is known by then
        self._starting, self._clip = True, ""
        self._runner.give(self._warm_up)

    def close(self, seconds: float) -> bool:
        """End the workers; a running job is dropped. Returns whether both ended within ``seconds`` each."""
        self._gauge.close()
        return all([self._runner.stop(seconds), self._clerk.stop(seconds)])

    # -- messages ----------------------------------------------------------------------------------------------

    def receive(self, client: bytes, frames: Sequence[bytes]) -> None:
        """Act on what a client sent."""
        if client not in self._clients:
            self._admit(client, frames)
            return
        self._clients.heard(client)
        try:
            message = decode(frames)
        except ProtocolError as error:
            self._say(client, Failed("bad_message", f"A message cannot be read: {error}.", "Report it."))
            return
        try:
            self._answer(client, message, frames)
        except Exception as error:
            self._say(client, failure(error, getattr(message, "job", None)))

    def _admit(self, client: bytes, frames: Sequence[bytes]) -> None:
        greeting = greet(client, frames, self._secret)
        if isinstance(greeting, Failed):
            log.info("refused a client: %s", greeting.code)
            self._clients.refuse(client, greeting)
            return
        self._clients.welcome(client, greeting.user or greeting.client)
        self._say(client, welcome(self._services, self._status()))

    def _status(self) -> Status:
        running = self._jobs.running
        return Status(
            starting=self._starting,
            clip=self._clip,
            free_memory_mb=self._gauge.read(),
            busy_with=running.owner if running else "",
            waiting=self._jobs.waiting,
        )

    def _answer(self, client: bytes, message: Message, frames: Sequence[bytes]) -> None:
        match message:
            case Hello():
                self._admit(client, frames)
            case Ping(stamp=stamp):
                self._say(client, Pong(stamp, self._jobs.idle(), self._status()))
            case BodyRequest() | ModelRequest() | CorrectivesRequest():
                self._clerk.give(lambda: self._build(client, message))
            case Submit():
                self._jobs.add(message, client, self._clients.name(client))
                self._clerk.give(lambda: self._check(message))
            case Attach(job=job):
                self._attach(self._jobs.get(job), client)
            case Cancel(job=job):
                self._cancel(self._jobs.get(job), client)
            case Pause(job=job):
                self._pause(self._jobs.get(job), client)
            case Resume(job=job):
                self._resume(self._jobs.get(job), client)
            case _:
                kind = type(message).__name__
                raise JobError("bad_message", f"A backend does not take {kind} messages.", "Report it.")

    def _attach(self, job: Job, client: bytes) -> None:
        job.watchers.add(client)
        if job.stage is not Stage.CHECKING:
            self._say(client, self._jobs.accepted(job))
        if not job.free.is_set():
            self._say(client, Paused(job.id))
        for newest in (job.progress, job.update, job.outcome):
            if newest is not None:
                self._say(client, newest)

    def _cancel(self, job: Job, client: bytes) -> None:
        job.watchers.add(client)
        if job.outcome is not None:
            self._say(client, job.outcome)
        else:
            self._stop(job)

    def _stop(self, job: Job) -> None:
        job.cancel.set()
        job.free.set()
        if job.stage is not Stage.RUNNING:
            self._end(job, Failed("cancelled", "The job was cancelled before it began.", "", job.id))

    def _pause(self, job: Job, client: bytes) -> None:
        job.watchers.add(client)
        if job.outcome is not None:
            self._say(client, job.outcome)
        elif not job.cancel.is_set():
            job.hold()
            self._tell(job, Paused(job.id))

    def _resume(self, job: Job, client: bytes) -> None:
        job.watchers.add(client)
        if job.outcome is not None:
            self._say(client, job.outcome)
        else:
            job.release()
            self._tell(job, Resumed(job.id))

    # -- in the workers' threads -------------------------------------------------------------------------------

    def _warm_up(self) -> None:
        loaded = ""
        try:
            self._services.warm_up()
            loaded = self._services.clips[0]
        finally:
            self._post(Warmed(loaded))

    def _check(self, submit: Submit) -> None:
        try:
            self._post(Checked(submit.job, self._services.warnings(submit.brief)))
        except Exception as error:
            self._post(failure(error, submit.job))

    def _build(self, client: bytes, question: BodyRequest | ModelRequest | CorrectivesRequest) -> None:
        answer: Body | Correctives | Failed
        try:
            answer = self._services.build(question)
        except Exception as error:
            answer = failure(error, None)
        self._post(Built(client, answer))

    # -- events ------------------------------------------------------------------------------------------------

    def on_event(self, event: Event) -> None:
        """Act on what a thread has posted."""
        if isinstance(event, Built):
            self._say(event.client, event.answer)
            return
        if isinstance(event, Warmed):
            self._starting, self._clip = False, event.clip
            return
        assert event.job is not None
        try:
            job = self._jobs.get(event.job)
        except JobError:
            return  # cancelled while it was checked, and forgotten since
        if job.stage is Stage.ENDED:
            return
        match event:
            case Checked(warnings=warnings):
                job.stage, job.warnings = Stage.QUEUED, warnings
                self._tell(job, self._jobs.accepted(job))
            case Progress():
                job.progress = event
                job.touch()
                if job.submit is not None:
                    self._clip = job.submit.brief.settings.clip
                self._tell(job, event)
            case Update():
                job.update = event
                self._tell(job, event)
            case Done() | Failed():
                self._end(job, event)

    def start_next(self) -> None:
        """Hand the first queued job to its worker, if none is running."""
        job = self._jobs.next()
        if job is None or job.submit is None:
            return
        submit = job.submit
        job.stage = Stage.RUNNING
        job.touch()
        self._runner.give(
            lambda: run_job(submit, self._services, job.cancel, job.free, self._runner.stopping, self._post)
        )

    def end_abandoned(self) -> None:
        """Cancel jobs that are held where all who watch them are silent: they would keep their place for ever."""
        for job in self._jobs.held:
            if all(self._clients.silence(client) > ABANDONED for client in job.watchers):
                log.info("job %s is held and nobody is there any more", job.id)
                self._stop(job)

    def _end(self, job: Job, outcome: Done | Failed) -> None:
        self._jobs.end(job, outcome)
        self._tell(job, outcome)

    def _tell(self, job: Job, message: Message) -> None:
        job.watchers = {client for client in job.watchers if self._say(client, message)}

    def _say(self, client: bytes, message: Message) -> bool:
        return self._clients.put(client, message)
