"""Poses that no job has seen: the same each time, within limits, for any skeleton."""

import numpy as np
from clipmatrix.bodies import load_figure
from clipmatrix.evaluate.skeleton import Skeleton, inferred, skin_weights
from clipmatrix.evaluate.unseen import LIMB_LIMIT, SMALL, TRUNK_LIMIT, carried, unseen_poses
from msgspec.structs import replace


def chain(joints=4, turns=None):
    heads = np.stack([np.zeros(joints), np.zeros(joints), np.arange(joints)], axis=1).astype(float)
    parents = np.arange(joints) - 1
    turns = np.ones(joints, bool) if turns is None else np.array(turns)
    return Skeleton(tuple(f"bone{index}" for index in range(joints)), parents, heads, turns)


def angles(skeleton, poses):
    """Degrees that each joint turns against its parent: (F, J)."""
    found = np.zeros(poses.shape[:2])
    for joint, parent in enumerate(skeleton.parents):
        own = poses[:, joint, :3, :3]
        against = own if parent < 0 else np.swapaxes(poses[:, parent, :3, :3], 1, 2) @ own
        found[:, joint] = np.degrees(np.arccos(np.clip((np.trace(against, axis1=1, axis2=2) - 1) / 2, -1, 1)))
    return found


def test_the_same_seed_gives_the_same_poses_and_another_others():
    skeleton, loads = chain(), np.ones(4)
    first = unseen_poses(skeleton, loads)
    assert np.array_equal(first, unseen_poses(skeleton, loads))
    assert not np.allclose(first, unseen_poses(skeleton, loads, seed=1))
    assert len(first) == 8
    assert not np.allclose(first[0], first[1])


def test_joints_turn_rigidly_about_their_heads_within_limits():
    skeleton, loads = chain(), np.array([10.0, 5.0, 1.0, 0.5])
    poses = unseen_poses(skeleton, loads, count=20).astype(float)
    turned = poses[..., :3, :3]
    assert np.abs(turned @ np.swapaxes(turned, -1, -2) - np.eye(3)).max() < 1e-5
    for joint in range(1, 4):
        head = np.append(skeleton.heads[joint], 1)
        assert np.abs(poses[:, joint] @ head - poses[:, joint - 1] @ head).max() < 1e-5
    found = angles(skeleton, poses)
    assert (found[:, 0] < 0.1).all()
    assert (found[:, 1] <= TRUNK_LIMIT + 0.1).all()
    assert (found[:, 2:] <= LIMB_LIMIT + 0.1).all()
    assert found[:, 2:].max() > TRUNK_LIMIT


def test_a_joint_that_moves_little_turns_little():
    skeleton, loads = chain(), np.array([10.0, 10.0, 10.0, 0.5 * SMALL * 30])
    found = angles(skeleton, unseen_poses(skeleton, loads, count=20).astype(float))[:, 3]
    assert (found <= 10.1).all()
    assert found.max() > 5


def test_rigid_parts_go_with_their_bone_and_a_thing_without_joints_has_no_poses():
    hat = chain(turns=[True, True, True, False])
    poses = unseen_poses(hat, np.ones(4))
    assert np.allclose(poses[:, 3], poses[:, 2])
    assert len(unseen_poses(chain(turns=[False] * 4), np.ones(4))) == 0


def test_people_move_like_people(figure, figure_skeleton):
    poses = unseen_poses(figure_skeleton, np.ones(55), count=12)
    knees = [figure_skeleton.names.index(f"{side}_knee") for side in ("left", "right")]
    for knee in knees:
        turn = np.swapaxes(poses[:, figure_skeleton.parents[knee], :3, :3], 1, 2) @ poses[:, knee, :3, :3]
        bend = np.arctan2(turn[:, 2, 1], turn[:, 1, 1])  # about x; to the back is positive
        assert (bend > -0.01).all()
        assert bend.max() > 0.3


def test_a_skeleton_is_guessed_from_the_skin(figure, figure_skeleton):
    """With names of SMPL-X hierarchy and heads come near; without them most joints hang on their true neighbour."""
    named = inferred(figure)
    assert np.array_equal(named.parents, figure_skeleton.parents)
    weighted = skin_weights(figure).sum(axis=0) > 0
    off = np.linalg.norm(named.heads - figure_skeleton.heads, axis=1)[weighted & (named.parents >= 0)]
    assert np.median(off) < 0.03
    strange = inferred(replace(figure, joints=tuple(f"b{index}" for index in range(55))))
    true = {frozenset((joint, int(parent))) for joint, parent in enumerate(figure_skeleton.parents) if parent >= 0}
    guessed = {frozenset((joint, int(parent))) for joint, parent in enumerate(strange.parents) if parent >= 0}
    assert len(guessed & true) >= 0.8 * len(guessed)
    root = int(np.flatnonzero(strange.parents < 0)[carried(strange, np.ones(55))[strange.parents < 0].argmax()])
    assert load_figure().joint_names[root] in {"pelvis", "spine1", "spine2", "spine3", "neck", "head"}
