"""A take's normal map in the scene: where it lands, that it goes again without a trace, and that it travels."""

import numpy as np
import pytest
from clipmatrix.evaluate.gltf import read_glb
from clipmatrix_protocol import Brief, Look, Prompt, Settings, State, Vary

from .fingerprint import differences, fingerprint
from .gltf_validator import validate
from .test_export import header

WITH = Vary(normals=1.0)
ALONE = Vary(shape=0.0, offsets=0.0, texture=0.0, material=0.0, light=0.0, normals=1.0)


@pytest.fixture
def character(blender, scenes):
    """A skinned column whose material has bumps of its own, and a bare hat on a bone."""
    thing, rig = scenes.character()
    material = blender.data.materials.new("skin")
    material.use_nodes = True
    bump = material.node_tree.nodes.new("ShaderNodeBump")
    shader = material.node_tree.nodes["Principled BSDF"]
    material.node_tree.links.new(bump.outputs["Normal"], shader.inputs["Normal"])
    thing.data.materials.append(material)
    hat = scenes.cube("Hat")
    hat.parent, hat.parent_type, hat.parent_bone = rig, "BONE", "bone2"
    scenes.select(thing)
    return [thing, hat]


def _state(parts, *, seed=0, size=32):
    rng = np.random.default_rng(seed)
    images = [tuple(rng.integers(0, 256, (size, size, 3), dtype=np.uint8) for _ in parts) for _ in range(2)]
    return State(
        coefficients=np.zeros(0, np.float32),
        offsets=tuple(rng.normal(size=(len(part.data.vertices), 3)).astype(np.float32) * 0.1 for part in parts),
        textures=images[0],
        look=Look(roughness=0.2, metallic=0.9),
        normal_maps=images[1],
    )


def _apply(blender, rooms, parts, vary, state):
    binding = rooms("scene.snapshot").snapshot(blender.context, parts).binding
    draft = rooms("scene.apply").begin(binding, vary)
    rooms("scene.apply").apply(draft, state)
    return draft


def _normal_image(thing):
    """The image at the end of the chain that leans the normals, if it is a chain as it should be."""
    nodes = thing.material_slots[0].material.node_tree.nodes
    shader = next(node for node in nodes if node.type == "BSDF_PRINCIPLED")
    (into_shader,) = shader.inputs["Normal"].links
    leaning = into_shader.from_node
    assert (leaning.bl_idname, leaning.space, leaning.uv_map) == ("ShaderNodeNormalMap", "TANGENT", "")
    assert leaning.inputs["Strength"].default_value == 1
    (into_map,) = leaning.inputs["Color"].links
    assert into_map.from_socket.name == "Color"
    return into_map.from_node.image


def test_it_lands_as_data_at_the_normal_of_our_copy(blender, rooms, character):
    state = _state(character)
    _apply(blender, rooms, character, WITH, state)
    for part, normal_map in zip(character, state.normal_maps, strict=True):
        image = _normal_image(part)
        pixels = np.array(image.pixels[:]).reshape(32, 32, 4)
        np.testing.assert_array_equal(np.rint(pixels[:, :, :3] * 255), normal_map)
        assert (image.colorspace_settings.name, image.is_float) == ("Non-Color", False)
        assert image.name == f"ClipMatrix {part.name} normal map"
    own = blender.data.materials["skin"].node_tree.nodes["Principled BSDF"]
    assert own.inputs["Normal"].links[0].from_node.bl_idname == "ShaderNodeBump"


def test_without_being_asked_for_none_is_made(blender, rooms, character):
    _apply(blender, rooms, character, Vary(), _state(character))
    assert [image.name for image in blender.data.images] == [
        "ClipMatrix Column base colour",
        "ClipMatrix Hat base colour",
    ]
    shader = character[0].material_slots[0].material.node_tree.nodes["Principled BSDF"]
    assert shader.inputs["Normal"].links[0].from_node.bl_idname == "ShaderNodeBump"


@pytest.mark.parametrize("vary", [WITH, ALONE])
def test_discarding_restores_every_byte(blender, rooms, character, vary):
    before = fingerprint(blender)
    draft = _apply(blender, rooms, character, vary, _state(character))
    rooms("scene.apply").apply(draft, _state(character, seed=1, size=64))
    assert differences(before, fingerprint(blender))
    rooms("scene.apply").discard(draft)
    assert differences(before, fingerprint(blender)) == []


@pytest.mark.parametrize("vary", [WITH, ALONE])
def test_an_accepted_one_is_packed_and_where_the_next_job_starts(blender, rooms, character, tmp_path, vary):
    state, snapshot = _state(character), rooms("scene.snapshot").snapshot
    rooms("scene.apply").accept(_apply(blender, rooms, character, vary, state))
    blender.ops.wm.save_as_mainfile(filepath=str(tmp_path / "taken.blend"))
    blender.ops.wm.open_mainfile(filepath=str(tmp_path / "taken.blend"))
    parts = [blender.data.objects["Column"], blender.data.objects["Hat"]]
    assert all(_normal_image(part).packed_file for part in parts)
    message = snapshot(blender.context, parts).character
    assert all(map(np.array_equal, message.start_normal_maps, state.normal_maps))
    assert snapshot(blender.context, parts, start="FRESH").character.start_normal_maps == ()


def test_a_part_without_one_starts_flat_beside_one_that_has_it(blender, rooms, character):
    rooms("scene.apply").accept(_apply(blender, rooms, character[:1], WITH, _state(character[:1])))
    maps = rooms("scene.snapshot").snapshot(blender.context, character).character.start_normal_maps
    assert maps[0].shape == (32, 32, 3)
    assert maps[1].tolist() == [[[128, 128, 255]]]


def test_a_second_take_leaves_the_first_ones_map_alone(blender, rooms, character):
    first = _state(character)
    rooms("scene.apply").accept(_apply(blender, rooms, character, WITH, first))
    before = fingerprint(blender)
    draft = _apply(blender, rooms, character, WITH, _state(character, seed=7))
    assert _normal_image(character[0]).name == "ClipMatrix Column normal map.001"
    rooms("scene.apply").discard(draft)
    assert differences(before, fingerprint(blender)) == []
    without = _apply(blender, rooms, character, Vary(), _state(character, seed=8))
    assert _normal_image(character[0]).name == "ClipMatrix Column normal map"
    rooms("scene.apply").discard(without)
    assert differences(before, fingerprint(blender)) == []


def test_a_draft_in_a_file_tells_of_its_map(blender, rooms, character, tmp_path):
    state, brief = _state(character), Brief((Prompt("bark"),), WITH, settings=Settings(texture_size=64))
    before = fingerprint(blender)
    draft = _apply(blender, rooms, character, WITH, state)
    rooms("job.records").write(draft, "draft", "job", brief)
    (found,) = rooms("job.records").found()
    back = rooms("job.readback").read_back(found.draft)
    assert all(map(np.array_equal, back.normal_maps, state.normal_maps))
    rooms("scene.apply").discard(found.draft)
    rooms("job.records").erase("draft")
    assert differences(before, fingerprint(blender)) == []


def test_a_large_one_is_shown_thinned_while_it_streams(blender, rooms, character):
    state = _state(character, size=2048)
    thinned = rooms("job.delivery")._thinned(state)
    assert [image.shape for image in thinned.normal_maps] == [(1024, 1024, 3)] * 2
    assert np.array_equal(thinned.normal_maps[0], state.normal_maps[0][::2, ::2])


def test_a_glb_carries_it_and_is_valid(blender, rooms, character, tmp_path):
    state = _state(character)
    rooms("scene.apply").accept(_apply(blender, rooms, character, WITH, state))
    path = rooms("output.export").export_glb([*character, character[0].parent], tmp_path / "a.glb")
    report = validate(path)
    assert report["issues"]["numErrors"] == 0, report["issues"]["messages"]
    materials = header(path)["materials"]
    assert len(materials) == 2
    assert all("normalTexture" in material for material in materials)
    assert all("scale" not in material["normalTexture"] for material in materials)  # 1
    back = read_glb(path).state  # as an evaluation reads it
    assert {image.tobytes() for image in back.normal_maps} == {image.tobytes() for image in state.normal_maps}


@pytest.mark.parametrize("accepted", [True, False])
def test_an_fbx_carries_it(blender, rooms, character, tmp_path, accepted):
    state = _state(character)
    draft = _apply(blender, rooms, character, WITH, state)
    if accepted:
        rooms("scene.apply").accept(draft)
    path = rooms("output.export").export_fbx([*character, character[0].parent], tmp_path / "a.fbx")
    blender.data.batch_remove([*blender.data.objects, *blender.data.images, *blender.data.materials])
    blender.ops.import_scene.fbx(filepath=str(path))
    for part, *wanted in zip(("Column", "Hat"), state.normal_maps, state.textures, strict=True):
        thing = next(thing for thing in blender.data.objects if thing.name == part)
        shader = next(n for n in thing.material_slots[0].material.node_tree.nodes if n.type == "BSDF_PRINCIPLED")
        images = [_normal_image(thing), shader.inputs["Base Color"].links[0].from_node.image]
        for image, sent in zip(images, wanted, strict=True):
            pixels = np.array(image.pixels[:]).reshape(32, 32, 4)[:, :, :3]
            np.testing.assert_array_equal(np.rint(pixels * 255), sent)
