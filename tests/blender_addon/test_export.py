"""What is exported is the character: valid, complete, and the same when it comes back."""

import json
import struct
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from .columns import column_body
from .gltf_validator import validate


def world_points(bpy, thing):
    result = thing.evaluated_get(bpy.context.evaluated_depsgraph_get())
    points = np.empty(len(result.data.vertices) * 3, np.float32)
    result.data.vertices.foreach_get("co", points)
    world = np.array(result.matrix_world)
    return points.reshape(-1, 3) @ world[:3, :3].T + world[:3, 3]


def farthest(points, cloud):
    """The largest distance from one of ``points`` to the nearest of ``cloud``."""
    return float(np.sqrt(((points[:, None] - cloud[None]) ** 2).sum(-1)).min(axis=1).max())


def grown(blender, rooms):
    """A column with a take's marks on it: moved keys, offsets, a texture."""
    body = column_body()
    mesh_object, rig = rooms("bodies.build").build_body(body, blender.context)
    mesh_object.data.shape_keys.key_blocks["wide"].value = 0.5
    offsets = mesh_object.shape_key_add(name="ClipMatrix offsets", from_mix=False)
    noise = np.random.default_rng(0).normal(scale=0.01, size=body.vertices.shape)
    offsets.points.foreach_set("co", (body.vertices + noise).astype(np.float32).ravel())
    offsets.value = 1.0
    image = blender.data.images.new("colour", 64, 64)
    image.pixels.foreach_set(np.tile(np.array([0.8, 0.1, 0.1, 1], np.float32), 64 * 64))
    image.pack()
    tree = mesh_object.data.materials[0].node_tree
    node = tree.nodes.new("ShaderNodeTexImage")
    node.image = image
    tree.links.new(node.outputs["Color"], tree.nodes["Principled BSDF"].inputs["Base Color"])
    return [mesh_object, rig]


@pytest.fixture
def exported(blender, rooms, scenes, tmp_path):
    character = grown(blender, rooms)
    bystander = scenes.cube("Bystander")
    scenes.select(bystander)
    path = rooms("output.export").export_glb(character, tmp_path / "character.glb")
    return SimpleNamespace(path=path, character=character, bystander=bystander)


def header(path):
    """The JSON chunk of a GLB."""
    data = path.read_bytes()
    (length,) = struct.unpack_from("<I", data, 12)
    return json.loads(data[20 : 20 + length])


def test_the_file_is_valid_gltf(exported):
    issues = validate(exported.path)["issues"]
    assert issues["numErrors"] == 0, issues["messages"]


def test_skin_morphs_texture_and_every_action_are_in_the_file(exported):
    found = header(exported.path)
    assert [mesh["name"] for mesh in found["meshes"]] == ["column"]
    assert found["meshes"][0]["extras"]["targetNames"] == ["wide", "smile", "ClipMatrix offsets"]
    assert len(found["skins"][0]["joints"]) == 4
    assert sorted(animation["name"] for animation in found["animations"]) == ["sway", "wild"]
    assert len(found["images"]) == 1
    assert {"NORMAL", "TEXCOORD_0", "JOINTS_0", "WEIGHTS_0"} <= set(found["meshes"][0]["primitives"][0]["attributes"])


def test_the_artists_selection_is_as_it_was(blender, exported):
    assert blender.context.view_layer.objects.active == exported.bystander
    assert blender.context.selected_objects == [exported.bystander]


def test_a_hidden_character_is_exported_and_stays_hidden(blender, rooms, tmp_path):
    character = grown(blender, rooms)
    character[1].hide_set(True)
    path = rooms("output.export").export_glb(character, tmp_path / "hidden.glb")
    assert len(header(path)["skins"]) == 1
    assert character[1].hide_get()


@pytest.mark.parametrize("name", ["sway", "wild"])
def test_imported_again_it_stands_and_moves_as_before(blender, rooms, exported, name):
    mesh_object, rig = exported.character
    scene = blender.context.scene
    motion = next(motion for motion in column_body().motions if motion.name == name)
    rooms("bodies.motion").assign(rig, blender.data.actions[name])
    before = []
    for frame in range(len(motion.rotations)):
        scene.frame_set(1 + frame)
        before.append(world_points(blender, mesh_object))
    blender.data.batch_remove([*blender.data.objects, *blender.data.actions])
    blender.ops.import_scene.gltf(filepath=str(exported.path))
    back = next(thing for thing in blender.data.objects if thing.type == "MESH" and thing.find_armature())
    action = next(action for action in blender.data.actions if action.name.startswith(name))
    rooms("bodies.motion").assign(back.find_armature(), action)
    for frame, wanted in enumerate(before):
        blender.context.scene.frame_set(frame)  # glTF's time begins at 0
        found = world_points(blender, back)
        bound = 1e-4 * float(np.ptp(wanted, axis=0).max())
        assert farthest(found, wanted) < bound
        assert farthest(wanted, found) < bound


def test_imported_again_it_has_its_shape_keys_and_its_texture(blender, exported):
    blender.data.batch_remove([*blender.data.objects, *blender.data.images])
    blender.ops.import_scene.gltf(filepath=str(exported.path))
    back = next(thing for thing in blender.data.objects if thing.type == "MESH" and thing.find_armature())
    keys = back.data.shape_keys.key_blocks
    assert {key.name: key.value for key in keys[1:]} == pytest.approx(
        {"wide": 0.5, "smile": 0.0, "ClipMatrix offsets": 1.0}
    )
    (node,) = [node for node in back.data.materials[0].node_tree.nodes if node.type == "TEX_IMAGE"]
    assert tuple(node.image.size) == (64, 64)
    assert np.allclose(node.image.pixels[:3], (0.8, 0.1, 0.1), atol=0.01)


def test_a_saved_blend_holds_the_character_and_keeps_no_older_file_beside_it(blender, rooms, tmp_path: Path):
    grown(blender, rooms)
    path = tmp_path / "character.blend"
    rooms("output.export").save_blend(path)
    rooms("output.export").save_blend(path)
    assert list(tmp_path.iterdir()) == [path]
    assert blender.data.filepath == ""
    blender.ops.wm.open_mainfile(filepath=str(path))
    assert blender.data.objects["column"].data.shape_keys.key_blocks["ClipMatrix offsets"].value == 1.0
    assert blender.data.images["colour"].packed_file


def test_a_blend_is_saved_although_a_file_of_an_image_is_gone(blender, rooms, tmp_path: Path):
    grown(blender, rooms)
    blender.data.images["colour"].save(filepath=str(tmp_path / "photo.png"))
    blender.data.images.load(str(tmp_path / "photo.png")).use_fake_user = True
    lost = blender.data.images.new("lost", 8, 8)
    lost.source, lost.filepath, lost.use_fake_user = "FILE", str(tmp_path / "lost.png"), True
    rooms("output.export").save_blend(tmp_path / "character.blend")
    blender.ops.wm.open_mainfile(filepath=str(tmp_path / "character.blend"))
    assert blender.data.images["photo.png"].packed_file
    assert not blender.data.images["lost"].packed_file
