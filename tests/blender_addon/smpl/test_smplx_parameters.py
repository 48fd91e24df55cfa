"""Motions as smplx's parameters play like the same ones as AMASS has them; other forms are refused in words."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from tests.blender_addon.fingerprint import differences, fingerprint

from .test_recorded_motions import refused, smooth, write

FACE = ("jaw_pose", "leye_pose", "reye_pose")
HANDS = ("left_hand_pose", "right_hand_pose")


def parameters(rotations, places):
    """smplx's names for rotations (F, J, 3) of SMPL (24), of a body without hands (22), or of SMPL-X (55)."""
    frames, joints = rotations.shape[:2]
    body = 23 if joints == 24 else 21
    found = {"global_orient": rotations[:, 0], "body_pose": rotations[:, 1 : 1 + body], "transl": places}
    if joints == 55:
        found |= {name: rotations[:, 22 + number] for number, name in enumerate(FACE)}
        found |= {"left_hand_pose": rotations[:, 25:40], "right_hand_pose": rotations[:, 40:]}
    return {name: part.reshape(frames, -1) for name, part in found.items()}


def as_matrices(arrays):
    """The same, turned into matrices (F, J, 3, 3)."""

    def turned(rows):
        return Rotation.from_rotvec(rows.reshape(-1, 3)).as_matrix().reshape(len(rows), -1, 3, 3)

    return {name: part if name == "transl" else turned(part) for name, part in arrays.items()}


@pytest.fixture
def played(blender, rooms, figure):
    """The keys of the Action that a file becomes: values by bone's data path and channel, (F,) each."""

    def load(file, **options):
        assert blender.ops.clipmatrix.load_motion(filepath=str(file), **options) == {"FINISHED"}
        bags = rooms("bodies.curves").bags(figure.rig.animation_data.action)
        curves = [curve for bag in bags for curve in bag.fcurves]
        return {(one.data_path, one.array_index): [key.co[1] for key in one.keyframe_points] for one in curves}

    return load


@pytest.mark.parametrize("form", [dict, as_matrices], ids=["axis-angle", "matrices"])
@pytest.mark.parametrize("joints", [22, 24, 55])
def test_parameters_play_as_poses_do(played, tmp_path, joints, form):
    rotations, places = smooth(7, joints)
    np.savez(tmp_path / "b.npz", mocap_frame_rate=60.0, betas=np.zeros(10), **form(parameters(rotations, places)))
    one, other = played(write(tmp_path / "a.npz", rotations, places)), played(tmp_path / "b.npz")
    assert one.keys() == other.keys()
    assert np.abs(np.array(list(one.values()))).max() > 0.1
    assert max(np.abs(np.subtract(one[channel], other[channel])).max() for channel in one) < 1e-5


def test_poses_may_be_matrices(played, tmp_path):
    rotations, places = smooth(7, 24)
    np.savez(tmp_path / "b.npz", fps=60.0, trans=places, **as_matrices({"poses": rotations.reshape(7, -1)}))
    one, other = played(write(tmp_path / "a.npz", rotations, places)), played(tmp_path / "b.npz")
    assert max(np.abs(np.subtract(one[channel], other[channel])).max() for channel in one) < 1e-5


def test_hands_may_come_without_a_face(played, tmp_path):
    rotations, places = smooth(7, 55)
    rotations[:, 22:25] = 0
    arrays = parameters(rotations, places)
    np.savez(tmp_path / "b.npz", mocap_frame_rate=60.0, **{name: arrays[name] for name in arrays if name not in FACE})
    one, other = played(write(tmp_path / "a.npz", rotations, places)), played(tmp_path / "b.npz")
    assert max(np.abs(np.subtract(one[channel], other[channel])).max() for channel in one) < 1e-6


@pytest.mark.parametrize("form", ["a row", "a list", "parameters"])
def test_a_single_pose_is_a_motion_of_one_frame(played, tmp_path, form):
    rotations, places = smooth(1, 24)
    given = {"poses": rotations.reshape(1, -1), "trans": places}
    if form == "a list":
        given = {"poses": rotations.reshape(-1), "trans": places[0]}
    elif form == "parameters":
        given = {name: part[0] for name, part in parameters(rotations, places).items()}
    np.savez(tmp_path / "b.npz", **given)
    found = played(tmp_path / "b.npz")
    assert {len(keys) for keys in found.values()} == {1}
    wanted = played(write(tmp_path / "a.npz", rotations, places))
    assert max(np.abs(np.subtract(found[channel], wanted[channel])).max() for channel in found) < 1e-6


WORLDS = {"Z": [np.pi / 2, 0, 0], "Y": [0, 0, 0], "-Y": [np.pi, 0, 0]}


@pytest.mark.parametrize("upright", WORLDS)
def test_which_way_is_up_is_seen_from_how_the_body_mostly_stands(played, tmp_path, upright):
    """A walk in each of the three worlds, with a bow in it."""
    rotations, places = smooth(20, 22)
    waves = Rotation.from_rotvec(np.linspace(0, 2, 20)[:, None] * [0, 1, 0]) * Rotation.from_rotvec(
        0.3 * rotations[:, 1]
    )
    waves = waves * Rotation.from_rotvec(np.where(np.arange(20) > 15, 1.5, 0)[:, None] * [1, 0, 0])
    rotations[:, 0] = (Rotation.from_rotvec(WORLDS[upright]) * waves).as_rotvec()
    file = write(tmp_path / "a.npz", rotations, Rotation.from_rotvec(WORLDS[upright]).apply(places))
    found = played(file)
    assert [found == played(file, upright=world) for world in WORLDS] == [world == upright for world in WORLDS]


def test_a_body_that_lies_all_the_time_is_taken_for_one_of_amass(played, tmp_path):
    rotations, places = smooth(7, 22)
    rotations[:, 0] = [0, 0, np.pi / 2]
    file = write(tmp_path / "a.npz", rotations, places)
    assert played(file) == played(file, upright="Z") != played(file, upright="Y")


ZEROS = {"global_orient": np.zeros((4, 3)), "body_pose": np.zeros((4, 63))}


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"body_pose": np.zeros((4, 63))}, "has no poses"),
        ({**ZEROS, "body_pose": np.zeros((4, 66))}, "66 numbers in “body_pose” a frame, not 63 or 69"),
        ({**ZEROS, "body_pose": np.zeros((5, 63))}, "4 frames in “global_orient”, but 5 in “body_pose”"),
        ({**ZEROS, "global_orient": np.zeros((4, 4))}, "4 numbers in “global_orient” a frame, not 3"),
        ({**ZEROS, "left_hand_pose": np.zeros((4, 12))}, "not as components of a PCA"),
        (
            {**ZEROS, "body_pose": np.zeros((4, 69)), "jaw_pose": np.zeros((4, 3))},
            "a body of SMPL with hands or a face",
        ),
        ({**ZEROS, "transl": np.zeros((3, 4))}, "4 poses, but not as many places (“transl”)"),
        ({**ZEROS, "body_pose": np.ones((4, 21, 3, 3))}, "matrices in “body_pose” that are no rotations"),
        ({**ZEROS, "global_orient": -np.eye(3)[None].repeat(4, 0)}, "“global_orient” that are no rotations"),
        ({**ZEROS, "global_orient": np.full((4, 3), np.inf)}, "not finite"),
    ],
)
def test_other_forms_are_refused_in_words_and_nothing_changes(blender, figure, tmp_path, arrays, said):
    np.savez(tmp_path / "a.npz", **arrays)
    before = fingerprint(blender)
    assert said in refused(blender.ops.clipmatrix.load_motion, filepath=str(tmp_path / "a.npz"))
    assert differences(before, fingerprint(blender)) == []
