"""An exported FBX is the character and nothing else, and comes back as it was: motion, shape keys, texture."""

from types import SimpleNamespace

import numpy as np
import pytest

from .columns import column_body
from .fingerprint import differences, fingerprint
from .test_export import grown, world_points

RED = (0.8, 0.1, 0.1)


@pytest.fixture
def exported(blender, rooms, scenes, tmp_path):
    character = grown(blender, rooms)
    bystander = scenes.cube("Bystander")
    scenes.select(bystander)
    path = rooms("output.export").export_fbx(character, tmp_path / "character.fbx")
    return SimpleNamespace(path=path, character=character, bystander=bystander)


def empty_file(blender):
    blender.data.batch_remove(
        [*blender.data.objects, *blender.data.actions, *blender.data.images, *blender.data.materials]
    )


def bring_back(blender, path):
    """Import the file into nothing; the mesh object."""
    empty_file(blender)
    blender.ops.import_scene.fbx(filepath=str(path))
    meshes = [thing for thing in blender.data.objects if thing.type == "MESH"]
    assert len(meshes) == 1
    return meshes[0]


@pytest.mark.parametrize("name", ["sway", "wild"])
def test_imported_again_it_moves_as_before_and_keeps_its_vertex_order(blender, rooms, exported, name):
    mesh_object, rig = exported.character
    scene, assign = blender.context.scene, rooms("bodies.motion").assign
    frames = range(1, 1 + len(next(motion for motion in column_body().motions if motion.name == name).rotations))
    assign(rig, blender.data.actions[name])
    before = []
    for frame in frames:
        scene.frame_set(frame)
        before.append(world_points(blender, mesh_object))
    back = bring_back(blender, exported.path)
    assign(back.find_armature(), next(action for action in blender.data.actions if name in action.name))
    for frame, wanted in zip(frames, before, strict=True):
        scene.frame_set(frame)
        assert np.abs(world_points(blender, back) - wanted).max() < 1e-4 * np.ptp(wanted, axis=0).max()


def test_shape_keys_come_back_with_their_names_and_values(blender, exported):
    back = bring_back(blender, exported.path)
    keys = back.data.shape_keys.key_blocks
    assert [key.name for key in keys] == ["Basis", "wide", "smile", "ClipMatrix offsets"]
    assert [key.value for key in keys][1:] == pytest.approx([0.5, 0.0, 1.0])


def test_the_packed_texture_travels_inside_the_file(blender, exported):
    files = list(exported.path.parent.iterdir())
    assert files == [exported.path]
    back = bring_back(blender, exported.path)
    images = [node.image for node in back.data.materials[0].node_tree.nodes if node.type == "TEX_IMAGE" and node.image]
    assert len(images) == 1
    assert tuple(images[0].size) == (64, 64)
    assert np.allclose(images[0].pixels[:3], RED, atol=0.01)


def in_memory(blender, character, name="live"):
    """Have the character wear a texture that is neither packed nor saved."""
    image = blender.data.images.new(name, 32, 32)
    image.pixels.foreach_set(np.tile(np.array([0.1, 0.8, 0.1, 1], np.float32), 32 * 32))
    image_node(character[0]).image = image
    return image


def image_node(thing):
    return next(node for node in thing.data.materials[0].node_tree.nodes if node.type == "TEX_IMAGE")


def test_a_texture_that_is_only_in_memory_travels_too_and_stays_unpacked(blender, rooms, tmp_path):
    character = grown(blender, rooms)
    image = in_memory(blender, character)
    images = set(blender.data.images)
    rooms("output.export").export_fbx(character, tmp_path / "a.fbx")
    assert image_node(character[0]).image == image
    assert image.packed_file is None
    assert set(blender.data.images) == images
    back = image_node(bring_back(blender, tmp_path / "a.fbx")).image
    assert tuple(back.size) == (32, 32)
    assert np.allclose(back.pixels[:3], (0.1, 0.8, 0.1), atol=0.01)


def test_painting_on_a_packed_texture_is_exported_as_it_looks(blender, rooms, tmp_path):
    character = grown(blender, rooms)
    image = image_node(character[0]).image
    image.pixels.foreach_set(np.tile(np.array([0.1, 0.1, 0.9, 1], np.float32), 64 * 64))
    rooms("output.export").export_fbx(character, tmp_path / "a.fbx")
    back = image_node(bring_back(blender, tmp_path / "a.fbx")).image
    assert np.allclose(back.pixels[:3], (0.1, 0.1, 0.9), atol=0.01)


def test_no_bones_are_added(blender, exported):
    names = [bone.name for bone in exported.character[1].data.bones]
    assert [bone.name for bone in bring_back(blender, exported.path).find_armature().data.bones] == names


def test_the_selection_and_the_scene_stay(blender, exported):
    assert blender.context.selected_objects == [exported.bystander]
    assert blender.context.view_layer.objects.active == exported.bystander
    assert blender.context.scene.frame_current == 1


def test_a_character_in_a_collection_that_is_switched_off_is_refused_and_nothing_is_written(blender, rooms, tmp_path):
    mesh_object, rig = grown(blender, rooms)
    away = blender.data.collections.new("Away")
    blender.context.scene.collection.children.link(away)
    for collection in rig.users_collection:
        collection.objects.unlink(rig)
    away.objects.link(rig)
    blender.context.view_layer.layer_collection.children["Away"].exclude = True
    for name, write in (("a.fbx", "export_fbx"), ("a.glb", "export_glb")):
        with pytest.raises(rooms("errors").Refusal, match="column rig is hidden"):
            getattr(rooms("output.export"), write)([mesh_object, rig], tmp_path / name)
    assert not list(tmp_path.iterdir())


def with_a_neighbour(blender, rooms, scenes):
    """A grown column that plays "sway", beside a character with an Action of its own for bones of its own."""
    character = grown(blender, rooms)
    thing, rig = scenes.character()
    scenes.wave(rig).name = "neighbour"
    rooms("bodies.motion").assign(character[1], blender.data.actions["sway"])
    scenes.select(thing)
    return character


FORMATS = {"fbx": ("export_fbx", "fbx"), "glb": ("export_glb", "gltf")}


@pytest.mark.parametrize("kind", FORMATS)
def test_actions_of_other_characters_stay_at_home(blender, rooms, scenes, tmp_path, kind):
    character = with_a_neighbour(blender, rooms, scenes)
    path, (export, importer) = tmp_path / f"a.{kind}", FORMATS[kind]
    getattr(rooms("output.export"), export)(character, path)
    empty_file(blender)
    getattr(blender.ops.import_scene, importer)(filepath=str(path))
    words = {word for action in blender.data.actions for word in ("sway", "wild", "neighbour") if word in action.name}
    assert words == {"sway", "wild"}


@pytest.mark.parametrize("kind", FORMATS)
def test_an_export_leaves_the_scene_and_a_pose_without_keys_as_they_were(blender, rooms, scenes, tmp_path, kind):
    character = with_a_neighbour(blender, rooms, scenes)
    rig = character[1]
    rig.pose.bones[1].rotation_mode = "XYZ"
    rig.pose.bones[1].rotation_euler = (0.77, 0, 0)
    rig.pose.bones[2].rotation_quaternion = (0.6, 0.8, 0, 0)
    character[0].data.shape_keys.key_blocks["wide"].value = 0.3
    in_memory(blender, character)
    blender.context.view_layer.update()
    before = fingerprint(blender)
    getattr(rooms("output.export"), FORMATS[kind][0])(character, tmp_path / f"a.{kind}")
    blender.context.view_layer.update()
    assert differences(before, fingerprint(blender)) == []
