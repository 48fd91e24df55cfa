"""Poses that no job has seen: drawn from a seed, the same for every result of a skeleton.

Two rules, both about rotations of joints against their parents, in the axes of rest space; roots never turn.

* A skeleton with the joint names of SMPL-X takes the ranges of motion of people:
  :func:`clipmatrix.bodies.poses.random_pose` (standing, striding, gesturing, arms raised, sitting, crouching).
* Any other skeleton knows only how much each joint carries, as a share of the surface below it. What carries more
  than a third (hips, spine) turns by up to 12 degrees; what carries less than 2 % (fingers, jaw, eyes), of which many
  hang in a row, by up to 10; everything between (limbs, neck, wings, tail) by up to 40: about an axis drawn from the
  sphere. That a knee bends one way only is not known.
"""

import numpy as np
from scipy.spatial.transform import Rotation

from ..bodies.poses import random_pose
from ..bodies.skeleton import JOINT_NAMES
from .skeleton import Skeleton, is_human

SEED = 2109
COUNT = 8

TRUNK, SMALL = 1 / 3, 0.02
"""Shares of the surface that a joint carries, from which on it belongs to the trunk, and below which it is small."""

TRUNK_LIMIT, LIMB_LIMIT, SMALL_LIMIT = 12.0, 40.0, 10.0
"""Degrees."""


def unseen_poses(skeleton: Skeleton, loads: np.ndarray, count: int = COUNT, seed: int = SEED) -> np.ndarray:
    """Draw poses.

    Parameters
    ----------
    skeleton
        Its joints.
    loads
        (J,) how much of the surface each joint moves, any unit.
    count, seed
        How many, and which ones.

    Returns
    -------
    ndarray
        (count, J, 4, 4) float32 deform matrices; (0, J, 4, 4) where no joint can turn.
    """
    if not count or not skeleton.turns.any():
        return np.zeros((0, len(skeleton.names), 4, 4), np.float32)
    rng = np.random.default_rng(seed)
    if is_human(skeleton.names):
        turns = np.stack([_human(skeleton, rng) for _ in range(count)])
    else:
        turns = np.stack([_generic(skeleton, loads, rng) for _ in range(count)])
    return deformed(skeleton, turns)


def deformed(skeleton: Skeleton, turns: np.ndarray) -> np.ndarray:
    """Turn joints about their heads, parents first: (F, J, 4, 4) float32 from rotation vectors (F, J, 3)."""
    frames, joints = turns.shape[:2]
    local = np.tile(np.eye(4), (frames, joints, 1, 1))
    rotations = Rotation.from_rotvec(turns.reshape(-1, 3)).as_matrix().reshape(frames, joints, 3, 3)
    local[..., :3, :3] = rotations
    local[..., :3, 3] = skeleton.heads - np.einsum("fjab,jb->fja", rotations, skeleton.heads)
    for joint in skeleton.downwards():
        if skeleton.parents[joint] >= 0:
            local[:, joint] = local[:, skeleton.parents[joint]] @ local[:, joint]
    return local.astype(np.float32)


def carried(skeleton: Skeleton, loads: np.ndarray) -> np.ndarray:
    """Sum what each joint and all below it move, as a share of everything: (J,)."""
    total = loads.astype(float).copy()
    for joint in reversed(skeleton.downwards()):
        if skeleton.parents[joint] >= 0:
            total[skeleton.parents[joint]] += total[joint]
    return np.asarray(total / max(loads.sum(), 1e-12))


def _human(skeleton: Skeleton, rng: np.random.Generator) -> np.ndarray:
    drawn = dict(zip(JOINT_NAMES, random_pose(rng).rotations[0], strict=True))
    turns = np.array([drawn.get(name, np.zeros(3)) for name in skeleton.names])
    return turns * _free(skeleton)


def _generic(skeleton: Skeleton, loads: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    shares = carried(skeleton, loads)
    limits = np.where(shares > TRUNK, TRUNK_LIMIT, np.where(shares < SMALL, SMALL_LIMIT, LIMB_LIMIT))
    axes = rng.normal(size=(len(shares), 3))
    axes /= np.linalg.norm(axes, axis=1, keepdims=True)
    angles = np.deg2rad(limits) * rng.uniform(0.3, 1.0, len(shares))
    return axes * angles[:, None] * _free(skeleton)


def _free(skeleton: Skeleton) -> np.ndarray:
    return (skeleton.turns & (skeleton.parents >= 0))[:, None]
