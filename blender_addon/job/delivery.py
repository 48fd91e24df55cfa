"""Bringing a job's results home: write them while they stream, then keep them or take them away."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from pathlib import PurePath

import bpy
import msgspec
import numpy as np
from clipmatrix_protocol import State

from ..errors import Refusal
from ..scene import apply
from . import records
from .jobs import Job

STREAMED = 1024
"""Side, texels, to which images are thinned while they grow: Blender takes in whole images, and large ones slowly."""

_END = object()
"""What says that a write has no further piece."""

STROKES = ("SCULPT_OT_", "PAINT_OT_")
"""How the names of those operators of Blender's begin that draw for as long as a button is held."""


def hindrance(job: Job) -> str:
    """Why the job's results can't be written at the moment, in words; empty if they can."""
    if is_elsewhere(job):
        return f"{PurePath(job.file).name} is not open"
    if _is_stroke_under_way():
        return "a stroke is being drawn"
    return apply.blocked(job.binding)


def _is_stroke_under_way() -> bool:
    """Whether a brush is on the mesh just now: sculpting and painting keep what lies beneath it until it is lifted."""
    manager = bpy.context.window_manager
    modal = (
        operator.bl_idname for window in (manager.windows if manager else ()) for operator in window.modal_operators
    )
    return any(name.startswith(STROKES) for name in modal)


def is_elsewhere(job: Job) -> bool:
    """Whether another file is open than the one that the job's character is in."""
    return job.file != bpy.data.filepath


def deliver(job: Job, seconds: float) -> str:
    """Go on writing the job's newest state into the scene, if there is one to write and the scene can take it.

    Parameters
    ----------
    seconds
        After how long to stop; the piece that is under way then is finished, the others wait for the next call.

    Returns
    -------
    str
        Why the write has to wait, in words; empty if nothing hinders it.

    Raises
    ------
    Refusal
        If the character is no longer what was sent to the backend; nothing is written from then on.
    """
    if job.stuck or (job.writing is None and not job.pending):
        return ""
    if job.aside:
        return "the character is shown without the result"
    waits = hindrance(job)
    if waits:
        job.rewrite()
        return waits
    until = time.perf_counter() + seconds  # on Windows the monotonic clock of Python 3.11 takes steps of 16 ms
    try:
        while (job.writing or job.pending) and time.perf_counter() < until:
            _advance(job)
    except Refusal as refusal:
        job.writing, job.stuck = None, refusal
        raise
    return ""


def settle(job: Job) -> apply.Draft:
    """Have the newest state in the scene, all of it.

    Raises
    ------
    Refusal
        If there is none, or the scene can't be written at the moment.
    """
    if job.stuck or job.aside:
        job.stuck, job.aside = None, False
        job.rewrite()
    waits = hindrance(job) or deliver(job, math.inf)
    if waits:
        raise Refusal(f"The result can't be kept now: {waits}.")
    if job.draft is None:
        raise Refusal("There is no result yet.", "Wait for the first update.")
    return job.draft


def accept(job: Job) -> None:
    """Keep the job's result in the scene.

    Raises
    ------
    Refusal
        As :func:`settle`.
    """
    apply.accept(settle(job))
    records.erase(job.draft_id)


def discard(job: Job) -> None:
    """Put the character back exactly as it was before the job, and with it all copies that were made of it meanwhile.

    Raises
    ------
    Refusal
        If the scene can't be written at the moment.
    """
    if is_elsewhere(job):
        return  # its file is as it was saved, and says itself what is on it
    waits = apply.blocked(job.binding)
    if waits:
        raise Refusal(f"The result can't be taken away now: {waits}.")
    job.writing, job.pending = None, False
    if job.draft is not None:
        records.take_off(job.draft, copies(job))
        records.erase(job.draft_id)


def copies(job: Job) -> records.Copies:
    """Copies that the artist has made of the job's objects while its draft was on them."""
    return next((found.strays for found in records.found() if found.id == job.draft_id), ())


def lift(job: Job) -> None:
    """Take the job's result off the character for the moment; the next ticks write it again."""
    if job.draft is not None:
        apply.discard(job.draft)
        records.erase(job.draft_id)
    job.draft = None
    job.rewrite()


def put_aside(job: Job) -> None:
    """Show the character without the job's result, which stays here, until :func:`put_back`.

    Raises
    ------
    Refusal
        If the scene can't be written at the moment.
    """
    waits = hindrance(job)
    if waits:
        raise Refusal(f"The result can't be put aside now: {waits}.")
    job.writing, job.pending, job.aside = None, True, True
    if job.draft is not None:
        apply.discard(job.draft)


def put_back(job: Job) -> None:
    """Have the next ticks show the job's result again."""
    job.aside = False
    job.rewrite()


def prepare_for_saving(job: Job) -> None:
    """Have a .blend that is about to be saved hold the result so far, and what it takes to discard it."""
    if job.draft is None or is_elsewhere(job):
        return
    if job.aside and not hindrance(job):
        settle(job)
    apply.accept(job.draft)
    records.write(job.draft, job.draft_id, job.id, job.brief)


def _advance(job: Job) -> None:
    """Write the next piece of the state that is being written, or begin with the newest."""
    if job.writing is None:
        job.pending, job.writing = False, _write(job)
    if next(job.writing, _END) is _END:
        job.writing = None


def _write(job: Job) -> Iterator[None]:
    """Write the state that is the newest now, piece by piece."""
    assert job.newest is not None
    state = job.newest if job.ended else _thinned(job.newest)
    if job.draft is None:
        job.draft = apply.begin(job.binding, job.brief.changes)
        records.write(job.draft, job.draft_id, job.id, job.brief)
        yield
    elif job.unpainted:  # takes the empty images off the materials, so that they show what they did before the job
        apply.discard(job.draft)
        job.unpainted = False
        yield
    yield from apply.pieces(job.draft, state, job.canvas)
    if job.ended:
        yield from apply.packing(job.draft, state)


def _thinned(state: State) -> State:
    """The state with images of at most :data:`STREAMED` texels a side: every second, every fourth, ..."""
    textures, normal_maps = (tuple(map(_few, images)) for images in (state.textures, state.normal_maps))
    return msgspec.structs.replace(state, textures=textures, normal_maps=normal_maps)


def _few(image: np.ndarray) -> np.ndarray:
    stride = max(1, math.ceil(max(image.shape[:2]) / STREAMED))
    return image[::stride, ::stride]
