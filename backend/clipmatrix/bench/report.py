"""All that ``clipmatrix bench`` says."""

from dataclasses import dataclass

import torch

from ..render.renderers import find_renderer, installed_renderers
from ..server.allocator import keep_freed_memory
from ..server.device import find_device, spare_threads
from .clock import Timing
from .machine import machine
from .parts import measure_parts
from .reference import Reference, tower
from .renderers import measure_renderers
from .step import StepReport, measure_step

PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16}
"""Of CLIP's image tower."""


@dataclass(frozen=True)
class BenchReport:
    """What was measured.

    Attributes
    ----------
    machine, setting
        On what, and what, in words.
    steps
        A step beside bare CLIP, by precision of CLIP.
    parts
        Parts of a step in float32, largest first.
    renderers
        Rendering, forward and backward, by each that is installed.
    """

    machine: str
    setting: str
    steps: dict[str, StepReport]
    parts: dict[str, Timing]
    renderers: dict[str, Timing]


def measure(device: str, threads: int | None, repeats: int, renderer: str = "auto") -> BenchReport:
    """Measure everything.

    Raises
    ------
    UsageError
        If this machine has no such device or renderer.
    """
    place = torch.device(find_device(device).kind)
    keep_freed_memory()
    torch.set_num_threads(threads or spare_threads())
    reference, drawn_by = Reference(), find_renderer(renderer, place)
    towers = {name: tower(place, precision) for name, precision in PRECISIONS.items()}
    exact = towers["float32"]
    return BenchReport(
        machine=machine(place),
        setting=(
            f"{reference.views} views of {reference.size} x {reference.size} pixels, "
            f"texture of {reference.texture} x {reference.texture}, CLIP ViT-B/32 on {reference.pictures} pictures, "
            f"rendered by {drawn_by.name}"
        ),
        steps={name: measure_step(reference, judge, repeats, drawn_by) for name, judge in towers.items()},
        parts=measure_parts(reference, exact, repeats, drawn_by),
        renderers=measure_renderers(reference, exact, installed_renderers(place), repeats),
    )
