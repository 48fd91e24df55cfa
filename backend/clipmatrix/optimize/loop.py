"""The loop: a job becomes a result.

Same job, same machine, same number of threads, same renderer and precision: on a CPU the same result, bit for bit. All
draws come from one generator on the CPU, seeded by the brief, and torch is held to its deterministic algorithms while a
job runs, wherever the device has one.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import clipmatrix_protocol as protocol
import torch

from ..errors import JobError
from ..guidance.errors import ClipUnavailable
from ..guidance.towers import Tower, load_towers
from ..mesh_checks.validity import validity
from ..render.seam import TORCH, Renderer
from . import learning_rates
from .audition import first_colour
from .early_stopping import Patience
from .finish import finish
from .fixed_views import measure
from .gradient_balance import GradientBalance
from .guard import Guard
from .mesh.constraints import Constraints
from .mesh.repair import posed_pairs
from .objective import objective
from .parameters import Parameters, begin
from .provenance import device_name, peak_memory_mb, versions
from .random_draws import draw
from .readings import take_readings
from .scene import Scene, prepare
from .schedule import last_stretch, rate
from .state import Outcome, pack, read, read_full
from .telemetry import Report, Telemetry


def optimise(
    job: protocol.Submit,
    device: torch.device,
    report: Report,
    cancelled: Callable[[], bool],
    renderer: Renderer = TORCH,
    precision: torch.dtype = torch.float32,
) -> protocol.Done:
    """Run a job.

    Parameters
    ----------
    job
        Character and brief.
    device
        Where to compute.
    report
        Called with a Progress after a step, at most every 0.1 s, and with an Update every ``settings.update_every`` s
        or, where making one takes long, less often.
    cancelled
        Asked after each step, and between the looks that come before the first; once true, the job ends with what has
        been reached.
    renderer
        What finds the triangles that are seen.
    precision
        What the towers embed pictures in.

    Raises
    ------
    JobError
        ``clip_unavailable`` or ``diverged``, in words for the artist.
    """
    return optimise_with_towers(
        job, _towers(job.brief.settings.clip, device, precision), device, report, cancelled, renderer
    )


def optimise_with_towers(
    job: protocol.Submit,
    towers: Sequence[Tower],
    device: torch.device,
    report: Report,
    cancelled: Callable[[], bool],
    renderer: Renderer = TORCH,
) -> protocol.Done:
    """Run a job as :func:`optimise` does, under towers that are loaded already."""
    began = time.monotonic()
    settings = job.brief.settings
    with deterministic():
        scene = prepare(job, towers, device, renderer)
        parameters, telemetry = begin(scene), Telemetry(job.job, settings, report)
        with torch.no_grad():
            start = read(parameters)
            fixed = measure(start, scene)
            before = fixed.similarity(start)
            if scene.auditions:
                colour = first_colour(parameters, start, scene, cancelled, telemetry.looked)
                parameters.paint.pyramid.grids[0].add_(colour)
        descent = descend(parameters, start, scene, telemetry, cancelled)
        with torch.no_grad():
            outcome = finish(read_full(parameters), scene, parameters.paint.full.layout)
            after = fixed.similarity(outcome)
        return protocol.Done(
            job=job.job,
            state=pack(outcome, scene),
            summary=protocol.Summary(
                steps=descent.steps,
                seconds=time.monotonic() - began,
                stopped_early=descent.steps < settings.steps,
                similarity_before=before,
                similarity_after=after,
                validity=_validity(outcome, scene),
                peak_memory_mb=peak_memory_mb(device),
                device=device_name(device, towers[0].precision),
                versions={**versions(), "renderer": renderer.name},
                remarks=descent.remarks,
            ),
        )


MOSTLY = 0.99
"""Share of the points with a mirror image from which on a mesh passes for symmetric."""


@dataclass(frozen=True)
class Descent:
    """How a descent went: the steps it took, and what the artist should know of it."""

    steps: int
    remarks: tuple[str, ...]


def descend(
    parameters: Parameters, start: Outcome, scene: Scene, telemetry: Telemetry, cancelled: Callable[[], bool]
) -> Descent:
    """Take the steps away from ``start``."""
    settings = scene.brief.settings
    generator = torch.Generator().manual_seed(settings.seed)
    optimisers = learning_rates.optimisers(parameters, scene.brief.vary)
    balance, patience = GradientBalance(parameters.paint.colour_gain()), Patience(settings.steps)
    leaves = learning_rates.leaves(optimisers)
    guard = Guard(leaves, optimisers)
    step, end, drawn = 0, settings.steps, draw(scene, generator)
    while step < end:
        terms = objective(parameters, start, scene, drawn)
        for optimiser in optimisers:
            optimiser.zero_grad()
        terms.backward()
        drawn = draw(scene, generator)  # while a GPU is still at work
        readings = take_readings(terms, parameters, leaves)
        if guard.healthy(readings):
            guard.keep()
            shares = balance.update(readings)
            if terms.keeping is not None:
                terms.keeping.backward()
            learning_rates.stop_at_limits(parameters.geometry)
            skipped = settings.steps - end
            learning_rates.set_rates(optimisers, guard.pace * rate(step + skipped, settings.steps), shares)
            for optimiser in optimisers:
                optimiser.step()
            learning_rates.project(parameters)
            if settings.early_stop and patience.is_lost(readings.similarity):
                end = min(end, step + 1 + settings.steps - last_stretch(settings.steps))
        else:
            guard.restore()
        step += 1
        telemetry.step_done(step, end, readings.similarity, lambda: pack(read_full(parameters), scene))
        if cancelled():
            break
    return Descent(step, tuple(_remarks(guard, end, settings.steps, scene.constraints)))


def _remarks(guard: Guard, end: int, steps: int, constraints: Constraints) -> Iterator[str]:
    if constraints.mirrored < MOSTLY:
        yield f"Only {constraints.mirrored:.0%} of the mesh has a mirror image in x; the rest moves freely."
    if guard.returns:
        times = "once" if guard.returns == 1 else f"{guard.returns} times"
        yield f"The optimisation ran away {times}, and went on slower from the last good state."
    if end < steps:
        yield f"Nothing improved any more, so {end} of {steps} steps were enough."


@contextmanager
def deterministic() -> Iterator[None]:
    """Hold torch to deterministic algorithms; where a device has none for an operation, it warns and goes on."""
    mode = torch.get_deterministic_debug_mode()
    memory: Any = torch.utils.deterministic
    filling = memory.fill_uninitialized_memory
    torch.set_deterministic_debug_mode("warn")  # use_deterministic_algorithms would import torch's compiler
    memory.fill_uninitialized_memory = False  # costs time, and nothing here reads what it did not write
    try:
        yield
    finally:
        memory.fill_uninitialized_memory = filling
        torch.set_deterministic_debug_mode(mode)


def _towers(specs: str, device: torch.device, precision: torch.dtype) -> tuple[Tower, ...]:
    try:
        return load_towers(specs, device, precision)
    except ClipUnavailable as error:
        raise JobError("clip_unavailable", error.message, error.remedy) from error


def _validity(outcome: Outcome, scene: Scene) -> protocol.Validity:
    return validity(posed_pairs(scene.surface, scene.start, outcome.vertices(scene)), scene.surface.triangles)
