"""Poses drawn at random: they differ, keep to the joints' limits, and leave the artist's character alone."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from clipmatrix.character import assemble, shaped, skin

from .fingerprint import differences, fingerprint


@pytest.fixture
def character(blender, scenes):
    """A skinned column on six bones, of which bone2 is posed by hand."""
    thing, rig = scenes.column(), scenes.chain(bones=6)
    scenes.skin(thing, rig, scenes.smooth_weights(thing, rig))
    for bone in rig.pose.bones:
        bone.rotation_mode = "XYZ"
    rig.pose.bones["bone2"].rotation_euler = (0.5, 0, 0)
    rig.pose.bones["bone2"].location = (0, 0.1, 0)
    scenes.select(thing)
    return SimpleNamespace(thing=thing, rig=rig, bones=rig.pose.bones)


@pytest.fixture
def shoot(blender, rooms):
    """The character as it is sent in drawn poses."""

    def call(thing, which, *, jitter=0.0, seed=1):
        draw = rooms("scene.posing.drawn_poses").Draw(jitter, seed)
        return rooms("scene.snapshot").snapshot(blender.context, [thing], poses=which, draw=draw).character

    return call


def local(message, character, name):
    """(P, 3, 3): how the bone is turned against its parent, in its own axes, in each pose but the rest pose."""
    bone = character.rig.data.bones[name]
    rest = np.array(bone.matrix_local)
    at, above = (message.poses[1:, message.joints.index(one)] for one in (name, bone.parent.name))
    return (np.linalg.inv(rest) @ np.linalg.inv(above.astype(np.float64)) @ at @ rest)[:, :3, :3]


def turns(message, character, name):
    """(P, 3) degrees: the same as angles around x, then y, then z."""
    found = local(message, character, name)
    x, z = np.arctan2(found[:, 2, 1], found[:, 2, 2]), np.arctan2(found[:, 1, 0], found[:, 0, 0])
    return np.degrees(np.stack([x, -np.arcsin(found[:, 2, 0]), z], axis=1))


def angles(message, character, name):
    """(P,) degrees: the same as one angle around whatever axis, counted from the first of these poses."""
    found = local(message, character, name)
    away = np.linalg.inv(found[0]) @ found
    return np.degrees(np.arccos(np.clip((np.trace(away, axis1=1, axis2=2) - 1) / 2, -1, 1)))


def test_random_poses_differ_and_the_root_stays(rooms, character, shoot):
    message = shoot(character.thing, "RANDOM")
    assert len(message.poses) == 1 + rooms("scene.posing.drawn_poses").COUNT
    root = message.poses[:, message.joints.index("bone0")]
    np.testing.assert_allclose(root, np.broadcast_to(np.eye(4), root.shape), atol=1e-6)
    far = [np.abs(one - other).max() for place, one in enumerate(message.poses) for other in message.poses[:place]]
    assert min(far) > 0.01


def test_the_same_seed_draws_the_same_poses_and_another_one_others(character, shoot):
    one, again, other = (shoot(character.thing, "RANDOM", seed=seed).poses for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert np.abs(one[1:] - other[1:]).max() > 0.1


def test_bones_without_limits_keep_to_a_plausible_range_and_use_it(rooms, character, shoot):
    found = turns(shoot(character.thing, "RANDOM"), character, "bone3")
    most = np.degrees([rooms("scene.posing.drawn_poses").SWING, rooms("scene.posing.drawn_poses").TWIST])[[0, 1, 0]]
    assert (np.abs(found) <= most + 1e-3).all()
    assert (np.abs(found).max(axis=0) > 0.7 * most).all()


def test_limits_of_inverse_kinematics_are_respected(character, shoot):
    bone = character.bones["bone1"]
    bone.use_ik_limit_x, bone.ik_min_x, bone.ik_max_x = True, 0.0, np.radians(80)
    bone.lock_ik_z = True
    found = turns(shoot(character.thing, "RANDOM"), character, "bone1")
    assert found[:, 0].min() > -1e-3
    assert 60 < found[:, 0].max() < 80 + 1e-3
    assert np.abs(found[:, 2]).max() < 1e-3
    assert np.abs(found[:, 1]).max() > 1


def test_limit_rotation_constraints_in_local_space_are_respected_and_used_in_full(character, shoot):
    limit = character.bones["bone4"].constraints.new("LIMIT_ROTATION")
    limit.owner_space = "LOCAL"
    limit.use_limit_x, limit.min_x, limit.max_x = True, np.radians(-5), np.radians(60)
    found = turns(shoot(character.thing, "RANDOM"), character, "bone4")
    assert found[:, 0].min() > -5 - 1e-2
    assert 45 < found[:, 0].max() < 60 + 1e-2
    assert len(np.unique(found[:, 0].round(2))) == len(found)  # drawn within, not cut to size


def test_where_both_limits_are_the_narrower_ones_count_and_locked_axes_do_not_turn(rooms, character):
    bone = character.bones["bone1"]
    bone.use_ik_limit_x, bone.ik_min_x, bone.ik_max_x = True, -1.0, 0.5
    limit = bone.constraints.new("LIMIT_ROTATION")
    limit.owner_space = "LOCAL"
    limit.use_limit_x, limit.min_x, limit.max_x = True, -0.25, 1.0
    bone.lock_rotation[2] = True
    found = rooms("scene.posing.drawn_poses").limits(bone)
    np.testing.assert_allclose(found[0], (-0.25, 0.5), atol=1e-6)
    np.testing.assert_array_equal(found[2], (0, 0))


def test_jitter_stays_within_its_degrees_of_the_current_pose_which_is_there_too(rooms, character, shoot):
    message = shoot(character.thing, "CURRENT", jitter=10)
    assert len(message.poses) == 2 + rooms("scene.posing.drawn_poses").COUNT
    np.testing.assert_array_equal(message.poses[:2], shoot(character.thing, "CURRENT").poses)
    still = angles(message, character, "bone3")
    assert 6 < still.max() < 10 + 1e-3
    bent = turns(message, character, "bone2")
    assert np.abs(bent[:, 0] - np.degrees(0.5)).max() < 10.5
    assert np.abs(bent[:, 0] - np.degrees(0.5)).max() > 3


def test_jitter_leaves_locked_axes_alone(character, shoot):
    character.bones["bone3"].lock_rotation = (True, False, True)
    found = turns(shoot(character.thing, "CURRENT", jitter=20), character, "bone3")
    assert np.abs(found[:, [0, 2]]).max() < 1e-3
    assert np.abs(found[:, 1]).max() > 5


def test_a_limit_that_is_muted_does_not_count(rooms, character):
    drawn, bone = rooms("scene.posing.drawn_poses"), character.bones["bone4"]
    free = drawn.limits(bone)
    limit = bone.constraints.new("LIMIT_ROTATION")
    limit.owner_space, limit.use_limit_x, limit.mute = "LOCAL", True, True
    np.testing.assert_array_equal(drawn.limits(bone), free)


def test_without_jitter_the_current_pose_is_taken_as_it_is(character, shoot):
    assert len(shoot(character.thing, "CURRENT").poses) == 2


@pytest.mark.parametrize("which", ["CURRENT", "RANDOM"])
def test_the_artists_file_stays_as_it_is_byte_for_byte(blender, scenes, character, shoot, which):
    scenes.wave(character.rig)
    character.rig.pose.bones["bone2"].rotation_euler = (0.7, 0, 0)
    blender.context.view_layer.update()
    before = fingerprint(blender)
    shoot(character.thing, which, jitter=10)
    found = differences(before, fingerprint(blender))
    assert [line for line in found if "particle_edit/object" not in line] == []  # which is the object evaluated last


def test_an_animated_character_is_jittered_around_the_pose_of_this_frame(blender, scenes, character, shoot):
    scenes.wave(character.rig)
    blender.context.scene.frame_set(20)
    message = shoot(character.thing, "CURRENT", jitter=3)
    assert turns(message, character, "bone3")[0, 0] == pytest.approx(np.degrees(0.7), abs=0.1)
    assert 1 < angles(message, character, "bone3").max() < 3 + 1e-3


def drive(owner, path, rig, bone):
    """Have a number of the owner's be how far a bone is turned around its x axis, radians."""
    curve = owner.driver_add(path, 0)
    curve.driver.type = "SUM"
    variable = curve.driver.variables.new()
    variable.type = "TRANSFORMS"
    target = variable.targets[0]
    target.id, target.bone_target, target.transform_type = rig, bone, "ROT_X"
    target.transform_space, target.rotation_mode = "LOCAL_SPACE", "XYZ"


def test_constraints_and_drivers_follow_the_drawn_pose(blender, character, shoot):
    twin = character.bones["bone5"].constraints.new("COPY_ROTATION")
    twin.target, twin.subtarget = character.rig, "bone1"
    twin.target_space = twin.owner_space = "LOCAL"
    drive(character.bones["bone3"], "rotation_euler", character.rig, "bone1")
    blender.context.view_layer.update()
    message = shoot(character.thing, "RANDOM")
    leader = turns(message, character, "bone1")
    assert np.abs(leader[:, 0]).max() > 10
    np.testing.assert_allclose(turns(message, character, "bone5"), leader, atol=0.05)
    np.testing.assert_allclose(turns(message, character, "bone3")[:, 0], leader[:, 0], atol=0.05)


def test_a_part_that_a_driver_moves_follows_the_drawn_pose_too(blender, scenes, rooms, character):
    hat = scenes.cube("Hat")
    hat.parent = character.rig
    drive(hat, "location", character.rig, "bone1")
    blender.context.view_layer.update()
    draw = rooms("scene.posing.drawn_poses").Draw(seed=1)
    message = (
        rooms("scene.snapshot").snapshot(blender.context, [character.thing, hat], poses="RANDOM", draw=draw).character
    )
    moved = message.poses[1:, message.joints.index("Hat"), 0, 3]
    np.testing.assert_allclose(moved, np.radians(turns(message, character, "bone1")[:, 0]), atol=1e-3)


def test_bones_that_the_artist_has_put_out_of_sight_are_not_turned_unless_no_other_is_left(rooms, character):
    turned = rooms("scene.posing.drawn_poses").turned
    assert [bone.name for bone in turned(character.rig)] == [f"bone{index}" for index in range(1, 6)]
    hidden = character.rig.data.collections.new("mechanics")
    for name in ("bone1", "bone2"):
        hidden.assign(character.rig.data.bones[name])
    hidden.is_visible = False
    assert [bone.name for bone in turned(character.rig)] == ["bone3", "bone4", "bone5"]
    for bone in character.rig.data.bones:
        hidden.assign(bone)
    assert len(turned(character.rig)) == 5


def test_the_backend_skins_drawn_poses_as_blender_does(blender, rooms, character, shoot):
    drawn, seed = rooms("scene.posing.drawn_poses"), 5
    message = shoot(character.thing, "RANDOM", seed=seed)
    body = assemble(message)
    still = shaped(body, body.values, torch.zeros_like(body.vertices))
    posed = skin(still, body.poses, body.joints, body.weights).numpy()
    for index, _ in enumerate(drawn.strike(character.rig, "RANDOM", drawn.Draw(0, seed))):
        blender.context.view_layer.update()
        mesh = character.thing.evaluated_get(blender.context.evaluated_depsgraph_get()).data
        shown = np.array([character.thing.matrix_world @ vertex.co for vertex in mesh.vertices])
        assert np.abs(posed[1 + index] - shown).max() < 1e-5 * 3.2


def test_generate_draws_by_the_seed_and_a_series_by_each_of_its_seeds(blender, rooms, character, shoot):
    settings = blender.context.scene.clipmatrix
    settings.prompt, settings.poses, settings.seed, settings.variations = "a knight", "RANDOM", 4, 2
    operators, properties = rooms("interface.operators.job"), rooms("interface.properties")
    briefs = properties.variations(properties.brief(settings), 2)
    shot = operators._shoot(blender.context, [character.thing], "CURRENT", briefs[0])
    orders = operators._orders(blender.context, [character.thing], shot, briefs)
    for (sent, brief), seed in zip(orders, (4, 5), strict=True):
        assert brief.settings.seed == seed
        np.testing.assert_array_equal(sent.poses, shoot(character.thing, "RANDOM", seed=seed).poses)
    assert orders[1][0].parts is orders[0][0].parts
    settings.poses = "ACTION"
    assert operators._orders(blender.context, [character.thing], shot, briefs)[1][0] is shot.character
