"""Poses that come from more than keyed bones, and those that are none."""

import numpy as np
import pytest

from .asking import read, refusal


def test_a_part_on_an_armature_constraint_follows_the_action_that_is_chosen(blender, scenes, rooms):
    thing, rig = scenes.character()
    hat = scenes.cube("Hat")
    target = hat.constraints.new("ARMATURE").targets.new()
    target.target, target.subtarget = rig, "bone2"
    action = scenes.wave(rig)
    scenes.select(thing)
    own = read(blender, rooms).character.poses
    rig.animation_data.action = None
    action.use_fake_user = True
    for bone in rig.pose.bones:
        bone.rotation_euler = (0, 0, 0)
    chosen = read(blender, rooms, playing=rooms("scene.posing.actions").Playing(action.name)).character.poses
    assert np.abs(own[-1] - own[0]).max() > 0.1
    np.testing.assert_allclose(chosen, own, atol=1e-5)


def test_a_pose_that_is_no_number_is_refused(blender, scenes, rooms):
    _, rig = scenes.character()
    rig.pose.bones["bone1"].location.x = float("nan")
    blender.context.view_layer.update()
    assert "Rig takes a pose that is no number" in refusal(blender, rooms).message


def test_more_shape_keys_than_a_message_holds_are_refused_before_they_fill_the_memory(
    blender, scenes, rooms, monkeypatch
):
    thing, _ = scenes.character()
    thing.shape_key_add(name="Basis")
    for name in ("wide", "tall"):
        thing.shape_key_add(name=name)
    monkeypatch.setattr(rooms("scene.geometry"), "MAX_FRAME_BYTES", 104 * 12 * 2 - 1)
    found = refusal(blender, rooms)
    assert "2 shape keys on 104 vertices" in found.message
    thing.data.shape_keys.key_blocks["tall"].mute = True
    assert len(read(blender, rooms).character.shapes) == 1


def test_what_the_protocol_would_refuse_is_a_refusal_too(blender, scenes, rooms, monkeypatch):
    scenes.character()
    monkeypatch.setattr(rooms("scene.snapshot"), "_start_offsets", lambda *_: (np.zeros((1, 3), np.float32),))
    assert "can't be sent" in refusal(blender, rooms).message


@pytest.mark.parametrize("poses", ["ACTION", "CURRENT", "REST"])
def test_an_armature_shown_at_rest_is_sampled_and_left_at_rest(blender, scenes, rooms, poses):
    _, rig = scenes.character()
    scenes.wave(rig)
    rig.data.pose_position = "REST"
    read(blender, rooms, poses=poses)
    assert rig.data.pose_position == "REST"


@pytest.mark.parametrize(("poses", "least"), [("ACTION", 10), ("RANDOM", 21)])
def test_an_armature_left_in_rest_position_is_looked_at_in_motion_where_that_is_asked_for(
    blender, scenes, rooms, poses, least
):
    _, rig = scenes.character()
    scenes.wave(rig)
    rig.data.pose_position = "REST"
    assert len(read(blender, rooms, poses=poses).character.poses) >= least


def test_of_an_action_for_two_characters_the_own_slot_is_played(blender, scenes, rooms):
    column, rig = scenes.character()
    hero = scenes.chain("Hero")
    action = blender.data.actions.new("scene")
    if not hasattr(action, "slots"):
        pytest.skip("Actions have slots from Blender 4.4 on")
    for one, angle in ((hero, 1.0), (rig, 0.25)):
        data = one.animation_data_create()
        data.action = action
        data.action_slot = action.slots.new("OBJECT", one.name)
        bone = one.pose.bones["bone0"]
        bone.rotation_mode = "XYZ"
        bone.rotation_euler = (angle, 0, 0)
        bone.keyframe_insert("rotation_euler", frame=1)
    rig.animation_data_clear()
    scenes.select(column)
    playing = rooms("scene.posing.actions").Playing("scene")
    shot = read(blender, rooms, poses="ACTION", playing=playing).character
    turn = shot.poses[-1, shot.joints.index("bone0")][:3, :3]
    assert np.arccos((np.trace(turn) - 1) / 2) == pytest.approx(0.25, abs=1e-3)
