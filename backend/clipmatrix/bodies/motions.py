"""Motions that loop: an in-place walk cycle and a wave.

The walk's joint curves are rounded textbook values of level human gait (Perry & Burnfield, *Gait Analysis*), hips,
knees and ankles over one cycle from heel strike to heel strike.
"""

from dataclasses import replace

import numpy as np
from scipy.interpolate import CubicSpline

from .embedded import load_figure
from .motion import Motion, lowest_points
from .poses import ARM_DOWN
from .rotations import SIDES, ankle, elbow, fingers, hip, joint_rotations, knee, shoulder, spine, turned

FEWEST_FRAMES = 4

# (share of the cycle, degrees), from one heel strike of the same foot to the next.
_HIP_FLEXION = ((0.0, 21.0), (0.12, 16.0), (0.30, -3.0), (0.50, -20.0), (0.62, -9.0), (0.75, 13.0), (0.88, 22.0))
_KNEE_BEND = (
    (0.0, 3.0),
    (0.12, 13.0),
    (0.35, 6.0),
    (0.50, 13.0),
    (0.61, 38.0),
    (0.72, 55.0),
    (0.86, 26.0),
    (0.95, 4.0),
)
_ANKLE_LIFT = ((0.0, 0.0), (0.10, -4.0), (0.28, 5.0), (0.44, 9.0), (0.53, 1.0), (0.63, -16.0), (0.76, 1.0), (0.90, 2.0))
_TOE_LIFT = ((0.0, 6.0), (0.10, 0.0), (0.38, 2.0), (0.50, 22.0), (0.62, 20.0), (0.75, 2.0), (0.90, 6.0))
_LEG = 0.95  # metres from hip to sole: how far a sway of the pelvis tilts the legs


def _curve(points: tuple[tuple[float, float], ...], phase: np.ndarray) -> np.ndarray:
    """Interpolate a closed curve smoothly at phases (F,) in cycles."""
    shares, values = zip(*points, strict=True)
    return CubicSpline([*shares, shares[0] + 1.0], [*values, values[0]], bc_type="periodic")(phase % 1.0)


def _refuse_few(frames: int) -> None:
    """Raise a ``ValueError`` unless there are enough frames to tell a motion by."""
    if frames < FEWEST_FRAMES:
        raise ValueError(f"a motion that loops needs at least {FEWEST_FRAMES} frames, got {frames}")


def walk(frames: int = 24, fps: float = 24.0) -> Motion:
    """Return an in-place walk cycle that loops: the frame after the last one is the first.

    Parameters
    ----------
    frames
        Length of one cycle (two steps), at least 4.
    fps
        The default, 24 frames at 24 per second, is an easy pace.

    Raises
    ------
    ValueError
        If there are fewer than 4 frames.
    """
    _refuse_few(frames)
    phase = np.arange(frames) / frames  # 0 is the left foot's heel strike
    beat = 2.0 * np.pi * phase
    turn, drop = -5.0 * np.cos(beat), -2.5 * np.sin(beat)
    sway = 0.018 * np.sin(beat)
    joints = {
        "pelvis": spine(2.0, turn, drop),
        "spine1": spine(1.0, -0.6 * turn, -0.5 * drop),
        "spine2": spine(0.5, -0.6 * turn, -0.5 * drop),
        "spine3": spine(0.5, -0.5 * turn),
        "neck": spine(-2.0, 0.35 * turn),
        "head": spine(-2.0, 0.35 * turn),
    } | fingers(1.6)
    for side, sign in SIDES.items():
        own = phase if side == "left" else phase + 0.5
        # The legs take back what the pelvis turns, drops and sways, so that the standing foot stays in its track.
        track = np.degrees(np.arcsin(sway / _LEG)) - drop
        joints[f"{side}_hip"] = hip(sign, _curve(_HIP_FLEXION, own), -sign * track, -sign * turn)
        joints[f"{side}_knee"] = knee(_curve(_KNEE_BEND, own))
        joints[f"{side}_ankle"] = ankle(_curve(_ANKLE_LIFT, own))
        joints[f"{side}_foot"] = ankle(_curve(_TOE_LIFT, own))
        back = np.cos(2.0 * np.pi * own)  # an arm swings with the other leg
        joints[f"{side}_collar"] = turned("y", sign * 6.0)
        joints[f"{side}_shoulder"] = shoulder(sign, ARM_DOWN - 6.0, 19.0 * back - 2.0)
        joints[f"{side}_elbow"] = elbow(sign, 22.0 - 11.0 * back)
    translation = np.zeros((frames, 3), np.float32)
    translation[:, 0] = sway
    return _on_ground(Motion("walk", fps, joint_rotations(frames, joints), translation))


def _on_ground(motion: Motion) -> Motion:
    """Let the soles carry the pelvis: follow the lowest vertex, without the jerks where one foot takes over."""
    heights = lowest_points(load_figure(), motion)
    waves = np.fft.rfft(heights)
    waves[5:] = 0.0  # two steps a cycle: harmonics 2 and 4 are the bob, what is above them is jerk
    smooth = np.fft.irfft(waves, len(heights))
    smooth += np.minimum(heights - smooth, 0.0).min() / 2.0  # split the rest between hovering and sinking in
    translation = motion.translation.copy()
    translation[:, 2] -= smooth
    return replace(motion, translation=translation)


def wave(frames: int = 24, fps: float = 24.0) -> Motion:
    """Return a looping wave with the right hand, the left arm hanging.

    Raises
    ------
    ValueError
        If there are fewer than 4 frames.
    """
    _refuse_few(frames)
    beat = 2.0 * np.pi * np.arange(frames) / frames
    joints = fingers(0.6) | {
        "left_collar": turned("y", 6.0),
        "left_shoulder": shoulder(1.0, ARM_DOWN - 6.0),
        "left_elbow": elbow(1.0, 14.0),
        "right_collar": turned("y", 4.0),
        # Turned about itself by 80 degrees the forearm bends up and the palm looks forward.
        "right_shoulder": shoulder(-1.0, 8.0, 0.0, -80.0),
        "right_elbow": elbow(-1.0, 88.0 + 24.0 * np.sin(2.0 * beat)),
        "right_wrist": turned("z", 10.0 * np.sin(2.0 * beat + 0.8)),
        "spine3": spine(0.0, 0.0, 1.5 * np.sin(beat)),
        "neck": spine(0.0, -4.0, -2.0),
        "head": spine(0.0, -4.0, -2.0 + 1.5 * np.sin(beat)),
    }
    return Motion("wave", fps, joint_rotations(frames, joints), np.zeros((frames, 3), np.float32))
