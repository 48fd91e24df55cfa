"""A character of two parts, and a way to have results on it accepted as a click on the button does."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from clipmatrix_protocol import Brief, Look, Prompt, Settings, State, Summary, Sun, Validity, Vary

from ..fingerprint import differences, fingerprint

SUMMARY = Summary(5, 1.5, False, 0.1, 0.3, Validity(1, 0, 0, 1.1), 100.0, "cpu", {})


@pytest.fixture
def character(blender, scenes):
    """A skinned column with a slider, two materials and an empty slot, and a bare mirrored hat on a bone."""
    thing, rig = scenes.character()
    thing.shape_key_add(name="Basis")
    wide = thing.shape_key_add(name="wide", from_mix=False)
    for point in wide.data:
        point.co.x *= 2
    wide.value = 0.25
    for name in ("skin", "cloth"):
        material = blender.data.materials.new(name)
        material.use_nodes = True
        thing.data.materials.append(material)
    thing.data.materials.append(None)
    thing.data.polygons[3].material_index = 1
    hat = scenes.cube("Hat")
    hat.parent, hat.parent_type, hat.parent_bone = rig, "BONE", "bone2"
    hat.scale = (-1, 0.5, 2)
    scenes.select(thing)
    return [thing, hat]


@pytest.fixture
def accept(blender, rooms) -> Callable[..., Any]:
    """Bring a random result onto the selected character and press Accept; returns the newest take."""

    def press(seed: int = 1, vary: Vary | None = None, prompt: str = "a take") -> Any:
        context = blender.context
        parts = rooms("scene.characters").selected_parts(context)
        shot = rooms("scene.snapshot").snapshot(context, parts)
        brief = Brief((Prompt(f"{prompt} {seed}"),), vary or Vary(), settings=Settings(seed=seed, texture_size=64))
        job = rooms("job.jobs").Job(id=f"job{seed}", brief=brief, binding=shot.binding, summary=SUMMARY, ended=True)
        job.receive(_state(shot.character, seed))
        session = rooms("job.session").current()
        session.job, session.state = job, rooms("job.phases").Phase.FINISHED
        session.tick()
        assert blender.ops.clipmatrix.accept("EXEC_DEFAULT", True) == {"FINISHED"}  # True: with its undo step
        owner = rooms("interface.takes").owner_of(context.object)
        return owner.clipmatrix_wardrobe.takes[-1]

    return press


@pytest.fixture
def looks(blender) -> Callable[[], dict[str, bytes]]:
    """Everything of the file but the takes' own data, and the fake users that keep materials."""

    def look() -> dict[str, bytes]:
        found = fingerprint(blender)
        own = ("meshes/.ClipMatrix", "images/.ClipMatrix", "images/ClipMatrix", "materials/ClipMatrix")
        passing = ("use_fake_user", "particle_edit/object")  # the latter is the object evaluated last
        return {
            path: value
            for path, value in found.items()
            if not path.startswith(own) and "clipmatrix_wardrobe" not in path and not path.endswith(passing)
        }

    return look


@pytest.fixture
def same(looks) -> Callable[[dict[str, bytes]], None]:
    """Assert that the file looks as it did."""

    def check(before: dict[str, bytes]) -> None:
        assert differences(before, looks()) == []

    return check


def _state(character: Any, seed: int) -> State:
    random = np.random.default_rng(seed)
    return State(
        coefficients=random.random(len(character.shapes)).astype(np.float32),
        offsets=tuple(random.normal(size=part.vertices.shape).astype(np.float32) * 0.1 for part in character.parts),
        textures=tuple(random.integers(0, 256, (64, 64, 3), dtype=np.uint8) for _ in character.parts),
        look=Look(
            roughness=float(random.random()),
            metallic=float(random.random()),
            ambient=tuple(random.random(3).tolist()),
            suns=tuple(Sun(tuple(random.normal(size=3).tolist()), tuple(random.random(3).tolist())) for _ in range(3)),
        ),
        normal_maps=tuple(random.integers(0, 256, (64, 64, 3), dtype=np.uint8) for _ in character.parts),
    )
