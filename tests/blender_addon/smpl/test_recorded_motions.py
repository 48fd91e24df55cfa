"""A recorded motion makes a body move as smplx says, whichever of the models it was recorded for."""

import numpy as np
import pytest
from clipmatrix.bodies.kinematics import from_smplx
from clipmatrix.bodies.smpl.kinds import SMPL, SMPL_H, SMPL_X

from tests.blender_addon.fingerprint import differences, fingerprint

TOLERANCE = 3e-4
"""Metres, of a vertex in a frame; correctives of many frames share a few shapes."""

WIDTHS = {22: 66, 24: 72, 52: 156, 55: 165}


@pytest.fixture
def shown(rooms, blender):
    """The pose of a rig at a frame, (J, 3) axis-angle in the armature's axes."""

    def read(rig, frame):
        blender.context.scene.frame_set(frame)
        origin = rooms("bodies.memory").recall(rig.children[0].data)
        return rooms("bodies.posing").rotations_now(rig, origin, blender.context.evaluated_depsgraph_get())

    return read


def smooth(frames, joints, seed=0, size=0.4):
    """Rotations (F, J, 3) and places (F, 3) that change a little from frame to frame; the pelvis lies as in AMASS."""
    random = np.random.default_rng(seed)
    time = np.linspace(0, 1, frames)[:, None, None]
    waves = np.sin(2 * time + random.uniform(0, 6, (joints, 3))) * random.normal(0, size, (joints, 3))
    waves[:, 0] = [np.pi / 2, 0, 0] + 0.3 * waves[:, 0]
    return waves, np.stack([np.linspace(0, 2, frames), np.linspace(1, 0.5, frames), np.full(frames, 0.9)], axis=1)


def write(path, rotations, places, **more):
    given = {"trans": places, "mocap_framerate": np.array(60.0), "gender": np.array("neutral"), **more}
    np.savez(path, poses=rotations.reshape(len(rotations), -1), betas=np.zeros(16), **given)
    return str(path)


def refused(operator, **options):
    with pytest.raises(RuntimeError) as caught:
        operator(**options)
    return str(caught.value)


DOWN = np.array([1.0, -1.0, -1.0])
"""Half a turn about x: places where Y points down, in SMPL's own axes."""


@pytest.mark.parametrize("upright", ["Z", "Y", "-Y"])
@pytest.mark.parametrize("kind", [SMPL_X, SMPL_H, SMPL], ids=lambda kind: kind.smplx_class)
def test_a_body_moves_as_smplx_says(blender, talk, model, tmp_path, kind, upright):
    body = model(kind).with_reference()
    body.add(talk)
    betas = np.random.default_rng(5).uniform(-2, 2, 10)
    for number, value in enumerate(betas):
        body.keys[f"shape_{number}"].value = value
    blender.ops.clipmatrix.fit_bones()
    blender.context.scene.render.fps = 30
    rotations, places = smooth(21, len(kind.joints))
    file = write(tmp_path / "walk.npz", rotations, places)
    assert blender.ops.clipmatrix.load_motion(filepath=file, upright=upright) == {"FINISHED"}
    blender.ops.clipmatrix.pose_correctives(frames="ACTION")
    talk.answer()
    assert talk.session.error is None
    apart = []
    for frame in range(1, 12):
        blender.context.scene.frame_set(frame)
        at = 2 * (frame - 1)
        wanted = body.reference(betas, np.zeros(10), rotations[at], places[at]).astype(np.float64)
        stands = {"Z": wanted, "Y": from_smplx(wanted), "-Y": from_smplx(wanted * DOWN)}
        apart.append(body.evaluated() - stands[upright])
    offset = apart[0].mean(axis=0)
    assert np.abs(np.array(apart) - offset).max() < TOLERANCE


def test_the_lowest_joint_comes_as_low_as_feet_stand(blender, figure, tmp_path):
    rotations, places = smooth(40, 52)
    blender.ops.clipmatrix.load_motion(filepath=write(tmp_path / "a.npz", rotations, places + np.array([0, 0, 7])))
    standing = min(bone.head_local.z for bone in figure.rig.data.bones)
    heights = []
    for frame in range(1, int(figure.rig.animation_data.action.frame_end) + 1):
        blender.context.scene.frame_set(frame)
        heights.append(min(bone.head.z for bone in figure.rig.pose.bones))
    assert min(heights) == pytest.approx(standing, abs=1e-4)


@pytest.mark.parametrize("from_here", [True, False])
def test_a_motion_begins_at_the_armature_or_where_its_world_has_it(blender, figure, tmp_path, from_here):
    rotations, places = smooth(5, 22)
    file = write(tmp_path / "a.npz", rotations, places + np.array([3, -4, 0]), mocap_framerate=np.array(24.0))
    blender.ops.clipmatrix.load_motion(filepath=file, from_here=from_here)
    pelvis, found = figure.rig.pose.bones[0], []
    for frame in (1, 3):
        blender.context.scene.frame_set(frame)
        found.append(np.array(pelvis.head - pelvis.bone.head_local)[:2])
    np.testing.assert_allclose(found[1] - found[0], (places[2] - places[0])[:2], atol=1e-5)
    there = [places[0, 0] + 3, places[0, 1] - 4]
    np.testing.assert_allclose(found[0], [0, 0] if from_here else there, atol=1e-5)


@pytest.mark.parametrize("joints", WIDTHS)
def test_the_figure_plays_what_was_recorded_for_any_model(figure, shown, blender, tmp_path, joints):
    rotations, places = smooth(3, joints, size=0.3)
    file = write(tmp_path / "a.npz", rotations, places, mocap_framerate=np.array(24.0))
    assert blender.ops.clipmatrix.load_motion(filepath=file) == {"FINISHED"}
    found, wanted = shown(figure.rig, 2), np.zeros((55, 3))
    wanted[1:22] = from_smplx(rotations[1, 1:22])
    if joints > 24:
        wanted[25:] = from_smplx(rotations[1, -30:])
    if joints == 55:
        wanted[22:25] = from_smplx(rotations[1, 22:25])
    np.testing.assert_allclose(found[1:], wanted[1:], atol=2e-5)


@pytest.mark.parametrize(("joints", "kind"), [(55, SMPL_H), (52, SMPL), (55, SMPL), (24, SMPL)])
def test_a_body_takes_the_joints_that_it_has(blender, talk, model, shown, tmp_path, joints, kind):
    body = model(kind)
    body.add(talk)
    rotations, places = smooth(3, joints, size=0.3)
    blender.ops.clipmatrix.load_motion(
        filepath=write(tmp_path / "a.npz", rotations, places, mocap_framerate=np.array(24.0))
    )
    found, wanted = shown(body.rig, 3), np.zeros((len(kind.joints), 3))
    wanted[1:22] = from_smplx(rotations[2, 1:22])
    if kind is SMPL_H:
        wanted[22:] = from_smplx(rotations[2, 25:])
    elif joints == 24:
        wanted[22:] = from_smplx(rotations[2, 22:])
    np.testing.assert_allclose(found[1:], wanted[1:], atol=2e-5)


def test_keys_are_at_the_scenes_frames_whatever_the_recordings_speed(blender, figure, shown, tmp_path):
    rotations = np.zeros((121, 22, 3))
    rotations[:, 4, 0] = np.linspace(0, 1.2, 121)  # a knee, evenly, over a second
    file = write(tmp_path / "a.npz", rotations, np.zeros((121, 3)), mocap_framerate=np.array(120.0))
    blender.ops.clipmatrix.load_motion(filepath=file)
    action = figure.rig.animation_data.action
    assert (action.name, action.frame_start, action.frame_end, action.use_cyclic) == ("a", 1, 25, False)
    for frame in (1, 8, 25):
        assert shown(figure.rig, frame)[4, 0] == pytest.approx(1.2 * (frame - 1) / 24, abs=1e-4)


def test_a_part_of_a_recording_is_taken(blender, figure, shown, tmp_path):
    rotations = np.zeros((121, 22, 3))
    rotations[:, 4, 0] = np.linspace(0, 1.2, 121)
    file = write(tmp_path / "a.npz", rotations, np.zeros((121, 3)), mocap_framerate=np.array(120.0))
    blender.ops.clipmatrix.load_motion(filepath=file, first=0.5, seconds=0.25, update_scene_duration=True)
    scene = blender.context.scene
    assert (scene.frame_start, scene.frame_end) == (1, 7)
    assert shown(figure.rig, 1)[4, 0] == pytest.approx(0.6, abs=1e-4)
    assert shown(figure.rig, 7)[4, 0] == pytest.approx(0.9, abs=1e-4)


def test_what_the_body_played_before_is_kept_and_bones_turn_as_the_motion_says(blender, figure, tmp_path):
    before = figure.rig.animation_data.action
    before.use_fake_user = False
    name = before.name
    figure.rig.pose.bones["left_elbow"].rotation_mode = "XYZ"
    blender.ops.clipmatrix.load_motion(filepath=write(tmp_path / "a.npz", *smooth(5, 52)))
    assert figure.rig.animation_data.action.name == "a"
    assert blender.data.actions[name].use_fake_user
    assert figure.rig.pose.bones["left_elbow"].rotation_mode == "QUATERNION"


@pytest.mark.parametrize("master", [False, True])
def test_a_pelvis_whose_location_is_not_local_goes_the_same_way(blender, figure, tmp_path, master):
    rotations, places = smooth(5, 52)
    file = write(tmp_path / "a.npz", rotations, places, mocap_framerate=np.array(24.0))
    blender.ops.clipmatrix.load_motion(filepath=file)
    blender.context.scene.frame_set(5)
    wanted = np.array(figure.rig.pose.bones["pelvis"].matrix)
    blender.context.view_layer.objects.active = figure.rig
    blender.ops.object.mode_set(mode="EDIT")
    bones = figure.rig.data.edit_bones
    if master:
        above = bones.new("master")
        above.head, above.tail, above.roll = (0, 0, 0), (0.1, 0.3, 0.2), 0.4
        bones["pelvis"].parent = above
    bones["pelvis"].use_local_location = False
    blender.ops.object.mode_set(mode="OBJECT")
    blender.ops.clipmatrix.load_motion(filepath=file)
    blender.context.scene.frame_set(5)
    np.testing.assert_allclose(np.array(figure.rig.pose.bones["pelvis"].matrix), wanted, atol=1e-5)


def test_what_the_action_before_stretched_is_at_rest_but_not_what_the_artist_has(blender, figure, tmp_path):
    elbow, head = figure.rig.pose.bones["left_elbow"], figure.rig.pose.bones["head"]
    elbow.scale, elbow.location = (1, 2, 1), (0.1, 0, 0)
    elbow.keyframe_insert("scale", frame=1)
    elbow.keyframe_insert("location", frame=1)
    head.scale = (1.5, 1.5, 1.5)
    blender.ops.clipmatrix.load_motion(filepath=write(tmp_path / "a.npz", *smooth(5, 52)))
    blender.context.scene.frame_set(2)
    assert (*elbow.scale, *elbow.location) == (1, 1, 1, 0, 0, 0)
    assert head.scale[0] == 1.5


@pytest.mark.parametrize(
    ("change", "warns"),
    [({}, False), ({"action_influence": 0.5}, True), ({"action_blend_type": "ADD"}, True), ({"solo": True}, True)],
)
def test_an_nla_that_shows_something_else_is_named(blender, figure, tmp_path, capfd, change, warns):
    animation = figure.rig.animation_data
    track = animation.nla_tracks.new()
    track.strips.new("walk", 1, animation.action)
    for name, value in change.items():
        if name == "solo":
            track.is_solo = value
        else:
            setattr(animation, name, value)
    blender.ops.clipmatrix.load_motion(filepath=write(tmp_path / "a.npz", *smooth(5, 52)))
    assert ("changes what is seen of the motion" in capfd.readouterr().out) == warns


def test_a_file_that_does_not_say_its_speed_is_played_at_the_usual_one(blender, figure, tmp_path, capfd):
    np.savez(tmp_path / "a.npz", poses=np.zeros((61, 66)))
    assert blender.ops.clipmatrix.load_motion(filepath=str(tmp_path / "a.npz")) == {"FINISHED"}
    assert figure.rig.animation_data.action.frame_end == 49  # two seconds of 24 frames
    assert "30 frames a second" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"v_template": np.zeros((10, 3))}, "is a body's model file"),
        ({"marker_data": np.zeros((10, 3))}, "has no poses"),
        ({"poses": np.zeros((4, 63))}, "63 numbers a frame"),
        ({"poses": np.full((4, 72), np.nan)}, "not finite"),
        ({"poses": np.zeros((0, 72))}, "no numbers in “poses”"),
        ({"poses": np.array(["a"])}, "no numbers in “poses”"),
        ({"poses": np.array([{}], object)}, "can't be read"),
        ({"poses": np.zeros((4, 72)), "trans": np.zeros((3, 3))}, "4 poses, but not as many places"),
        ({"poses": np.zeros((4, 72)), "mocap_framerate": np.array(0.0)}, "0 frames a second"),
    ],
)
def test_other_files_are_refused_in_words_and_nothing_changes(blender, figure, tmp_path, arrays, said):
    np.savez(tmp_path / "a.npz", **arrays)
    before = fingerprint(blender)
    assert said in refused(blender.ops.clipmatrix.load_motion, filepath=str(tmp_path / "a.npz"))
    assert differences(before, fingerprint(blender)) == []


@pytest.mark.parametrize("content", [b"", b"not an archive", b"PK\x03\x04 torn"])
def test_what_is_no_archive_is_refused(blender, figure, tmp_path, content):
    (tmp_path / "a.npz").write_bytes(content)
    assert "can't be read" in refused(blender.ops.clipmatrix.load_motion, filepath=str(tmp_path / "a.npz"))
    np.save(tmp_path / "a.npy", np.zeros((4, 72)))
    assert "no archive" in refused(blender.ops.clipmatrix.load_motion, filepath=str(tmp_path / "a.npy"))
    assert "can't be read" in refused(blender.ops.clipmatrix.load_motion, filepath=str(tmp_path / "none.npz"))


def test_what_can_not_be_done_is_said_and_nothing_changes(blender, figure, tmp_path):
    file = write(tmp_path / "a.npz", *smooth(5, 52))
    before = fingerprint(blender)
    assert "is over after 0.1 seconds" in refused(blender.ops.clipmatrix.load_motion, filepath=file, first=3.0)
    assert "No motion file" in refused(blender.ops.clipmatrix.load_motion, filepath=" ")
    assert differences(before, fingerprint(blender)) == []
    figure.rig.data.bones["neck"].name = "throat"
    assert "no bone neck" in refused(blender.ops.clipmatrix.load_motion, filepath=file)
    assert "a" not in blender.data.actions
