"""Compose joint rotations in the words of a body: bend, lower, swing, twist.

All angles are in degrees; all joint frames at rest equal Blender's world axes: x to the character's left, y to its
back, z up. A mirrored pair of functions is avoided by a side: +1 for left, -1 for right.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike
from scipy.spatial.transform import Rotation

from .skeleton import JOINT_COUNT, JOINT_NAMES

SIDES = {"left": 1.0, "right": -1.0}


def turned(order: str, *degrees: ArrayLike) -> np.ndarray:
    """Return rotation vectors (F, 3) of turns about the world's axes, applied in the order of the letters.

    ``turned("yx", a, b)`` first turns by ``a`` about y, then by ``b`` about x; each angle is a number or an array (F,).
    """
    columns = np.broadcast_arrays(*(np.atleast_1d(np.asarray(angle, float)) for angle in degrees))
    return Rotation.from_euler(order, np.stack(columns, axis=-1), degrees=True).as_rotvec()


def shoulder(side: float, lowered: ArrayLike, swing: ArrayLike = 0.0, twist: ArrayLike = 0.0) -> np.ndarray:
    """Turn an upper arm out of the T-pose: twist about itself, lower towards the hip, then swing.

    ``lowered`` 0 is the T-pose, 90 hangs down, -90 points up; ``swing`` is positive to the back; ``twist`` is positive
    where it brings a bent forearm down.
    """
    return turned("xyx", twist, side * np.asarray(lowered, float), swing)


def elbow(side: float, bend: ArrayLike) -> np.ndarray:
    """Bend a forearm, forward in the T-pose."""
    return turned("z", -side * np.asarray(bend, float))


def hip(side: float, flexion: ArrayLike, abduction: ArrayLike = 0.0, outward: ArrayLike = 0.0) -> np.ndarray:
    """Lift a thigh to the front by ``flexion``, after turning it outward about itself and away from the other leg."""
    out = np.asarray(outward, float)
    away = np.asarray(abduction, float)
    return turned("zyx", side * out, -side * away, -np.asarray(flexion, float))


def knee(bend: ArrayLike) -> np.ndarray:
    """Bend a shank to the back."""
    return turned("x", bend)


def ankle(dorsiflexion: ArrayLike) -> np.ndarray:
    """Lift the front of a foot."""
    return turned("x", -np.asarray(dorsiflexion, float))


def spine(forward: ArrayLike, left: ArrayLike = 0.0, aside: ArrayLike = 0.0) -> np.ndarray:
    """Bend forward, turn to the character's left, and lean to its left."""
    return turned("zyx", left, aside, forward)


def fingers(curl: float) -> dict[str, np.ndarray]:
    """Curl the fingers of both hands; 0 is the rest pose's flat hand, 1 a relaxed hanging hand, 4 nearly a fist."""
    bends = {1: 12.0, 2: 20.0, 3: 12.0}
    joints = {
        f"{side}_{finger}{phalanx}": turned("y", sign * curl * bend)
        for side, sign in SIDES.items()
        for finger in ("index", "middle", "ring", "pinky")
        for phalanx, bend in bends.items()
    }
    # The thumb closes across the palm rather than with the fingers.
    return joints | {f"{side}_thumb2": turned("z", -sign * 6.0 * curl) for side, sign in SIDES.items()}


def joint_rotations(frames: int, joints: Mapping[str, np.ndarray]) -> np.ndarray:
    """Gather rotation vectors by joint name, each (F, 3) or (1, 3), into (F, 55, 3) float32; unnamed joints rest."""
    rotations = np.zeros((frames, JOINT_COUNT, 3), np.float32)
    for name, rotation in joints.items():
        rotations[:, JOINT_NAMES.index(name)] = rotation
    return rotations
