"""What a session makes of each message that arrives, and of silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clipmatrix_protocol import (
    PROTOCOL_VERSION,
    Accepted,
    Attach,
    Body,
    Cancel,
    Correctives,
    Done,
    Failed,
    Message,
    Paused,
    Pong,
    Progress,
    Resumed,
    Update,
    Welcome,
    mismatch,
)
from msgspec.structs import replace

from ..errors import Refusal
from ..link.connection import Connection
from ..link.socket import Garbled
from . import refusals
from .jobs import Job
from .phases import STOPPABLE, TALKING, Phase

if TYPE_CHECKING:
    from .session import Session


def take(session: Session, message: Message | Garbled) -> None:
    """Act on one arrived message."""
    if session.state is Phase.LOST and not isinstance(message, Welcome | Failed):
        _resume(session)
    match message:
        case Welcome():
            _welcomed(session, message)
        case Failed():
            _failed(session, message)
        case Body() | Correctives():
            _built(session, message)
        case Garbled(why=why):
            _garbled(session, why)
        case Accepted(job=id) | Paused(job=id) | Resumed(job=id) | Progress(job=id) | Update(job=id) | Done(job=id) if (
            session.job and session.job.id == id
        ):
            _advance(session, session.job, message)
        case Pong(status=status):
            session.status = status
        case _:
            pass  # about a job that nobody waits for any more: it only shows that the backend is there


def _advance(session: Session, job: Job, message: Message) -> None:
    """Take in what the backend says about the job."""
    match message:
        case Accepted(warnings=warnings):
            session.warnings = warnings
            return
        case Paused() | Resumed():
            job.held = isinstance(message, Paused)
            if session.state in STOPPABLE:
                session.state = where(job)
            return
        case Progress(step=step, similarity=similarity):
            job.progress = message
            if step:  # before the first there is no similarity yet
                job.course.add(step, similarity)
        case Update(state=state):
            job.receive(state)
        case Done(state=state, summary=summary):
            job.receive(state)
            job.summary, job.ended = summary, True
            session.warnings = (*session.warnings, *summary.remarks)
            session.state, session.status = Phase.FINISHED, replace(session.status, busy_with="")
    if session.state is Phase.SUBMITTED:
        session.state = Phase.RUNNING


def _welcomed(session: Session, message: Welcome) -> None:
    wrong = mismatch(PROTOCOL_VERSION, message.version)
    if wrong:
        session.refuse(refusals.WrongVersion(wrong))
        return
    session.welcome, session.status = message, message.status
    _stop_unwanted(session)
    job = session.job
    if job and not job.ended:  # a welcome to a new connection, which the job's messages must follow, and our last wish
        session.send(Cancel(job=job.id) if job.stopping else Attach(job=job.id))
    if session.state in (Phase.CONNECTING, Phase.LOST):
        _resume(session)


def _stop_unwanted(session: Session) -> None:
    """Stop jobs that were let go while the backend was away."""
    for unwanted in session.unwanted:
        session.send(Cancel(job=unwanted))
    session.unwanted.clear()


def _resume(session: Session) -> None:
    """The backend is back: return to where the job, if any, stands."""
    _stop_unwanted(session)
    session.error = None
    session.state = where(session.job) if session.job else Phase.IDLE


def _failed(session: Session, message: Failed) -> None:
    refusal = Refusal(message.message, message.remedy)
    if message.code == "not_welcomed":
        _forgotten(session)
    elif message.code == "version":
        session.refuse(refusals.WrongVersion(message.message, message.remedy))
    elif message.code == "secret" or (message.job is None and session.state is Phase.CONNECTING):
        session.refuse(Refusal(message.message, message.remedy, refusals.CONNECT))
    elif session.job and message.job == session.job.id:
        expected = message.code == "cancelled" or (message.code == "unknown_job" and session.job.recalled)
        _job_failed(session, session.job, None if expected else refusal)
    elif message.job is None:
        session.build, session.error = None, refusal
        if session.job and not session.job.ended:
            _job_failed(session, session.job, refusal)
        else:
            session.state = Phase.FAILED


def _forgotten(session: Session) -> None:
    """The backend does not know this connection: it was restarted, or the connection is a new one."""
    if session.connection and session.state in TALKING:
        session.state = Phase.LOST if session.job and not session.job.ended else Phase.CONNECTING
        session.connection.greet_again()


def _job_failed(session: Session, job: Job, refusal: Refusal | None) -> None:
    """The job has ended without a result; what it had sent before stays until the artist decides."""
    job.ended, session.error, session.status = True, refusal, replace(session.status, busy_with="")
    if job.earlier is not None or job.newest is None:
        session.job = job.earlier
        session.scene.outdated = True  # the file may hold an earlier one
    elif not job.recalled:
        job.rewrite()  # what was shown of it may have been smaller, and was not packed
    session.state = where(session.job) if session.job else Phase.IDLE
    if refusal is not None:
        session.state = Phase.FAILED


def _built(session: Session, answer: Body | Correctives) -> None:
    build, session.build = session.build, None
    if build is None:
        return
    try:
        build(answer)
    except Refusal as refusal:
        session.error = refusal
        session.state = Phase.FAILED
    else:
        _resume(session)


def _garbled(session: Session, why: str) -> None:
    if session.state is Phase.CONNECTING:
        session.refuse(refusals.foreign(session.address, why))
    else:
        session.error = refusals.unreadable(why)


def watch(session: Session, connection: Connection) -> None:
    """Ping, and notice silence."""
    hindrance = connection.hindrance()
    if hindrance is not None:
        session.refuse(hindrance)
    elif session.state is Phase.CONNECTING and connection.silent > session.patience.welcome:
        error = connection.unanswered()
        session.hang_up()
        session.state, session.error = Phase.OFFLINE, error
    elif session.state in TALKING and (connection.silent > session.patience.silence or not connection.ping()):
        working = session.job is not None and not session.job.ended
        session.state, session.error = Phase.LOST, refusals.silence(connection.address, working=working)
        session.build = None
    elif session.state is Phase.LOST:
        connection.knock()


def where(job: Job) -> Phase:
    """The phase of a session that talks to its backend, by its job."""
    if job.ended:
        return Phase.FINISHED if job.summary or job.recalled else Phase.FAILED
    if job.stopping:
        return Phase.STOPPING
    if job.held:
        return Phase.PAUSED
    return Phase.RUNNING if job.progress else Phase.SUBMITTED
