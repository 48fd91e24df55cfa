"""Five characters of different build go the whole way: skinning, a real backend, home again, kept, taken off, exported.

``python -m tests.blender_addon.characters FOLDER`` saves them as .blend files, with pictures.
"""

import re
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from clipmatrix.character import assemble, shaped, skin

from ..fingerprint import differences, fingerprint
from ..gltf_validator import validate
from ..snapshot.asking import settle
from ..test_real_backend import connect, pump
from ..test_skinning_agreement import TOLERANCE, _evaluated
from .cast import CAST

KEPT = re.compile(
    "|".join(
        (
            r"(new|changed): .*(ClipMatrix|/clipmatrix_)",  # what we make bears our name: materials, keys, takes
            r"new: objects/[^/]*/material_slots\[\d+\]",  # a slot for a mesh that had none
            r"new: shape_keys/",  # keys for a mesh that had none
            r"changed: materials/[^/]*/use_fake_user",  # the artist's materials are held on to
            r"changed: objects/[^/]*/material_slots\[\d+\]/(material|name)",  # our copies in the slots
            r"changed: objects/[^/]*/(active_material|material_slots|active_shape_key)",
            r"changed: meshes/[^/]*/(materials|shape_keys)",
            r"changed: shape_keys/[^/]*/(key_blocks:|key_blocks\[[^/]*\]/value)",
        )
    )
)
"""What accepting a result may change or add; nothing may be gone."""

EXPORTERS_OWN = "NODE_SKINNED_MESH_NON_ROOT"
"""A warning that every skinned character of Blender's own exporter gets: the mesh stays below its armature."""


@pytest.fixture(params=CAST)
def character(request, blender, scenes, rooms):
    """One of the five, selected, with all that it asks for done by its buttons."""
    parts = CAST[request.param](blender, rooms)
    armature = rooms("scene.characters").armature_of(parts[0])
    scenes.select(*(parts[:1] if armature else parts))
    _, said = settle(blender, rooms)
    return SimpleNamespace(name=request.param, parts=sorted(parts, key=lambda part: part.name), rig=armature, said=said)


def test_the_buttons_that_each_asks_for(character):
    wanted = {
        "robot": [
            "Claw.L, Claw.R and 16 more share their meshes with other objects, which would change too.",
            "Antenna, Claw.L and 24 more have no UVs.",
        ]
    }
    assert character.said == wanted.get(character.name, [])


def test_they_are_built_as_differently_as_they_say(blender, character, rooms):
    counts = rooms("scene.overview").overview(character.parts, character.rig)
    if character.name == "figure":
        assert min(counts.bones, counts.keys) > 50
        return
    assert (counts.bones, len(counts.vertices), counts.keys, counts.fixed) == {
        "creature": (32, 1, 0, 0),
        "robot": (11, 26, 0, 0),
        "speaker": (3, 1, 8, 2),
        "prop": (0, 2, 0, 0),
    }[character.name]


def test_the_backend_poses_it_as_blender_does(blender, character, rooms, monkeypatch):
    monkeypatch.setattr(rooms("scene.posing.poses"), "_same", lambda *_: False)  # have every sampled frame sent
    message = rooms("scene.snapshot").snapshot(blender.context, character.parts).character
    surface = assemble(message)
    still = torch.zeros_like(surface.vertices)
    posed = skin(shaped(surface, surface.values, still), surface.poses, surface.joints, surface.weights).numpy()
    diagonal = np.linalg.norm(np.ptp(surface.vertices.numpy(), axis=0))
    frames = [blender.context.scene.frame_current]
    if character.rig:
        first, last = character.rig.animation_data.action.frame_range
        frames = np.linspace(first, last, len(posed) - 1)
        assert np.abs(posed[1:] - posed[0]).max() > 0.05 * diagonal, "the poses must move something"
    for index, frame in enumerate(frames):
        blender.context.scene.frame_set(int(frame), subframe=float(frame) % 1)
        for part, place in zip(character.parts, surface.parts, strict=True):
            worst = np.abs(posed[1 + index, place] - _evaluated(blender, part)).max()
            assert worst < TOLERANCE * diagonal, f"{part.name}, frame {frame}: {worst / diagonal:.2e}"


def test_an_action_that_is_chosen_gives_the_poses_that_it_gives_when_it_plays(blender, character, rooms):
    if character.rig is None:
        pytest.skip("it has no armature to play one")
    snapshot, playing = rooms("scene.snapshot").snapshot, rooms("scene.posing.actions").Playing
    own = snapshot(blender.context, character.parts).character.poses
    action = character.rig.animation_data.action
    character.rig.animation_data.action = None
    action.use_fake_user = True
    chosen = snapshot(blender.context, character.parts, playing=playing(action.name)).character.poses
    np.testing.assert_allclose(chosen, own, atol=1e-5)


def test_it_goes_through_a_real_backend_and_is_kept_exported_and_taken_off(
    blender, character, rooms, backend, tmp_path
):
    session = rooms("job.session").current()
    phase = connect(blender, rooms, session, backend.address)
    settings = blender.context.scene.clipmatrix
    settings.steps, settings.views, settings.texture_size, settings.update_every = 2, 1, "64", 0.0

    def generate():
        blender.ops.clipmatrix.generate()
        pump(session, lambda: session.state in (phase.FINISHED, phase.FAILED))
        assert session.error is None, session.error

    before = fingerprint(blender)
    generate()
    job = session.job
    assert blender.ops.clipmatrix.accept() == {"FINISHED"}
    _assert_written(character, job)
    accepted = fingerprint(blender)
    surprises = [line for line in differences(before, accepted) if not KEPT.match(line)]
    assert surprises == [], "\n".join(surprises)
    members = [*character.parts, *((character.rig,) if character.rig else ())]
    path = rooms("output.export").export_glb(members, tmp_path / "character.glb")
    issues = validate(path)["issues"]
    assert {issue["code"] for issue in issues["messages"] if issue["severity"] < 2} <= {EXPORTERS_OWN}, issues
    kept = fingerprint(blender)
    generate()
    assert differences(kept, fingerprint(blender))
    assert blender.ops.clipmatrix.discard() == {"FINISHED"}
    assert differences(kept, fingerprint(blender)) == []


def _assert_written(character, job):
    """What has come back stands in the scene: every part's offsets in its own space, its texture, its sliders."""
    state = job.newest
    for part, way, offsets in zip(character.parts, job.binding.parts, state.offsets, strict=True):
        keys = part.data.shape_keys.key_blocks if part.data.shape_keys else {}
        if "ClipMatrix offsets" in keys:
            worn = np.array([point.co for point in keys["ClipMatrix offsets"].points])
            basis = np.array([point.co for point in keys[0].points])
            np.testing.assert_allclose(worn - basis, offsets @ way.to_object.T, atol=1e-6)
        else:
            assert np.abs(offsets).max() < 1e-7, f"{part.name} has no key for its offsets"
        for place, name in way.shapes:
            assert keys[name].value == pytest.approx(state.coefficients[place], abs=1e-6)
        for slot in part.material_slots:
            image = slot.material.node_tree.nodes["ClipMatrix base colour"].image
            pixels = np.array(image.pixels[:]).reshape(64, 64, 4)[:, :, :3]
            np.testing.assert_array_equal(np.rint(pixels * 255), state.textures[way.texture])
