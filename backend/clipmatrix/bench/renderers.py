"""The same pictures by every renderer that is installed, forward and backward, in turns."""

from collections.abc import Mapping
from dataclasses import replace

from ..guidance.towers import Tower
from ..optimize.loop import deterministic
from ..render.seam import Renderer
from .clock import Timing, in_turns
from .parts import pictured
from .reference import Reference, prepared


def measure_renderers(
    reference: Reference, judge: Tower, renderers: Mapping[str, Renderer], repeats: int
) -> dict[str, Timing]:
    """Time pictures of a posed body by each renderer."""
    with deterministic():
        shown = pictured(prepared(reference, judge), reference)
        each = {name: replace(shown, scene=replace(shown.scene, renderer=one)) for name, one in renderers.items()}
        return in_turns({name: one.there_and_back for name, one in each.items()}, repeats, judge.device)
