"""The artist chooses an Action and its frames; the character and its scene stay as they are."""

from types import SimpleNamespace

import numpy as np
import pytest

from .strict_layout import StrictLayout


def wave(rig, name, *, angle, frames=(1, 20), bone="bone1"):
    """An Action that bends one bone, which is left assigned to nothing."""
    own = rig.animation_data.action if rig.animation_data else None
    if rig.animation_data:
        rig.animation_data.action = None
    pose = rig.pose.bones[bone]
    pose.rotation_mode = "XYZ"
    for frame, value in zip(frames, (0.0, angle), strict=True):
        pose.rotation_euler = (value, 0, 0)
        pose.keyframe_insert("rotation_euler", frame=frame)
    action = rig.animation_data.action
    action.name = name
    action.use_fake_user = True
    rig.animation_data.action = own
    pose.rotation_euler = (0, 0, 0)
    return action


@pytest.fixture
def stage(blender, scenes, rooms):
    """A character that plays "nod", a second Action "bow" that it could play, and its settings."""
    thing, rig = scenes.character()
    nod, bow = wave(rig, "nod", angle=0.2), wave(rig, "bow", angle=1.0, frames=(11, 31))
    rig.animation_data.action = nod
    settings = rooms("interface.properties").of(blender.context.scene)
    scenes.select(thing)
    return SimpleNamespace(thing=thing, rig=rig, nod=nod, bow=bow, settings=settings)


@pytest.fixture
def bends(blender, rooms, stage):
    """How far bone1 bends against bone0, radians, in each of the snapshot's poses."""

    def call():
        properties, snapshot = rooms("interface.properties"), rooms("scene.snapshot").snapshot
        shot = snapshot(
            blender.context,
            [stage.thing],
            poses=stage.settings.poses,
            playing=properties.playing(stage.settings),
        )
        below, above = (shot.character.joints.index(name) for name in ("bone0", "bone1"))
        turns = np.linalg.inv(shot.character.poses[:, below]) @ shot.character.poses[:, above]
        return np.arccos(np.clip((np.trace(turns[:, :3, :3], axis1=1, axis2=2) - 1) / 2, -1, 1))

    return call


def test_the_armatures_own_action_is_sampled_where_none_is_chosen(bends):
    assert bends().max() == pytest.approx(0.2, abs=1e-3)


def test_a_chosen_action_is_sampled_over_all_its_frames(stage, bends):
    stage.settings.action = stage.bow
    found = bends()
    assert found.max() == pytest.approx(1.0, abs=1e-3)
    assert len(found) == 16  # frame 11 is the rest pose, which is there anyway


def test_strips_of_the_nla_do_not_mix_into_a_chosen_action(stage, bends):
    sway = wave(stage.rig, "sway", angle=0.7, bone="bone0")
    strip = stage.rig.animation_data.nla_tracks.new().strips.new("nod", 1, stage.nod)
    strip.frame_end = 200
    stage.rig.animation_data.action = None
    stage.settings.action = sway
    assert bends().max() < 1e-3, "only bone0 moves in it"


def test_a_range_of_frames_is_sampled_alone(stage, bends):
    stage.settings.action, stage.settings.frames = stage.bow, "RANGE"
    stage.settings.first_frame, stage.settings.last_frame = 20, 22
    found = bends()
    assert len(found) == 4
    assert 0.3 < found[1:].min() <= found[1:].max() < 0.7


def test_the_artists_pose_frame_and_action_stay(blender, stage, bends):
    scene = blender.context.scene
    scene.frame_set(7)
    stage.rig.pose.bones["bone1"].rotation_euler = (0.77, 0, 0)  # posed by hand, without a key
    blender.context.view_layer.update()
    stage.settings.action = stage.bow
    objects, actions = set(blender.data.objects), set(blender.data.actions)
    bends()
    blender.context.view_layer.update()
    assert stage.rig.pose.bones["bone1"].rotation_euler[0] == pytest.approx(0.77)
    assert stage.rig.animation_data.action == stage.nod
    assert scene.frame_current == 7
    assert (set(blender.data.objects), set(blender.data.actions)) == (objects, actions)


def test_bone_parented_parts_follow_the_chosen_action(blender, scenes, rooms, stage):
    hat = scenes.cube("Hat", size=0.2)
    holder = scenes.add("Holder", None)
    holder.parent, holder.parent_type, holder.parent_bone = stage.rig, "BONE", "bone2"
    hat.parent = holder
    blender.context.view_layer.update()
    playing = rooms("scene.posing.actions").Playing("bow", None)
    shot = rooms("scene.snapshot").snapshot(blender.context, [stage.thing, hat], playing=playing)
    joints = shot.character.joints
    moved = shot.character.poses[:, joints.index("Hat")] - shot.character.poses[:, joints.index("bone2")]
    assert np.abs(moved).max() < 1e-5
    assert np.abs(shot.character.poses[-1, joints.index("Hat")] - np.eye(4)).max() > 0.5


def test_only_actions_that_move_the_characters_bones_can_be_chosen(blender, scenes, rooms, stage):
    other = scenes.chain("Other")
    other.data.bones[0].name = "elsewhere"
    foreign = wave(other, "foreign", angle=1.0, bone="elsewhere")
    actions = rooms("scene.posing.actions")
    assert [action.name for action in blender.data.actions if actions.fits(action, stage.rig)] == ["bow", "nod"]
    stage.settings.action = foreign
    with pytest.raises(rooms("errors").Refusal, match=r"“foreign” moves no bone of Rig\. Choose"):
        actions.chosen(rooms("interface.properties").playing(stage.settings), stage.rig)


def test_a_range_that_runs_backwards_is_refused(rooms, stage):
    stage.settings.frames, stage.settings.first_frame, stage.settings.last_frame = "RANGE", 9, 2
    with pytest.raises(rooms("errors").Refusal, match="from frame 9 back to frame 2"):
        rooms("interface.properties").playing(stage.settings)


@pytest.mark.parametrize(
    ("choose", "words"),
    [
        ({}, "nod, frames 1 to 20"),
        ({"frames": "RANGE", "first_frame": 3, "last_frame": 5}, "nod, frames 3 to 5"),
    ],
)
def test_the_panel_says_which_poses_a_job_would_get(rooms, stage, choose, words):
    for name, value in choose.items():
        setattr(stage.settings, name, value)
    assert rooms("interface.properties").poses_in_words(stage.settings) == words


def test_the_panel_shows_why_a_job_would_get_no_poses(blender, rooms, stage):
    stage.settings.frames, stage.settings.first_frame, stage.settings.last_frame = "RANGE", 9, 2
    layout = StrictLayout(blender)
    rooms("interface.panels.settings").show_poses(layout, blender.context)
    assert "The poses run from frame 9 back to frame 2." in " ".join(layout.drawn)


def test_without_an_action_the_panel_promises_the_current_pose(rooms, stage):
    stage.rig.animation_data_clear()
    assert rooms("interface.properties").poses_in_words(stage.settings) == "No Action: the current pose"
