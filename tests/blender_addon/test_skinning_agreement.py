"""The backend's linear blend skinning is Blender's: equal to the evaluated mesh over random poses."""

import numpy as np
import pytest
import torch
from clipmatrix.character import assemble, shaped, skin

POSES = 100
TOLERANCE = 1e-5
"""Relative to the diagonal of the bounding box."""


def _pose_at_random(rig, rng):
    """Key a hundred random poses, one a frame, so that one snapshot sees all of them."""
    for frame in range(1, POSES + 1):
        for bone in rig.pose.bones:
            bone.rotation_mode = "QUATERNION"
            bone.rotation_quaternion = rng.normal(size=4) + np.array([3, 0, 0, 0])
            bone.location = rng.normal(size=3) * 0.1
            bone.scale = 1 + rng.uniform(-0.3, 0.3, 3)
            for path in ("rotation_quaternion", "location", "scale"):
                bone.keyframe_insert(path, frame=frame)


def _evaluated(blender, thing):
    """World positions Blender shows, metres."""
    graph = blender.context.evaluated_depsgraph_get()
    shown = thing.evaluated_get(graph)
    mesh = shown.to_mesh()
    flat = np.empty(len(mesh.vertices) * 3, np.float32)
    mesh.vertices.foreach_get("co", flat)
    shown.to_mesh_clear()
    matrix = np.array(shown.matrix_world, np.float64)
    positions = flat.reshape(-1, 3).astype(np.float64) @ matrix[:3, :3].T + matrix[:3, 3]
    return positions * blender.context.scene.unit_settings.scale_length


def _assert_agreement(blender, rooms, parts, monkeypatch, frames=range(1, POSES + 1)):
    monkeypatch.setattr(rooms("scene.posing.poses"), "MOST_FRAMES", POSES)
    message = rooms("scene.snapshot").snapshot(blender.context, parts).character
    assert len(message.poses) == 1 + len(frames)
    character = assemble(message)
    posed = skin(
        shaped(character, character.values, torch.zeros_like(character.vertices)),
        character.poses,
        character.joints,
        character.weights,
    ).numpy()
    diagonal = np.linalg.norm(np.ptp(character.vertices.numpy(), axis=0))
    if len(frames):
        assert np.abs(posed[1:] - posed[0]).max() > 0.1 * diagonal, "the poses must move something"
    worst = 0.0
    for index, frame in enumerate(frames):
        blender.context.scene.frame_set(frame)
        for part, place in zip(parts, character.parts, strict=True):
            worst = max(worst, np.abs(posed[1 + index, place] - _evaluated(blender, part)).max())
    assert worst < TOLERANCE * diagonal, f"{worst / diagonal:.2e} of the bounding box"


def test_a_smoothly_weighted_column_is_posed_as_in_blender(blender, scenes, rooms, monkeypatch):
    thing, rig = scenes.character()
    _pose_at_random(rig, np.random.default_rng(1))
    _assert_agreement(blender, rooms, [thing], monkeypatch)


def test_more_than_four_weights_that_do_not_sum_to_one_pose_as_in_blender(blender, scenes, rooms, monkeypatch):
    rng = np.random.default_rng(2)
    thing, rig = scenes.column(), scenes.chain(bones=7)
    scenes.skin(thing, rig, rng.uniform(0.05, 1, (len(thing.data.vertices), 7)))
    _pose_at_random(rig, rng)
    _assert_agreement(blender, rooms, [thing], monkeypatch)


def test_scaled_rotated_and_mirrored_objects_in_centimetres_are_posed_as_in_blender(
    blender, scenes, rooms, monkeypatch
):
    thing, rig = scenes.character()
    blender.context.scene.unit_settings.scale_length = 0.01
    rig.location, rig.rotation_euler, rig.scale = (1, 2, 3), (0.3, 0.2, 0.9), (1.5, 0.7, 2.0)
    thing.location, thing.rotation_euler, thing.scale = (0.1, 0, 0.2), (0, 0.4, 0), (-1, 1.2, 0.8)
    _pose_at_random(rig, np.random.default_rng(3))
    _assert_agreement(blender, rooms, [thing], monkeypatch)


def test_vertices_without_weights_and_bones_that_do_not_deform_stay_as_in_blender(blender, scenes, rooms, monkeypatch):
    rng = np.random.default_rng(4)
    thing, rig = scenes.column(), scenes.chain()
    weights = scenes.smooth_weights(thing, rig)
    weights[:20] = -1
    weights[20:30] = 0
    weights[30:40] = 2e-5
    scenes.skin(thing, rig, weights)
    rig.data.bones["bone1"].use_deform = False
    _pose_at_random(rig, rng)
    _assert_agreement(blender, rooms, [thing], monkeypatch)


@pytest.mark.parametrize("inverted", [False, True])
def test_an_armature_modifier_with_a_mask_poses_as_in_blender(blender, scenes, rooms, monkeypatch, inverted):
    thing, rig = scenes.character()
    mask = thing.vertex_groups.new(name="mask")
    for vertex in range(0, len(thing.data.vertices), 2):
        mask.add([vertex], vertex / len(thing.data.vertices), "REPLACE")
    thing.modifiers["Armature"].vertex_group = "mask"
    thing.modifiers["Armature"].invert_vertex_group = inverted
    _pose_at_random(rig, np.random.default_rng(5))
    _assert_agreement(blender, rooms, [thing], monkeypatch)


def test_parts_parented_to_a_bone_and_to_the_armature_move_as_in_blender(blender, scenes, rooms, monkeypatch):
    first, rig = scenes.character()
    second = scenes.column("Sleeve", rings=5, height=2.0)
    scenes.skin(second, rig, scenes.smooth_weights(second, rig))
    on_bone, on_rig = scenes.cube("Hat"), scenes.cube("Stand")
    on_bone.parent, on_bone.parent_type, on_bone.parent_bone = rig, "BONE", "bone2"
    on_bone.location, on_bone.scale = (0.2, 0.1, 0), (1, 2, -1)
    on_rig.parent = rig
    rig.rotation_euler = (0.1, 0.7, 0)
    _pose_at_random(rig, np.random.default_rng(6))
    _assert_agreement(blender, rooms, [first, second, on_bone, on_rig], monkeypatch)


def test_parts_that_constraints_hold_on_bones_move_as_in_blender(blender, scenes, rooms, monkeypatch):
    body, rig = scenes.character()
    held = []
    for kind, place in (("CHILD_OF", (1, 0, 0)), ("COPY_TRANSFORMS", (0, 0, 0)), ("ARMATURE", (-1, 0, 2))):
        thing = scenes.cube(kind)
        thing.location, thing.scale = place, (1, -0.5, 1)
        constraint = thing.constraints.new(kind)
        if kind == "ARMATURE":
            target = constraint.targets.new()
            target.target, target.subtarget = rig, "bone1"
        else:
            constraint.target, constraint.subtarget = rig, "bone2"
        held.append(thing)
    _pose_at_random(rig, np.random.default_rng(8))
    _assert_agreement(blender, rooms, [body, *held], monkeypatch)


def test_constraints_and_drivers_of_bones_pose_as_in_blender(blender, scenes, rooms, monkeypatch):
    """The pose is what constraints and drivers make of the keyed channels; only the end counts."""
    thing, rig = scenes.column(), scenes.chain(bones=6)
    scenes.skin(thing, rig, scenes.smooth_weights(thing, rig))
    _pose_at_random(rig, np.random.default_rng(9))
    aim = scenes.add("Aim", None)
    for frame in range(1, POSES + 1):
        aim.location = (2 * np.sin(frame), np.cos(frame), 2 + np.sin(3 * frame))
        aim.keyframe_insert("location", frame=frame)
    pull = rig.pose.bones["bone5"].constraints.new("IK")
    pull.target, pull.chain_count = aim, 3
    twin = rig.pose.bones["bone1"].constraints.new("COPY_ROTATION")
    twin.target, twin.subtarget = rig, "bone0"
    driver = rig.pose.bones["bone0"].driver_add("location", 0).driver
    driver.expression = "frame / 50"
    scenes.select(thing)
    _assert_agreement(blender, rooms, [thing], monkeypatch)


def test_a_skinned_part_that_a_constraint_moves_as_well_is_refused(blender, scenes, rooms):
    thing, rig = scenes.character()
    constraint = thing.constraints.new("COPY_TRANSFORMS")
    constraint.target, constraint.subtarget = rig, "bone2"
    rig.pose.bones["bone1"].location.x = 1
    scenes.select(thing)
    with pytest.raises(rooms("errors").Refusal, match="moves against it as well"):
        rooms("scene.snapshot").snapshot(blender.context, [thing])


def test_shape_keys_at_their_values_are_posed_as_in_blender(blender, scenes, rooms, monkeypatch):
    rng = np.random.default_rng(7)
    thing, rig = scenes.character()
    thing.shape_key_add(name="Basis")
    for index, (name, value) in enumerate((("wide", 0.7), ("odd", -0.4), ("locked", 1.0), ("muted", 1.0))):
        key = thing.shape_key_add(name=name, from_mix=False)
        key.slider_min, key.value = -1, value
        for point in key.data:
            point.co += point.co.__class__(rng.normal(size=3) * 0.1 * (index + 1))
    keys = thing.data.shape_keys.key_blocks
    keys["locked"].lock_shape, keys["muted"].mute = True, True
    keys["odd"].relative_key, keys["odd"].vertex_group = keys["wide"], "bone1"
    _pose_at_random(rig, rng)
    _assert_agreement(blender, rooms, [thing], monkeypatch)


def test_a_prop_without_any_rig_lies_as_in_blender(blender, scenes, rooms, monkeypatch):
    thing = scenes.cube()
    thing.location, thing.scale = (1, 2, 3), (2, -1, 0.5)
    scenes.select(thing)
    _assert_agreement(blender, rooms, [thing], monkeypatch, frames=[])
