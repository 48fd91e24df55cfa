"""From the last step to a result: the mesh repaired, the texture's seams closed."""

from dataclasses import replace

import torch

from ..character import shaped
from .atlas import Atlas
from .dilate import dilate
from .repair import broken, repair
from .scene import Scene
from .state import Outcome

WITHDRAWALS = 10
"""Steps in which coefficients go back to their start where the mesh breaks and offsets may not mend it."""


@torch.no_grad()
def finish(outcome: Outcome, scene: Scene, atlas: Atlas) -> Outcome:
    """Repair and dilate; what may not vary is not touched."""
    vary = scene.brief.vary
    if vary.offsets:
        outcome = _with_sound_offsets(outcome, scene)
    elif vary.shape:
        outcome = _with_sound_coefficients(outcome, scene)
    return replace(outcome, textures=dilate(outcome.textures, atlas)) if vary.texture else outcome


def _with_sound_offsets(outcome: Outcome, scene: Scene) -> Outcome:
    """Let offsets mend whatever broke, be it by offsets or by coefficients."""
    vertices = outcome.vertices(scene)
    mended = repair(scene.surface, scene.start, vertices, scene.edges)
    return replace(outcome, offsets=outcome.offsets + (mended - vertices))


def _with_sound_coefficients(outcome: Outcome, scene: Scene) -> Outcome:
    """Take coefficients back towards their start until nothing is broken."""
    values = scene.surface.values
    for withdrawal in range(WITHDRAWALS):
        coefficients = torch.lerp(outcome.coefficients, values, withdrawal / WITHDRAWALS)
        result = shaped(scene.surface, coefficients, outcome.offsets)
        if not bool(broken(scene.surface, scene.start, result).any()):
            return replace(outcome, coefficients=coefficients)
    return replace(outcome, coefficients=values)
