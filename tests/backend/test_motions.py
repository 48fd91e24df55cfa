"""Motions are plausible, loop, stand on the ground, and forward kinematics does what SMPL-X means."""

import numpy as np
import pytest
from clipmatrix.bodies import JOINT_NAMES, Figure, Motion, deform_matrices, load_figure, reshaped
from clipmatrix.bodies.kinematics import from_smplx, posed_vertices, rotation_matrices, to_smplx
from clipmatrix.bodies.motion import grounded
from clipmatrix.bodies.motions import walk, wave
from clipmatrix.bodies.poses import a_pose, random_pose, stand, t_pose
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation


@pytest.fixture(scope="module")
def figure() -> Figure:
    return load_figure()


def posed(figure: Figure, motion: Motion) -> np.ndarray:
    return posed_vertices(figure, deform_matrices(figure, motion.rotations, motion.translation))


def posed_heads(figure: Figure, motion: Motion) -> dict[str, np.ndarray]:
    matrices = deform_matrices(figure, motion.rotations, motion.translation)
    heads = np.einsum("fjab,jb->fja", matrices[..., :3, :3], figure.joint_heads) + matrices[..., :3, 3]
    return dict(zip(figure.joint_names, heads.transpose(1, 0, 2), strict=True))


def moved_by(figure: Figure, names: tuple[str, ...]) -> np.ndarray:
    """Vertices that mostly follow joints whose names contain one of the words."""
    main = figure.skin_joints[np.arange(len(figure.skin_joints)), figure.skin_weights.argmax(axis=1)]
    wanted = [index for index, name in enumerate(figure.joint_names) if any(word in name for word in names)]
    return np.isin(main, wanted)


def test_no_rotation_is_the_identity(figure: Figure):
    matrices = deform_matrices(figure, np.zeros((2, 55, 3)), np.zeros((2, 3)))
    assert np.allclose(matrices, np.eye(4), atol=1e-6)
    assert np.allclose(posed(figure, t_pose())[0], figure.vertices, atol=1e-5)


def test_rotation_matrices_agree_with_scipy_also_near_zero_and_near_half_a_turn():
    rng = np.random.default_rng(3)
    vectors = rng.normal(size=(50, 3)) * np.array([1e-9, 1e-4, 0.1, 1.0, 3.0])[rng.integers(0, 5, 50), None]
    assert np.allclose(rotation_matrices(vectors), Rotation.from_rotvec(vectors).as_matrix(), atol=1e-12)


def test_a_joint_turns_its_descendants_about_its_head_and_nothing_else(figure: Figure):
    rotations = np.zeros((1, 55, 3))
    rotations[0, JOINT_NAMES.index("left_elbow")] = [0.0, 0.0, -np.pi / 2]
    matrices = deform_matrices(figure, rotations, np.zeros((1, 3)))[0]
    still = [i for i, name in enumerate(JOINT_NAMES) if not name.startswith("left_") or "hip" in name or "knee" in name]
    assert np.allclose(matrices[still], np.eye(4))
    elbow, wrist = (figure.joint_heads[JOINT_NAMES.index(f"left_{name}")] for name in ("elbow", "wrist"))
    matrix = matrices[JOINT_NAMES.index("left_wrist")]
    forward = matrix[:3, :3] @ wrist + matrix[:3, 3] - elbow
    assert np.allclose(forward, [0.0, -np.linalg.norm(wrist - elbow), 0.0], atol=2e-3), "the forearm points ahead"


def test_rotations_compose_down_the_chain(figure: Figure):
    rng = np.random.default_rng(5)
    rotations = rng.normal(0.0, 0.4, (3, 55, 3))
    translation = rng.normal(size=(3, 3))
    matrices = deform_matrices(figure, rotations, translation)
    chain = ("pelvis", "spine1", "spine2", "spine3", "left_collar", "left_shoulder")
    whole = Rotation.identity(3)
    for name in chain:
        whole = whole * Rotation.from_rotvec(rotations[:, JOINT_NAMES.index(name)])
    assert np.allclose(matrices[:, JOINT_NAMES.index(chain[-1]), :3, :3], whole.as_matrix(), atol=1e-6)
    pelvis = figure.joint_heads[0]
    assert np.allclose(matrices[:, 0, :3, :3] @ pelvis + matrices[:, 0, :3, 3], pelvis + translation, atol=1e-5)


def test_wrong_shapes_are_refused(figure: Figure):
    with pytest.raises(ValueError, match="expected rotations"):
        deform_matrices(figure, np.zeros((1, 24, 3)), np.zeros((1, 3)))


def test_smplx_axes_become_blender_axes():
    up, ahead, left = np.eye(3)[[1, 2, 0]]
    assert np.allclose(from_smplx(np.stack([up, ahead, left])), [[0, 0, 1], [0, -1, 0], [1, 0, 0]])


def test_a_smplx_rotation_means_the_same_after_the_change_of_axes():
    rng = np.random.default_rng(7)
    vectors, points = rng.normal(size=(2, 20, 3))
    turned = np.einsum("nab,nb->na", rotation_matrices(vectors), points)
    again = np.einsum("nab,nb->na", rotation_matrices(from_smplx(vectors)), from_smplx(points))
    assert np.allclose(from_smplx(turned), again)
    assert np.allclose(to_smplx(from_smplx(vectors)), vectors)


@pytest.mark.parametrize("make", [walk, wave])
def test_a_motion_has_the_promised_shape_and_pace(make):
    motion = make(frames=20, fps=30.0)
    assert motion.rotations.shape == (20, 55, 3)
    assert motion.rotations.dtype == np.float32
    assert motion.translation.shape == (20, 3)
    assert motion.fps == 30.0
    with pytest.raises(ValueError, match="at least 4 frames"):
        make(frames=3)


@pytest.mark.parametrize("make", [walk, wave])
def test_the_first_frame_follows_the_last_as_smoothly_as_any_other(figure: Figure, make):
    vertices = posed(figure, make())
    steps = np.linalg.norm(np.roll(vertices, -1, axis=0) - vertices, axis=2).max(axis=1)
    assert steps[-1] <= 1.05 * steps[:-1].max()
    assert steps.max() < 0.3, "metres a frame: nothing jumps"


def test_the_walk_is_the_same_for_both_sides_half_a_cycle_apart(figure: Figure):
    heads = posed_heads(figure, walk())
    mirror = np.array([-1.0, 1.0, 1.0])
    for name in ("ankle", "wrist", "knee"):
        assert np.allclose(heads[f"right_{name}"], np.roll(heads[f"left_{name}"], 12, axis=0) * mirror, atol=6e-3)


def test_walking_arms_swing_against_the_legs(figure: Figure):
    heads = posed_heads(figure, walk())
    left_foot = heads["left_ankle"][:, 1] - heads["right_ankle"][:, 1]
    left_hand = heads["left_wrist"][:, 1] - heads["right_wrist"][:, 1]
    assert np.corrcoef(left_foot, left_hand)[0, 1] < -0.9
    assert np.ptp(heads["left_wrist"][:, 1]) > 0.2


def test_walking_knees_bend_backward_only():
    bends = walk().rotations[:, [JOINT_NAMES.index("left_knee"), JOINT_NAMES.index("right_knee")]]
    assert (bends[..., 0] > 0.0).all()
    assert bends[..., 0].max() > np.radians(45.0)


def test_walking_feet_neither_float_nor_sink(figure: Figure):
    lowest = posed(figure, walk())[..., 2].min(axis=1)
    assert lowest.min() > -0.006
    assert lowest.max() < 0.01


def test_the_standing_foot_moves_straight_back_at_an_even_pace(figure: Figure):
    ball = posed_heads(figure, walk(frames=24))["left_foot"]
    speed = np.diff(ball, axis=0)[2:11]  # the left foot carries the weight
    assert speed[:, 1].min() > 0.75 * speed[:, 1].max()
    assert np.abs(speed[:, 0]).max() < 0.012


@pytest.mark.parametrize("make", [stand, walk, wave, a_pose])
def test_arms_keep_clear_of_trunk_and_legs(figure: Figure, make):
    arms = moved_by(figure, ("elbow", "wrist", "index", "middle", "ring", "pinky", "thumb"))
    trunk = moved_by(figure, ("pelvis", "spine", "hip", "knee", "head", "neck"))
    for vertices in posed(figure, make())[::3]:
        distance, _ = cKDTree(vertices[trunk]).query(vertices[arms])
        assert distance.min() > 0.01


def test_standing_hands_hang_beside_the_hips(figure: Figure):
    heads = posed_heads(figure, stand())
    for side, sign in (("left", 1.0), ("right", -1.0)):
        assert 0.25 < sign * heads[f"{side}_wrist"][0, 0] < 0.4
        assert heads[f"{side}_wrist"][0, 2] < heads["pelvis"][0, 2] + 0.05


def test_a_waving_hand_is_above_the_shoulder(figure: Figure):
    heads = posed_heads(figure, wave())
    assert (heads["right_wrist"][:, 2] > heads["right_shoulder"][:, 2] + 0.15).all()
    assert np.ptp(heads["right_wrist"][:, 0]) > 0.1


def test_the_same_seed_draws_the_same_poses():
    first, second = (random_pose(np.random.default_rng(11)) for _ in range(2))
    assert np.array_equal(first.rotations, second.rotations)
    assert np.array_equal(first.translation, second.translation)


def test_random_poses_differ_stand_on_the_ground_and_break_no_limb(figure: Figure):
    rng = np.random.default_rng(0)
    poses = [random_pose(rng) for _ in range(80)]
    for pose in poses:
        angles = np.degrees(np.linalg.norm(pose.rotations[0], axis=-1))
        assert angles.max() < 150.0
        for side, sign in (("left", -1.0), ("right", 1.0)):
            assert -1e-4 <= pose.rotations[0, JOINT_NAMES.index(f"{side}_knee"), 0] <= np.radians(100.0)
            assert -1e-4 <= sign * pose.rotations[0, JOINT_NAMES.index(f"{side}_elbow"), 2] <= np.radians(100.0)
    lowest = [posed(figure, pose)[0, :, 2].min() for pose in poses[::8]]
    assert np.abs(lowest).max() < 1e-4
    wrists = np.stack([posed_heads(figure, pose)["left_wrist"][0] for pose in poses])
    assert np.ptp(wrists, axis=0).min() > 0.4


def test_random_poses_seldom_put_an_arm_into_the_body(figure: Figure):
    rng = np.random.default_rng(1)
    arms = moved_by(figure, ("wrist", "index", "middle", "ring", "pinky", "thumb"))
    trunk = moved_by(figure, ("pelvis", "spine", "hip", "neck"))
    touching = 0
    for _ in range(60):
        vertices = posed(figure, random_pose(rng))[0]
        distance, _ = cKDTree(vertices[trunk]).query(vertices[arms])
        touching += distance.min() < 0.008
    assert touching <= 4


def test_a_child_walks_with_its_own_joints(figure: Figure):
    child = reshaped(figure, {"child": 1.0})
    motion = grounded(walk(), child)
    vertices = posed(child, motion)
    assert np.abs(vertices[..., 2].min(axis=1)).max() < 1e-4
    stretched = np.ptp(vertices[..., 0], axis=1).max()
    assert stretched < 0.75, "arms hang beside the small body"
