"""A take keeps the light it was judged under, and the light can become lights of the scene."""

from math import pi

import numpy as np
import pytest
from clipmatrix_protocol import Look, Vary

from ..fingerprint import differences
from ..strict_layout import StrictLayout
from ..test_export import header


@pytest.fixture
def light(rooms):
    """The light that objects wear, as a look with a default material."""
    return rooms("scene.light").worn


def suns_of(blender):
    return [thing for thing in blender.context.scene.objects if thing.type == "LIGHT"]


def test_takes_keep_their_light_and_bring_it_back(blender, character, accept, light):
    first, second = accept(1), accept(2)
    worn = light(character)
    assert len(worn.suns) == 3
    blender.ops.clipmatrix.take_apply(take=first.uid)
    assert light(character).suns != worn.suns
    blender.ops.clipmatrix.take_apply(take=second.uid)
    assert light(character) == worn
    blender.ops.clipmatrix.take_apply(take="original")
    assert light(character) is None


def test_the_light_of_takes_survives_saving_and_loading(blender, character, accept, light, tmp_path):
    first, _ = accept(1).uid, accept(2)
    worn = light(character)
    path = str(tmp_path / "takes.blend")
    blender.ops.wm.save_as_mainfile(filepath=path)
    blender.ops.wm.open_mainfile(filepath=path)
    things = [blender.data.objects["Column"]]
    assert light(things) == worn
    blender.context.view_layer.objects.active = things[0]
    blender.ops.clipmatrix.take_apply(take=first)
    assert light(things) not in (None, worn)


def test_a_job_that_goes_on_from_a_take_starts_from_its_light(blender, rooms, character, accept, light):
    accept(1, Vary(texture=0.0, material=0.0))
    shot = rooms("scene.snapshot").snapshot
    start = shot(blender.context, character).character.start_look
    assert start.suns == light(character).suns
    assert start.ambient == light(character).ambient
    assert shot(blender.context, character, start="FRESH").character.start_look == Look()


def test_a_draft_that_is_discarded_leaves_no_light(blender, rooms, character, accept, light):
    accept(1)
    worn = light(character)
    session = rooms("job.session").current()
    shot = rooms("scene.snapshot").snapshot(blender.context, character)
    draft = rooms("scene.apply").begin(shot.binding, Vary())
    state = rooms("job.readback").read_back(draft)
    rooms("scene.apply").apply(draft, type(state)(state.coefficients, state.offsets, state.textures, Look()))
    assert light(character).suns == Look().suns
    rooms("scene.apply").discard(draft)
    assert light(character) == worn
    assert session.result is None


def test_delivered_lights_shine_as_the_take_says(blender, character, accept, light):
    accept(1)
    worn = light(character)
    assert blender.ops.clipmatrix.lights_add() == {"FINISHED"}
    made = suns_of(blender)
    assert [thing.name for thing in made] == [f"ClipMatrix {name} light" for name in ("key", "fill", "rim")]
    blender.context.view_layer.update()
    for thing, sun in zip(made, worn.suns, strict=True):
        towards = np.array(thing.matrix_world)[:3, 2]
        assert thing.data.type == "SUN"
        assert np.allclose(towards, np.array(sun.direction) / np.linalg.norm(sun.direction), atol=1e-5)
        assert np.allclose(np.array(thing.data.color) * thing.data.energy, np.array(sun.colour) * pi, rtol=1e-5)
        assert max(thing.data.color) == pytest.approx(1.0)


def test_delivering_again_replaces_and_leaves_the_artists_own(blender, scenes, character, accept, looks):
    own = scenes.add("Lamp", blender.data.lights.new("Lamp", "POINT"))
    world = blender.data.worlds.new("Mine")
    blender.context.scene.world = world
    scenes.select(character[0])
    accept(1)
    before = looks()
    blender.ops.clipmatrix.lights_add(sky=True)
    assert blender.context.scene.world != world
    assert world.use_fake_user
    blender.ops.clipmatrix.lights_add(sky=True)
    assert len(suns_of(blender)) == 4
    assert len(blender.data.worlds) == 2
    blender.ops.clipmatrix.lights_add()  # without the sky this time
    assert blender.context.scene.world == world
    assert blender.ops.clipmatrix.lights_remove() == {"FINISHED"}
    assert suns_of(blender) == [own]
    assert not world.use_fake_user
    assert differences(before, looks()) == []


def test_the_sky_is_a_world_of_its_colour(blender, character, accept, light):
    accept(1)
    blender.ops.clipmatrix.lights_add(sky=True)
    background = blender.context.scene.world.node_tree.nodes["Background"]
    colour = np.array(background.inputs["Color"].default_value[:3]) * background.inputs["Strength"].default_value
    assert np.allclose(colour, light(character).ambient, rtol=1e-5)
    blender.ops.clipmatrix.lights_remove()
    assert blender.context.scene.world is None


def test_what_the_artist_adds_to_the_collection_stays(blender, scenes, character, accept):
    accept(1)
    blender.ops.clipmatrix.lights_add()
    collection = suns_of(blender)[0].users_collection[0]
    prop = blender.data.objects.new("Reflector", None)
    collection.objects.link(prop)
    blender.ops.clipmatrix.lights_remove()
    assert list(collection.objects) == [prop]


def test_delivering_is_one_undo_step(blender, character, accept):
    accept(1)
    blender.ops.ed.undo_push(message="before")
    assert blender.ops.clipmatrix.lights_add("EXEC_DEFAULT", True, sky=True) == {"FINISHED"}
    assert blender.context.scene.world is not None
    blender.ops.ed.undo()
    assert suns_of(blender) == []
    assert blender.context.scene.world is None
    blender.ops.ed.redo()
    assert len(suns_of(blender)) == 3


def test_without_a_take_there_is_nothing_to_deliver_or_to_remove(blender, rooms, character):
    add = rooms("interface.operators.lights").CLIPMATRIX_OT_lights_add
    assert not blender.ops.clipmatrix.lights_add.poll()
    assert "wears no take" in add.why_not(blender.context)
    assert not blender.ops.clipmatrix.lights_remove.poll()


def test_the_panel_counts_the_lights_and_offers_to_remove_them_once_there_are_some(blender, rooms, character, accept):
    def shown():
        layout = StrictLayout(blender)
        rooms("interface.panels.lights").show_lights(layout, blender.context)
        return layout.drawn

    assert "Wear a take to see its light" in shown()
    accept(1)
    assert "3 suns and the sky" in shown()
    assert "clipmatrix.lights_remove" not in shown()
    blender.ops.clipmatrix.lights_add()
    assert "clipmatrix.lights_remove" in shown()


def test_a_gltf_carries_the_delivered_suns_if_asked(blender, character, accept, tmp_path):
    accept(1)
    path = str(tmp_path / "lit.glb")
    with pytest.raises(RuntimeError, match="Press Deliver Lights first"):
        blender.ops.clipmatrix.export_gltf(filepath=path, lights=True)
    blender.ops.clipmatrix.lights_add()
    blender.ops.clipmatrix.export_gltf(filepath=path)
    assert "extensions" not in header(tmp_path / "lit.glb")
    blender.ops.clipmatrix.export_gltf(filepath=path, lights=True)
    lights = header(tmp_path / "lit.glb")["extensions"]["KHR_lights_punctual"]["lights"]
    assert [one["type"] for one in lights] == ["directional"] * 3
