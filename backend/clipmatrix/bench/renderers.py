"""The same pictures by every renderer that is installed, forward and backward, in turns."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import torch

from ..optimize.loop import deterministic
from ..render.renderers import Renderer
from .clock import Timing, in_turns
from .parts import Pictured, pictured
from .reference import Prepared, Reference, prepared, tower


def measure_renderers(
    reference: Reference, device: torch.device, renderers: Mapping[str, Renderer], repeats: int
) -> dict[str, Timing]:
    """Time textured and plain-shaded pictures of a posed body with each way to see."""
    with deterministic():
        ready = prepared(reference, tower(device), device)
        works = {name: _rendered(ready, reference, renderer) for name, renderer in renderers.items()}
        return in_turns(works, repeats, device)


def _rendered(ready: Prepared, reference: Reference, renderer: Renderer) -> Callable[[], object]:
    what = pictured(ready, reference)
    other: Pictured = replace(what, scene=replace(ready.scene, renderer=renderer))
    return other.there_and_back
