"""Blender's Cycles shows a delivered character as the backend saw it, by benchmarks/agreement.py."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest
from clipmatrix_protocol import Look, State, Sun

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "agreement.py"

LOOK = Look(
    roughness=0.35,
    metallic=0.3,
    ambient=(0.35, 0.4, 0.5),
    suns=(
        Sun((0.9, -0.3, 0.35), (1.1, 1.0, 0.8)),
        Sun((-0.8, -0.4, 0.3), (0.2, 0.3, 0.5)),
        Sun((-0.3, 0.8, 0.6), (0.6, 0.6, 0.6)),
    ),
)
"""A bold light: its key comes from the side, so that arms and legs throw shadows."""

LIMIT = 0.06
"""Mean absolute error over the character's pixels, sRGB in [0, 1]."""


@pytest.fixture(scope="module")
def agreement():
    spec = importlib.util.spec_from_file_location("agreement", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def painted(character) -> State:
    """A character's state with a texture of soft colours."""
    row, column = np.mgrid[0:64, 0:64] / 64
    waves = [0.5 + 0.35 * np.sin(7 * column + phase) * np.cos(5 * row + phase) for phase in (0.0, 2.0, 4.0)]
    return State(
        coefficients=np.array([shape.value for shape in character.shapes], np.float32),
        offsets=tuple(np.zeros_like(part.vertices) for part in character.parts),
        textures=((np.stack(waves, axis=-1) * 255).astype(np.uint8),),
        look=LOOK,
    )


def test_cycles_shows_what_the_backend_saw(blender, rooms, agreement):
    thing = agreement.stand_figure(blender, rooms)
    agreement.wear(blender, rooms, thing, painted(agreement.snapshot(blender, rooms, thing).character))

    def error(*, shadows: bool) -> float:
        return agreement.compare(blender, rooms, thing, 0.5, 128, 8, shadows=shadows).error

    seen = error(shadows=True)
    assert seen < LIMIT
    assert error(shadows=False) > seen + 0.005  # so the shadows are where Cycles has them
    blender.ops.clipmatrix.lights_add()  # without the sky
    assert error(shadows=True) > LIMIT
    blender.ops.clipmatrix.lights_remove()
    assert error(shadows=True) > 2 * LIMIT
