"""Poses of one frame: the T-pose, the A-pose, standing, and plausible random ones."""

from collections.abc import Callable

import numpy as np

from .embedded import load_figure
from .motion import Motion, grounded
from .rotations import SIDES, ankle, elbow, fingers, hip, joint_rotations, knee, shoulder, spine, turned

FPS = 24.0
ARM_DOWN = 74.0
"""Degrees from the T-pose at which an arm hangs beside the body without touching it."""

Joints = dict[str, np.ndarray]


def _pose(name: str, joints: Joints) -> Motion:
    return Motion(name, FPS, joint_rotations(1, joints), np.zeros((1, 3), np.float32))


def _arms(lowered: float, bend: float) -> Joints:
    """Both arms alike; the collar takes a small part of the movement, as a real shoulder girdle does."""
    joints = {}
    for side, sign in SIDES.items():
        joints[f"{side}_collar"] = turned("y", sign * 0.08 * lowered)
        joints[f"{side}_shoulder"] = shoulder(sign, 0.92 * lowered)
        joints[f"{side}_elbow"] = elbow(sign, bend)
    return joints


def t_pose() -> Motion:
    """Return the rest pose."""
    return _pose("T-pose", {})


def a_pose() -> Motion:
    """Return the T-pose with arms lowered by 45 degrees."""
    return _pose("A-pose", _arms(45.0, 4.0))


def stand() -> Motion:
    """Return a relaxed stand, arms hanging."""
    return _pose("stand", _arms(ARM_DOWN, 14.0) | fingers(1.0))


def random_pose(rng: np.random.Generator) -> Motion:
    """Draw a plausible pose: standing, striding, arms raised, gesturing, sitting or crouching; standing on z = 0.

    Angles stay well within human ranges of motion, and arms are kept clear of the trunk of a neutral figure.
    """
    kinds: tuple[tuple[float, Callable[[np.random.Generator], Joints]], ...] = (
        (0.26, _standing),
        (0.20, _striding),
        (0.14, _arms_raised),
        (0.20, _gesturing),
        (0.08, _sitting),
        (0.06, _crouching),
        (0.06, _spread),
    )
    chances = np.array([chance for chance, _ in kinds])
    kind = kinds[rng.choice(len(kinds), p=chances / chances.sum())][1]
    joints = _trunk(rng) | fingers(float(rng.uniform(0.0, 2.2))) | kind(rng)
    return grounded(_pose("random", joints), load_figure())


def _trunk(rng: np.random.Generator) -> Joints:
    """Bend the spine a little, look somewhere, and turn the pelvis as little as a person who stands does."""
    bend, turn, lean = rng.normal(0.0, [4.0, 7.0, 3.0])
    nod, look, tilt = rng.normal(0.0, [7.0, 14.0, 4.0]).clip(-28.0, 28.0)
    joints = {name: spine(bend / 3, turn / 3, lean / 3) for name in ("spine1", "spine2", "spine3")}
    return joints | {"neck": spine(nod / 2, look / 2, tilt / 2), "head": spine(nod / 2, look / 2, tilt / 2)}


def _arm(side: str, lowered: float, swing: float, bend: float, twist: float = 0.0) -> Joints:
    sign = SIDES[side]
    return {
        f"{side}_collar": turned("y", sign * 0.08 * lowered),
        f"{side}_shoulder": shoulder(sign, 0.92 * lowered, swing, twist),
        f"{side}_elbow": elbow(sign, bend),
    }


def _legs_apart(rng: np.random.Generator) -> Joints:
    joints: Joints = {}
    for side, sign in SIDES.items():
        away, bend = rng.uniform(-1.0, 9.0), rng.uniform(0.0, 10.0)
        joints[f"{side}_hip"] = hip(sign, bend * 0.5, away, rng.uniform(0.0, 12.0))
        joints[f"{side}_knee"] = knee(bend)
        joints[f"{side}_ankle"] = ankle(bend * 0.5)
    return joints


def _standing(rng: np.random.Generator) -> Joints:
    joints = _legs_apart(rng)
    for side in SIDES:
        joints |= _arm(side, rng.uniform(55.0, ARM_DOWN), rng.uniform(-12.0, 8.0), rng.uniform(4.0, 35.0))
    return joints


def _striding(rng: np.random.Generator) -> Joints:
    """One leg forward, the other back, the arms against them."""
    reach = rng.uniform(8.0, 32.0)
    front = str(rng.choice(list(SIDES)))
    joints: Joints = {}
    for side, sign in SIDES.items():
        if side == front:
            bend = rng.uniform(4.0, 30.0)
            joints |= {
                f"{side}_hip": hip(sign, reach),
                f"{side}_knee": knee(bend),
                f"{side}_ankle": ankle(bend - reach),
            }
        else:
            bend = rng.uniform(5.0, 40.0)
            joints |= {f"{side}_hip": hip(sign, -0.6 * reach), f"{side}_knee": knee(bend)}
        swing = (0.9 if side == front else -0.9) * reach
        joints |= _arm(side, rng.uniform(64.0, ARM_DOWN), swing, rng.uniform(10.0, 60.0))
    return joints


def _arms_raised(rng: np.random.Generator) -> Joints:
    """One arm or both above the shoulder."""
    joints = _legs_apart(rng)
    raised = [str(rng.choice(list(SIDES)))] if rng.uniform() < 0.5 else list(SIDES)
    for side in SIDES:
        if side in raised:
            # Forearms bend up and in, not forward, when the arm is turned about itself.
            joints |= _arm(side, rng.uniform(-70.0, -10.0), rng.uniform(-15.0, 5.0), rng.uniform(0.0, 80.0), -75.0)
        else:
            joints |= _arm(side, rng.uniform(60.0, ARM_DOWN), 0.0, rng.uniform(4.0, 30.0))
    return joints


def _gesturing(rng: np.random.Generator) -> Joints:
    """Arms anywhere between hanging and horizontal, forearms in front of the body."""
    joints = _legs_apart(rng)
    for side in SIDES:
        lowered, swing = rng.uniform(5.0, ARM_DOWN), rng.uniform(-55.0, 5.0)
        joints |= _arm(side, lowered, swing, rng.uniform(5.0, 95.0), rng.uniform(-25.0, 15.0))
    return joints


def _sitting(rng: np.random.Generator) -> Joints:
    joints: Joints = {}
    for side, sign in SIDES.items():
        flexion, bend = rng.uniform(70.0, 88.0), rng.uniform(70.0, 95.0)
        joints[f"{side}_hip"] = hip(sign, flexion, rng.uniform(2.0, 12.0))
        joints[f"{side}_knee"] = knee(bend)
        joints[f"{side}_ankle"] = ankle(bend - flexion)
        joints |= _arm(side, rng.uniform(60.0, 70.0), rng.uniform(-40.0, -15.0), rng.uniform(20.0, 60.0))
    return joints


def _crouching(rng: np.random.Generator) -> Joints:
    bend = rng.uniform(30.0, 75.0)
    joints: Joints = {"spine1": spine(bend / 5), "spine2": spine(bend / 6)}
    for side, sign in SIDES.items():
        joints[f"{side}_hip"] = hip(sign, 0.75 * bend, rng.uniform(2.0, 14.0), rng.uniform(0.0, 15.0))
        joints[f"{side}_knee"] = knee(bend)
        joints[f"{side}_ankle"] = ankle(0.3 * bend)
        joints |= _arm(side, rng.uniform(55.0, 70.0), rng.uniform(-45.0, -10.0), rng.uniform(20.0, 90.0))
    return joints


def _spread(rng: np.random.Generator) -> Joints:
    """Arms out and legs apart, near the T-pose and the A-pose."""
    joints: Joints = {}
    away = rng.uniform(0.0, 22.0)
    for side, sign in SIDES.items():
        joints[f"{side}_hip"] = hip(sign, 0.0, away)
        joints |= _arm(side, rng.uniform(-25.0, 50.0), rng.uniform(-6.0, 6.0), rng.uniform(0.0, 12.0))
    return joints
