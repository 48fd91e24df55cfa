"""What a snapshot takes from the scene, what it refuses, and that it leaves the scene alone."""

import numpy as np
import pytest


def _snapshot(blender, rooms, parts, **options):
    return rooms("scene.snapshot").snapshot(blender.context, parts, **options)


def _refusal(blender, rooms, parts):
    with pytest.raises(rooms("errors").Refusal) as caught:
        _snapshot(blender, rooms, parts)
    return caught.value


def test_vertices_arrive_in_metres_in_the_world_and_in_their_own_order(blender, scenes, rooms):
    thing = scenes.cube()
    thing.location, thing.scale = (1, 2, 3), (2, 1, 1)
    blender.context.scene.unit_settings.scale_length = 0.01
    scenes.select(thing)
    part = _snapshot(blender, rooms, [thing]).character.parts[0]
    expected = (np.array([v.co for v in thing.data.vertices]) * (2, 1, 1) + (1, 2, 3)) * 0.01
    np.testing.assert_allclose(part.vertices, expected, rtol=1e-6)


@pytest.mark.parametrize("scale", [(1, 1, 1), (-1, 1, 1), (-1, -2, -0.5)])
def test_triangles_face_outside_whatever_the_scale(blender, scenes, rooms, scale):
    thing = scenes.cube()
    thing.scale = scale
    scenes.select(thing)
    part = _snapshot(blender, rooms, [thing]).character.parts[0]
    corners = part.vertices[part.triangles]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert ((normals * corners.mean(axis=1)).sum(axis=1) > 0).all()


def test_uvs_are_those_of_the_layer_that_renders(blender, scenes, rooms):
    thing = scenes.cube()
    other = thing.data.uv_layers.new(name="other")
    other.uv.foreach_set("vector", np.random.default_rng(1).random(len(thing.data.loops) * 2, np.float32))
    other.active_render = True
    scenes.select(thing)
    part = _snapshot(blender, rooms, [thing]).character.parts[0]
    corner = thing.data.loop_triangles[3].loops[1]
    np.testing.assert_array_equal(part.corner_uvs[3, 1], np.array(other.uv[corner].vector, np.float32))


def test_shape_keys_become_the_shape_basis(blender, scenes, rooms):
    thing, _ = scenes.character()
    thing.shape_key_add(name="Basis")
    for name in ("free", "locked", "driven", "locked at zero"):
        key = thing.shape_key_add(name=name, from_mix=False)
        key.data[0].co.x += 1
        key.value = 0.5
    keys = thing.data.shape_keys.key_blocks
    keys["free"].slider_min = -2
    keys["locked"].lock_shape = keys["locked at zero"].lock_shape = True
    keys["locked at zero"].value = 0
    keys["driven"].driver_add("value").driver.expression = "0.5"
    shot = _snapshot(blender, rooms, [thing])
    shapes = {shape.name: (shape.low, shape.value, shape.high) for shape in shot.character.shapes}
    nearly = pytest.approx(0.5)  # where a driver's value is clamped to a slider, 5.0 takes a last bit off
    assert shapes == {"free": (-2, 0.5, 1), "locked": (0.5, 0.5, 0.5), "driven": (nearly, nearly, nearly)}
    assert shot.binding.parts[0].shapes == ((0, "free"),)
    np.testing.assert_allclose(shot.character.parts[0].shape_deltas[0, 0], (1, 0, 0), atol=1e-6)


def test_keys_of_one_name_are_one_coefficient_only_where_they_agree(blender, scenes, rooms):
    things = []
    for name, values in (("A", (0.2, 0.2)), ("B", (0.2, 0.9))):
        thing = scenes.cube(name)
        thing.shape_key_add(name="Basis")
        for key, value in zip(("same", "other"), values, strict=True):
            thing.shape_key_add(name=key).value = value
        things.append(thing)
    scenes.select(*things)
    character = _snapshot(blender, rooms, things).character
    assert [shape.name for shape in character.shapes] == ["same", "other", "other (B)"]
    assert [part.shapes.tolist() for part in character.parts] == [[0, 1], [0, 2]]


def test_a_bone_parented_part_follows_its_bone_alone(blender, scenes, rooms):
    thing, rig = scenes.character()
    hat = scenes.cube("Hat")
    hat.parent, hat.parent_type, hat.parent_bone = rig, "BONE", "bone2"
    rig.pose.bones["bone2"].location.x = 1
    scenes.select(thing)
    character = _snapshot(blender, rooms, [hat, thing]).character
    weights = character.parts[0].skin_weights
    joint = int(character.parts[0].skin_joints[0, 0])
    assert (weights == 1).all()
    assert character.joints[joint] == "bone2"
    np.testing.assert_allclose(character.poses[0, joint], np.eye(4), atol=1e-6)
    bone = character.joints.index("bone2")
    np.testing.assert_allclose(character.poses[1, joint], character.poses[1, bone], atol=1e-5)


def test_poses_are_the_rest_pose_and_evenly_sampled_frames(blender, scenes, rooms):
    thing, rig = scenes.character()
    scenes.wave(rig, frames=40)
    poses = _snapshot(blender, rooms, [thing], poses="ACTION").character.poses
    assert len(poses) == 16  # frame 1 is the rest pose, which is not sent twice
    np.testing.assert_allclose(poses[0], np.broadcast_to(np.eye(4), poses[0].shape), atol=1e-6)
    assert len(_snapshot(blender, rooms, [thing], poses="REST").character.poses) == 1
    blender.context.scene.frame_set(20)
    assert len(_snapshot(blender, rooms, [thing], poses="CURRENT").character.poses) == 2


def test_an_unkeyed_pose_and_the_frame_survive_the_sampling(blender, scenes, rooms):
    thing, rig = scenes.character()
    scenes.wave(rig)
    blender.context.scene.frame_set(7, subframe=0.25)
    rig.pose.bones["bone1"].rotation_euler.x = 1.25  # posed by hand, not keyed
    rig.location.x = 3
    blender.context.view_layer.update()
    before = [np.array(bone.matrix) for bone in rig.pose.bones]
    scene_names, current = blender.data.scenes.keys(), blender.context.scene.name
    _snapshot(blender, rooms, [thing])
    blender.context.view_layer.update()
    np.testing.assert_array_equal(before, [np.array(bone.matrix) for bone in rig.pose.bones])
    assert rig.pose.bones["bone1"].rotation_euler.x == 1.25
    assert (blender.context.scene.frame_current, blender.context.scene.frame_subframe) == (7, 0.25)
    assert rig.data.pose_position == "POSE"
    assert blender.data.scenes.keys() == scene_names
    assert blender.context.scene.name == current


def test_the_character_is_everything_one_armature_moves(blender, scenes, rooms):
    thing, rig = scenes.character()
    hat, hidden, stranger, widget = (scenes.cube(name) for name in ("Hat", "Hidden", "Stranger", "Widget"))
    for part in (hat, hidden, widget):
        part.parent, part.parent_type, part.parent_bone = rig, "BONE", "bone2"
    hidden.hide_viewport = True
    rig.pose.bones["bone0"].custom_shape = widget
    for selected in (thing, rig, hat):
        scenes.select(selected)
        found = rooms("scene.characters").selected_parts(blender.context)
        assert [part.name for part in found] == ["Column", "Hat"]
    scenes.select(stranger)
    assert rooms("scene.characters").selected_parts(blender.context) == [stranger]


def test_nothing_selected_is_a_refusal(blender, scenes, rooms):
    with pytest.raises(rooms("errors").Refusal, match="No character"):
        rooms("scene.characters").selected_parts(blender.context)


def test_an_object_without_uvs_is_refused_and_the_button_unwraps_it(blender, scenes, rooms):
    thing = scenes.mesh("Bare", [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)], [(0, 2, 1), (0, 1, 3)], uvs="")
    other = scenes.cube()
    scenes.select(other, thing)
    refusal = _refusal(blender, rooms, [other, thing])
    assert "Bare has no UVs" in refusal.message
    assert refusal.operator == "clipmatrix.unwrap"
    blender.ops.clipmatrix.unwrap(**refusal.fix.properties)
    assert len(_snapshot(blender, rooms, [other, thing]).character.parts) == 2
    assert blender.context.view_layer.objects.active == other
    assert set(blender.context.selected_objects) == {other, thing}


def test_an_object_that_shares_its_mesh_is_refused_and_the_button_parts_them(blender, scenes, rooms):
    first = scenes.cube("First")
    second = scenes.add("Second", first.data)
    scenes.select(second)
    refusal = _refusal(blender, rooms, [second])
    assert refusal.operator == "clipmatrix.single_user"
    blender.ops.clipmatrix.single_user(**refusal.fix.properties)
    assert first.data != second.data
    assert _snapshot(blender, rooms, [second]).character.name == "Second"


def _envelopes(thing, modifier):
    modifier.use_bone_envelopes = True


def _mirror_first(thing, modifier):
    thing.modifiers.new("Mirror", "MIRROR")
    thing.modifiers.move(1, 0)


def _second_armature(thing, modifier):
    thing.modifiers.new("Another", "ARMATURE").object = modifier.object


def _absolute_keys(thing, modifier):
    thing.shape_key_add(name="Basis")
    thing.data.shape_keys.use_relative = False


def _bone_parented_too(thing, modifier):
    thing.parent_type, thing.parent_bone = "BONE", "bone2"
    modifier.object.pose.bones["bone1"].location.x = 1


def _flat(thing, modifier):
    thing.scale.x = 0


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_envelopes, "bone envelopes"),
        (_mirror_first, "Mirror modifier changes the mesh"),
        (_second_armature, "two armatures"),
        (_absolute_keys, "absolute shape keys"),
        (_bone_parented_too, "moves against it"),
        (_flat, "scaled to nothing"),
    ],
)
def test_what_cannot_be_described_is_refused_by_name(blender, scenes, rooms, spoil, words):
    thing, _ = scenes.character()
    spoil(thing, thing.modifiers["Armature"])
    blender.context.view_layer.update()
    refusal = _refusal(blender, rooms, [thing])
    assert "Column" in refusal.message
    assert words in refusal.message


def test_edit_mode_is_refused_with_the_way_out(blender, scenes, rooms):
    thing, _ = scenes.character()
    blender.ops.object.mode_set(mode="EDIT")
    assert _refusal(blender, rooms, [thing]).operator == "object.mode_set"
    blender.ops.object.mode_set(mode="OBJECT")


def test_a_modifier_after_the_armature_is_fine_and_preserve_volume_gets_a_remark(blender, scenes, rooms):
    thing, _ = scenes.character()
    thing.modifiers.new("Subdivision", "SUBSURF")
    assert _snapshot(blender, rooms, [thing]).remarks == ()
    thing.modifiers["Armature"].use_deform_preserve_volume = True
    thing.modifiers.new("Array", "ARRAY")
    volume, array = _snapshot(blender, rooms, [thing]).remarks[::-1]
    assert "preserves volume" in volume
    assert "without its Array" in array
