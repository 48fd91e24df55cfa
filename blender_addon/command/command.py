"""``generate`` without a window: ``blender --command clipmatrix generate ...``, or ``headless.py generate ...``.

It fills in the properties that the panel shows, calls the operators that its buttons call, and turns the session's
wheel itself, because timers don't run without a window.

Exit codes: 0 all is written, 1 it failed, 2 the arguments are no good, 130 interrupted.
"""

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any

import bpy
import numpy as np
from msgspec.structs import replace

from ..errors import Refusal
from ..interface import preferences, properties
from ..job import session
from ..job.jobs import Job
from ..job.phases import WORKING, Phase
from ..job.pumping import pump_for, pump_until
from ..output import pictures
from ..output.acting import Character
from ..output.studio import Framing
from . import stage
from .announce import Announcer, announcer, own_stdout
from .arguments import BadArguments, GenerateRequest, manner, parse
from .results import Clock, write_character, write_film, write_result, write_sheet

DONE, FAILED, BAD_ARGUMENTS, INTERRUPTED = 0, 1, 2, 130


def run(arguments: Sequence[str]) -> int:
    """Run a command line and return its exit code.

    Parameters
    ----------
    arguments
        What follows ``blender --command clipmatrix``.
    """
    if "-h" in arguments or "--help" in arguments:
        return _help(arguments)
    with own_stdout() as stream, _terminable():
        say = announcer(manner(arguments), stream)
        try:
            generate(parse(arguments), say)
        except BadArguments as error:
            say.failed("bad_arguments", error.message, error.remedy)
            return BAD_ARGUMENTS
        except Refusal as refusal:
            say.failed("failed", refusal.message, refusal.remedy)
            return FAILED
        except (OSError, RuntimeError) as error:  # the disk, or one of Blender's own operators
            say.failed("failed", f"{str(error).strip()}.", "Blender's own output says more.")
            return FAILED
        except KeyboardInterrupt:
            _cancel()
            say.failed("cancelled", "Interrupted.", "")
            return INTERRUPTED
        return DONE


def generate(request: GenerateRequest, say: Announcer) -> None:
    """Grow a character into the request's prompt and write all results.

    Raises
    ------
    Refusal
        If the backend, the scene or the character won't have it.
    """
    clock = Clock()
    if request.blend is not None:
        stage.open_file(request.blend)
    say.phase("connecting")
    _connect(request)
    if request.figure:
        say.phase("adding the figure")
        stage.add_figure()
    character = stage.character()
    clock.lap("setting the stage")
    before = _before(character, say) if request.pictures != "none" else None
    clock.lap("pictures before")
    say.phase("growing")
    job, remarks = _grow(request, say)
    clock.lap("growing")
    assert job.summary is not None
    say.phase("writing the character")
    write_character(character, request.out, say.written)
    clock.lap("writing")
    if before is not None:
        say.phase("rendering the contact sheet")
        write_sheet(character, *before, request.out, say.written)
        clock.lap("pictures after")
    if request.pictures == "all":
        say.phase("filming the turntable")
        write_film(character, request.out, say.written)
        clock.lap("turntable")
    say.written(write_result(request.out, job.brief, job.summary, remarks, clock.seconds))


def _connect(request: GenerateRequest) -> None:
    secret = preferences.secret(preferences.of(bpy.context))
    session.current().connect(request.address, secret)
    pump_until(lambda now: now.state is Phase.IDLE, _nothing)


def _before(character: Character, say: Announcer) -> tuple[Framing, np.ndarray]:
    """Photograph the character as it is; the session is kept awake meanwhile."""
    say.phase("rendering the character as it is")
    framing = pictures.plan(character)
    return framing, pictures.row(character, framing, between=lambda: pump_for(0))


def _grow(request: GenerateRequest, say: Announcer) -> tuple[Job, tuple[str, ...]]:
    """Fill in the properties, press Generate, wait, press Accept; return the finished job and the remarks on it."""
    assert bpy.context.scene is not None
    settings = properties.of(bpy.context.scene)
    settings.prompt = request.prompt
    settings.clip = request.settings.clip
    settings.seed = request.settings.seed
    settings.steps = request.settings.steps
    settings.views = request.settings.views
    settings.texture_size = str(request.settings.texture_size)
    stage.press("generate")
    pump_until(lambda now: now.state is Phase.FINISHED and not now.waits, _reporter(say, request.patience))
    now = session.current()
    job, remarks = now.job, (*now.remarks, *now.warnings)
    assert job is not None
    _tell_the_end(job, say)
    stage.press("accept")
    return job, remarks


def _tell_the_end(job: Job, say: Announcer) -> None:
    """Announce the last step, which a backend in a hurry leaves to the result to tell."""
    if job.progress is not None and job.summary is not None and job.progress.step < job.summary.steps:
        say.progress(replace(job.progress, step=job.summary.steps, seconds_left=0.0))


def _reporter(say: Announcer, patience: float) -> Callable[[session.Session], None]:
    """Return what announces each new progress and each remark once, and loses patience with a job that stands still."""
    said: list[str] = []
    last: list[Any] = [None, time.monotonic()]

    def look(now: session.Session) -> None:
        for remark in (*now.remarks, *now.warnings):
            if remark not in said:
                said.append(remark)
                say.warning(remark)
        if now.progress is not last[0] and now.progress is not None:
            last[:] = now.progress, time.monotonic()
            say.progress(now.progress)
        elif now.state in WORKING and time.monotonic() - last[1] > patience:
            _cancel()
            raise Refusal(f"The job made no step for {patience:.0f} seconds.", "Look into the backend's log.")

    return look


def _cancel() -> None:
    """Ask the backend to stop the job, and see the message off."""
    session.current().cancel()
    pump_for(0.5)


def _nothing(_now: session.Session) -> None:
    """Look at nothing."""


def _help(arguments: Sequence[str]) -> int:
    try:
        parse(arguments)
    except SystemExit as leave:
        return int(leave.code or 0)
    except BadArguments as error:
        print(error)
        return BAD_ARGUMENTS
    return DONE


@contextmanager
def _terminable() -> Iterator[None]:
    """Take a SIGTERM as a Ctrl-C until the block ends."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


_registered: list[Any] = []


def register() -> None:
    """Let ``blender --command clipmatrix`` find :func:`run`."""
    _registered.append(bpy.utils.register_cli_command("clipmatrix", run))


def unregister() -> None:
    """Take it away."""
    bpy.utils.unregister_cli_command(_registered.pop())
