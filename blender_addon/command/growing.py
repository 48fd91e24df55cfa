"""One run of ``generate``: a character on the stage, a job on it, and everything it leaves behind.

It fills in the properties that the panel shows, calls the operators that its buttons call, and ticks the session
itself, because timers don't run without a window.
"""

import time
from collections.abc import Callable
from pathlib import Path

import bpy
import numpy as np
from clipmatrix_protocol import Progress
from msgspec.structs import replace

from ..errors import Refusal
from ..interface import preferences, properties
from ..job import session
from ..job.headless_loop import pump_for, pump_until
from ..job.jobs import Job
from ..job.phases import FREE, WORKING, Phase
from ..output import pictures
from ..output.acting import Character
from ..output.export import check
from ..output.growth import growth_film
from ..output.studio import Framing
from ..scene import suns
from . import fixing, opening, stage
from .announce import Announcer
from .filming import Camera
from .requests import GenerateRequest, Run
from .results import BLEND, GLB, GROWTH, Clock, Losses, write_exports, write_film, write_result, write_sheet
from .setting_options import put


def connect(address: str, say: Announcer) -> None:
    """Connect, unless the backend is there and free.

    Raises
    ------
    Refusal
        The session's own.
    """
    if session.current().state in FREE:
        return
    say.phase("connecting")
    session.current().connect(address, preferences.secret(preferences.of(bpy.context)))
    pump_until(lambda now: now.state in FREE)  # not idle where the file holds a result that waits


def grow(run: Run, request: GenerateRequest, say: Announcer) -> None:
    """Grow one character and write its results; what can't be written keeps nothing else from being written.

    Raises
    ------
    Refusal
        If the backend, the scene or the character won't have it, or an export refused, before the job or after it.
    """
    clock = Clock()
    _refuse_a_waiting_result()
    if run.figure:
        say.phase("adding the figure")
        stage.add_figure()
    if request.motion:
        stage.load_motion(request.motion)
    character = stage.character()
    if request.fix:
        fixing.fix(say)
        character = stage.character()  # some of it may be new
    folder = run.out
    paths = [*run.exports, *((folder / BLEND, folder / GLB) if folder else ())]
    for path in paths:
        check(character, path)  # while there is no job to lose
    clock.lap("setting the stage")
    before = _before(character, say) if folder and request.pictures != "none" else None
    clock.lap("pictures before")
    losses = Losses()
    job, remarks = _grown(character, run, request, losses, say)
    clock.lap("growing")
    say.phase("writing the character")
    lights: list[bpy.types.Object] = []
    with losses.noted():
        lights = _deliver_lights() if request.lights else []
    write_exports(character, paths, lights, losses, say)
    clock.lap("writing")
    if folder is not None:
        with losses.noted():
            _show(character, before, folder, request, clock, say)
        _write_result(folder, job, remarks, clock, say)
    losses.tell(say.warning)


def _grown(
    character: Character, run: Run, request: GenerateRequest, losses: Losses, say: Announcer
) -> tuple[Job, tuple[str, ...]]:
    """Do the job, before a camera if one is wanted; return it, and the remarks on it."""
    report = _Reporter(say, request.patience)
    if run.out is None or not request.growth:
        return _job(run, report, say)
    with growth_film(character) as film:
        camera = Camera(film, losses)
        camera.shoot()

        def look(now: session.Session) -> None:
            report(now)
            camera(now)

        done = _job(run, look, say)
        camera.shoot()
        with losses.noted():
            say.written(camera.write(run.out / GROWTH))
    return done


def _refuse_a_waiting_result() -> None:
    pump_for(0)  # which finds it in a file that was opened just now
    if session.current().result is not None:
        raise Refusal(
            "The file holds a result that was neither accepted nor discarded.",
            "Open it in Blender, press Accept or Discard, and save it.",
        )


def cancel() -> None:
    """Ask the backend to stop the job, and see the message off."""
    session.current().cancel()
    pump_for(0.5)


def _before(character: Character, say: Announcer) -> tuple[Framing, np.ndarray]:
    """Photograph the character as it is; the session is kept awake meanwhile."""
    say.phase("rendering the character as it is")
    framing = pictures.plan(character)
    return framing, pictures.row(character, framing, between=lambda: pump_for(0))


def _show(
    character: Character,
    before: tuple[Framing, np.ndarray] | None,
    folder: Path,
    request: GenerateRequest,
    clock: Clock,
    say: Announcer,
) -> None:
    """Make the pictures that are asked for."""
    if before is not None:
        say.phase("rendering the contact sheet")
        write_sheet(character, *before, folder, say.written)
        clock.lap("pictures after")
    if request.pictures == "all":
        say.phase("filming the turntable")
        write_film(character, folder, say.written)
        clock.lap("turntable")


def _job(run: Run, look: Callable[[session.Session], None], say: Announcer) -> tuple[Job, tuple[str, ...]]:
    """Fill in the properties, press Generate, wait, press Accept; return the finished job and the remarks on it.

    ``look`` is called after each tick while it waits.
    """
    say.phase("growing")
    assert bpy.context.scene is not None
    settings = properties.of(bpy.context.scene)
    properties.fill_prompts(settings, run.wanted.prompts, [opening.open_image(path) for path in run.wanted.images])
    for one, prompt in zip(settings.prompts, run.wanted.prompts, strict=True):
        properties.look_through(one, prompt.cameras, bpy.context.scene)
    if run.wanted.locked:
        properties.fill_locked(settings, run.wanted.locked)
    put(settings, run.overrides)
    settings.variations = 1  # each of several is a run of its own here
    stage.press("generate")
    pump_until(lambda now: now.state is Phase.FINISHED and not now.waits, look)
    now = session.current()
    job, remarks = now.job, (*now.remarks, *now.warnings)
    assert job is not None
    _tell_the_end(job, say)
    stage.press("accept")
    return job, remarks


def _deliver_lights() -> list[bpy.types.Object]:
    """Press Deliver Lights, with the sky; return the suns."""
    assert bpy.context.scene is not None
    stage.press("lights_add", sky=True)
    return suns.delivered(bpy.context.scene)


def _write_result(folder: Path, job: Job, remarks: tuple[str, ...], clock: Clock, say: Announcer) -> None:
    assert job.summary is not None
    say.written(write_result(folder, job.brief, job.summary, remarks, clock.seconds))


def _tell_the_end(job: Job, say: Announcer) -> None:
    """Announce the last step, which a backend in a hurry leaves to the result to tell."""
    if job.progress is not None and job.summary is not None and job.progress.step < job.summary.steps:
        say.progress(replace(job.progress, step=job.summary.steps, seconds_left=0.0))


class _Reporter:
    """Announces each new progress and each remark once, and loses patience with a job that stands still."""

    def __init__(self, say: Announcer, patience: float) -> None:
        self._say = say
        self._patience = patience
        self._said: set[str] = set()
        self._progress: Progress | None = None
        self._moved = time.monotonic()

    def __call__(self, now: session.Session) -> None:
        for remark in (*now.remarks, *now.warnings):
            if remark not in self._said:
                self._said.add(remark)
                self._say.warning(remark)
        if now.progress is not None and now.progress is not self._progress:
            self._progress, self._moved = now.progress, time.monotonic()
            self._say.progress(now.progress)
        elif now.state in WORKING and time.monotonic() - self._moved > self._patience:
            cancel()
            raise Refusal(f"The job made no step for {self._patience:.0f} seconds.", "Look into the backend's log.")
