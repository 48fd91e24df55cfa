"""A whole optimisation step beside the bare image encoder of CLIP, measured in turns."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import torch

from ..guidance.precision import computing_in
from ..guidance.towers import Tower
from ..optimize.loop import descend, deterministic
from ..optimize.provenance import peak_memory_mb
from ..optimize.telemetry import Telemetry
from ..render.seam import TORCH, Renderer
from .clock import Timing, milliseconds, settled, timing
from .reference import Reference, own_clip, prepared

WARM = 2
"""Steps that are not counted."""


@dataclass(frozen=True)
class StepReport:
    """What a step costs.

    Attributes
    ----------
    step_over_clip
        Median step over median bare encoder, as open_clip lays it out.
    step_over_tower
        The same over the encoder as the loop lays it out, which is faster.
    step_ms
        Everything: views, rendering, CLIP, gradients, optimiser, updates that are due.
    clip_ms, tower_ms
        The bare encoder, forward and backward on as many pictures as a step shows it: open_clip's; the loop's.
    peak_mb
        Highest memory use of a job, before the encoder it is compared with is there: the device's, or on a CPU the
        process'.
    """

    step_over_clip: float
    step_over_tower: float
    step_ms: Timing
    clip_ms: Timing
    tower_ms: Timing
    peak_mb: float

    def times(self) -> tuple[Timing, Timing, Timing]:
        """Of the step, of open_clip's encoder, of the loop's."""
        return self.step_ms, self.clip_ms, self.tower_ms


def measure_step(reference: Reference, judge: Tower, steps: int, renderer: Renderer = TORCH) -> StepReport:
    """Take steps of a real job under a tower; after each, let both encoders have their turn, in its precision."""
    device = judge.device
    _take_steps(reference, judge, WARM, renderer, lambda: None)
    peak = peak_memory_mb(device)
    clip = own_clip(device)
    pictures = torch.rand(reference.pictures, 3, judge.image_size, judge.image_size, device=device).requires_grad_()
    bare: list[float] = []
    laid_out: list[float] = []

    def embed(seen: torch.Tensor) -> torch.Tensor:
        with computing_in(judge.precision, device):
            return clip.encode_image(seen)

    def turn() -> None:
        bare.append(milliseconds(lambda: there_and_back(embed, pictures), device))
        laid_out.append(milliseconds(lambda: there_and_back(judge.encode_image, pictures), device))

    whole = _take_steps(reference, judge, WARM + steps, renderer, turn)
    step, own, tower = (timing(each[WARM:]) for each in (whole, bare, laid_out))
    return StepReport(
        step_over_clip=step.median / own.median,
        step_over_tower=step.median / tower.median,
        step_ms=step,
        clip_ms=own,
        tower_ms=tower,
        peak_mb=peak,
    )


def _take_steps(
    reference: Reference, judge: Tower, steps: int, renderer: Renderer, between: Callable[[], None]
) -> list[float]:
    """Milliseconds of each step of a job, without what is done between them."""
    took: list[float] = []
    began = 0.0

    def turn() -> bool:
        nonlocal began
        settled(judge.device)
        took.append((time.perf_counter() - began) * 1000)
        between()
        began = time.perf_counter()
        return False

    with deterministic():
        ready = prepared(reference, judge, renderer, steps)
        telemetry = Telemetry("bench", ready.scene.brief.settings, lambda message: None)
        began = time.perf_counter()
        descend(ready.parameters, ready.start, ready.scene, telemetry, turn)
    return took


def there_and_back(encode: Callable[[torch.Tensor], torch.Tensor], pictures: torch.Tensor) -> None:
    """Embed pictures, and take the gradient back to them."""
    encode(pictures).float().sum().backward()
    pictures.grad = None
