"""Small real jobs for the server's tests: they count steps, report each, and can be held and released."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from clipmatrix.errors import JobError
from clipmatrix.server.services import Cancelled, ModelQuestion, Report, Services
from clipmatrix_protocol import (
    Body,
    Brief,
    Character,
    Correctives,
    Done,
    Look,
    Part,
    Progress,
    Prompt,
    Settings,
    State,
    Submit,
    Summary,
    Update,
    Validity,
)


def submit(job: str, steps: int = 5, texture: int = 64, prompt: str = "a red figure") -> Submit:
    """A job on one triangle; counts ``steps`` and streams textures of ``texture`` pixels a side."""
    part = Part(
        name="triangle",
        vertices=np.eye(3, dtype=np.float32),
        triangles=np.array([[0, 1, 2]], np.int32),
        corner_uvs=np.zeros((1, 3, 2), np.float32),
        texture=0,
        skin_joints=np.zeros((3, 1), np.int32),
        skin_weights=np.ones((3, 1), np.float32),
        shapes=np.zeros(0, np.int32),
        shape_deltas=np.zeros((0, 3, 3), np.float32),
    )
    character = Character("one", (part,), (), ("root",), np.eye(4, dtype=np.float32)[None, None], 1)
    settings = Settings(steps=steps, texture_size=texture)  # type: ignore[arg-type]
    return Submit(job, character, Brief((Prompt(prompt),), settings=settings))


def state(step: int, size: int) -> State:
    return State(np.zeros(0, np.float32), (np.full((3, 3), step, np.float32),), (_noise(size),), Look())


def _noise(size: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (size, size, 3), np.uint8)


def summary(steps: int, early: bool) -> Summary:
    return Summary(steps, 0.1, early, 0.0, 0.5, Validity(1, 0, 0, 1.0), 1.0, "counting", {})


def count(job: Submit, report: Report, cancelled: Cancelled) -> Done:
    """Count to ``settings.steps``, a millisecond each."""
    settings = job.brief.settings
    step = 0
    while step < settings.steps and not cancelled():
        step += 1
        time.sleep(0.001)
        report(Progress(job.job, step, settings.steps, 1000.0, 0.0, 0.0))
        report(Update(job.job, step, state(step, settings.texture_size)))
    return Done(job.job, state(step, settings.texture_size), summary(step, step < settings.steps))


class Held:
    """A counting job that stops after its first step until it is released."""

    def __init__(self) -> None:
        self.began = threading.Event()
        self.released = threading.Event()

    def __call__(self, job: Submit, report: Report, cancelled: Cancelled) -> Done:
        report(Progress(job.job, 1, job.brief.settings.steps, 1.0, 1.0, 0.0))
        report(Update(job.job, 1, state(1, 64)))
        self.began.set()
        while not self.released.wait(0.01):
            if cancelled():
                break
        return count(job, report, cancelled)


def counting_services(optimise: Callable[[Submit, Report, Cancelled], Done] = count) -> Services:
    """Services that compute nothing but numbers of steps."""

    def warnings(brief: Brief) -> tuple[str, ...]:
        if "unloadable" in brief.prompts[0].text:
            raise JobError("clip_unavailable", "There are no such weights.", "Fetch them.")
        return ("a remark",) if "remarkable" in brief.prompts[0].text else ()

    def body(name: str) -> Body:
        raise JobError("unknown_body", f"There is no body {name!r}.", "Ask for another.")

    def model(question: ModelQuestion) -> Body | Correctives:
        raise JobError("bad_request", "This backend reads no model files.", "Choose one of its own bodies.")

    return Services(
        device="counting",
        clips=("embedded",),
        bodies=("figure",),
        warm_up=lambda: None,
        warnings=warnings,
        body=body,
        optimise=optimise,
        model=model,
        free_memory=lambda: None,
    )


def with_warm_up(warm_up: Callable[[], None]) -> Services:
    return replace(counting_services(), warm_up=warm_up)
