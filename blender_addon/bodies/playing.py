"""Has a recording play on a body: its joints, its axes, its floor, the scene's frames."""

from __future__ import annotations

from typing import Literal

import bpy
import numpy as np

from ..errors import Refusal
from .fit import heads_now
from .memory import Origin
from .motion import FIRST_FRAME, add_keys
from .pose_arrays import JOINTS
from .quaternions import at_times, from_axis_angle, product, turned
from .recordings import Recording

Upright = Literal["Z", "Y", "-Y"]
"""Which axis of the recording's world points up: Z in AMASS, Y in SMPL's own axes, -Y in those of most cameras."""

BODY, FACE = 22, 3
"""Joints that all bodies share, and those that SMPL-X has before its fingers."""

TO_BLENDER = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
"""Rows: what x, y, z of an armature (Z up, facing -Y) are in SMPL's axes (Y up, facing +Z)."""

WORLD: dict[Upright, np.ndarray] = {
    "Z": np.array([np.sqrt(0.5), -np.sqrt(0.5), 0.0, 0.0]),
    "Y": np.array([1.0, 0.0, 0.0, 0.0]),
    "-Y": np.array([0.0, 1.0, 0.0, 0.0]),
}
"""Rotations of a recording's world, after :data:`TO_BLENDER`; that of Z up undoes it."""

UPRIGHT = 0.5
"""Cosine between a pelvis and the vertical, on the average, above which a body is taken to stand."""

LONGEST = 100_000
"""Frames of the scene; over an hour of film, and some gigabytes of keys."""


def play(
    recording: Recording,
    rig: bpy.types.Object,
    origin: Origin,
    fps: float,
    upright: Upright = "Z",
    first: float = 0.0,
    seconds: float = 0.0,
    from_here: bool = True,
) -> bpy.types.Action:
    """Make an Action of a recording, with a key at each frame of the scene; it is kept in the file but not assigned.

    Joints that the file has not stay at rest. The lowest joint stands as high over the floor, at its lowest, as the
    feet do at rest: recordings have floors and bodies of their own.

    Parameters
    ----------
    recording
        From :func:`.read_recording`.
    rig, origin
        The body's armature, and what the body remembers.
    fps
        The scene's frames per second.
    upright
        The recording's axis that points up.
    first, seconds
        What part of it is taken, in seconds; 0 seconds for all from there on.
    from_here
        Whether the body begins where its armature is, and not where the recording has it in its world.

    Raises
    ------
    Refusal
        If the recording is over before ``first``, what is taken lasts more than :data:`LONGEST` frames, a bone is gone,
        or the body's joints are not those of a SMPL model.
    """
    if len(origin.joints) not in JOINTS:
        raise Refusal(
            f"{rig.name} has {len(origin.joints)} joints, which are not those of SMPL.",
            "Choose the figure, or a body from a SMPL, SMPL-H or SMPL-X file.",
        )
    heads = heads_now(rig, origin)
    times = _times(recording, fps, first, seconds)
    turns = _turns(recording, origin, times, upright)
    places = np.stack(
        [np.interp(times, np.arange(len(recording.translation)), of) for of in recording.translation.T], 1
    )
    places = turned(WORLD[upright], places @ TO_BLENDER.T)
    lowest = float((_heights(turns, origin, heads) + places[:, 2:]).min())
    if from_here:
        places[:, :2] -= places[0, :2]
    places[:, 2] += heads[:, 2].min() - lowest
    frames = FIRST_FRAME + np.arange(len(times))
    return add_keys(rig, recording.name, origin.joints, origin.parents, frames, turns, places)


def stands(recording: Recording) -> Upright:
    """Guess which axis points up: the one along which the pelvis is upright, on the average over all frames.

    A body that lies or crawls all the time says nothing; its world is taken for AMASS'.
    """
    pelvis = from_axis_angle(recording.rotations[:, 0])
    _, y, z = turned(pelvis, np.array([0.0, 1.0, 0.0])).mean(axis=0)
    found: dict[Upright, float] = {"Z": z, "Y": y, "-Y": -y}
    best = max(found, key=lambda axis: found[axis])
    return best if found[best] > UPRIGHT else "Z"


def _times(recording: Recording, fps: float, first: float, seconds: float) -> np.ndarray:
    """When the scene's frames are, counted in the recording's."""
    last = len(recording.rotations) - 1
    begin = first * recording.rate
    end = min(last, begin + seconds * recording.rate) if seconds else last
    if begin > last:
        raise Refusal(
            f"{recording.name} is over after {last / recording.rate:.1f} seconds.", "Begin with an earlier second."
        )
    lasts = (end - begin) / recording.rate * fps
    if lasts > LONGEST:
        raise Refusal(
            f"{recording.name} lasts more than {LONGEST} of the scene's frames.", "Take a part of it, by its Length."
        )
    return begin + np.arange(int(lasts + 1e-6) + 1) * (recording.rate / fps)


def _turns(recording: Recording, origin: Origin, times: np.ndarray, upright: Upright) -> np.ndarray:
    """(T, J, 4) quaternions of the body's joints, in frames that at rest equal the armature's axes."""
    theirs, ours = _shared(recording.rotations.shape[1], len(origin.joints))
    first, last = int(times[0]), int(np.ceil(times[-1])) + 1
    taken = from_axis_angle(recording.rotations[first:last, theirs] @ TO_BLENDER.T)
    turns = np.zeros((len(times), len(origin.joints), 4))
    turns[..., 0] = 1.0
    turns[:, ours] = at_times(taken, times - first)
    # TO_BLENDER has changed the axes of the pelvis' rotation on both sides, the world's among them
    turns[:, 0] = product(WORLD[upright], turns[:, 0])
    return turns


def _shared(theirs: int, ours: int) -> tuple[list[int], list[int]]:
    """Which joints of a file are which of a body, by the number of joints that each has."""
    if theirs == ours:
        return list(range(theirs)), list(range(ours))
    pairs = [(joint, joint) for joint in range(BODY)]
    if min(theirs, ours) > 24:  # fingers stand last, behind SMPL-X's jaw and eyes
        fingers = range(BODY, min(theirs, ours))
        pairs += [(joint + FACE * (theirs > ours), joint + FACE * (ours > theirs)) for joint in fingers]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def _heights(turns: np.ndarray, origin: Origin, heads: np.ndarray) -> np.ndarray:
    """(T, J) metres, how high all joints are where the root stays in its place."""
    around = turns.copy()
    places = np.empty((*turns.shape[:2], 3))
    for joint, parent in enumerate(origin.parents):
        if parent < 0:
            places[:, joint] = heads[joint]
        else:
            places[:, joint] = places[:, parent] + turned(around[:, parent], heads[joint] - heads[parent])
            around[:, joint] = product(around[:, parent], turns[:, joint])
    return np.asarray(places[..., 2])
