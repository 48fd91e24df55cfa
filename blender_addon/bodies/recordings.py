"""Recorded motions: ``.npz`` files as AMASS publishes them, poses of SMPL's joints frame by frame.

Mahmood et al. 2019, "AMASS: Archive of Motion Capture as Surface Shapes"; the names in a file are theirs.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import Refusal

RATES = ("mocap_frame_rate", "mocap_framerate", "fps")
"""How files call their frames per second: of SMPL-X, of SMPL-H, of others."""

USUAL_RATE = 30.0
"""Frames per second of a file that does not say."""

JOINTS = (22, 24, 52, 55)
"""Of a body without hands, SMPL, SMPL-H and SMPL-X."""

UNREADABLE = (OSError, ValueError, EOFError, KeyError, MemoryError, zipfile.BadZipFile, NotImplementedError)
"""What numpy raises over files that are damaged, or want a pickle."""


@dataclass(frozen=True, eq=False)
class Recording:
    """A motion as its file has it.

    Attributes
    ----------
    name
        The file's.
    fps
        Frames per second; None where the file does not say.
    rotations
        (F, J, 3) axis-angle in radians, in SMPL's axes; J is one of :data:`JOINTS`.
    translation
        (F, 3) metres, in the world of the recording; zeros where the file has none.
    """

    name: str
    fps: float | None
    rotations: np.ndarray
    translation: np.ndarray

    @property
    def rate(self) -> float:
        """Frames per second to play it at."""
        return self.fps or USUAL_RATE


def read_recording(path: Path) -> Recording:
    """Read a file; nothing in it is run.

    Raises
    ------
    Refusal
        If it is no recording, or holds numbers that are none.
    """
    try:
        found = np.load(path, allow_pickle=False)
        if not isinstance(found, np.lib.npyio.NpzFile):
            raise Refusal(
                f"{path.name} is no archive of arrays.", "Choose an .npz file of a motion, as AMASS has them."
            )
        with found as arrays:
            return _recording(path, arrays)
    except UNREADABLE as error:
        raise Refusal(f"{path.name} can't be read: {error}.", "Choose an .npz file of a motion.") from error


def _recording(path: Path, arrays: Mapping[str, np.ndarray]) -> Recording:
    if "poses" not in arrays:
        if "v_template" in arrays:
            raise Refusal(
                f"{path.name} is a body's model file, not a motion.",
                "Add the body with Add > Mesh > ClipMatrix, and choose a motion for it here.",
            )
        raise Refusal(f"{path.name} has no poses.", "Choose an .npz file of a motion, as AMASS has them.")
    poses = _numbers(path, arrays, "poses")
    frames = len(poses)
    numbers = poses.size // frames
    if numbers not in [3 * joints for joints in JOINTS]:
        raise Refusal(
            f"{path.name} has {numbers} numbers a frame.",
            "Poses of SMPL, SMPL-H or SMPL-X have 72, 156 or 165; without hands 66.",
        )
    translation = _numbers(path, arrays, "trans") if "trans" in arrays else np.zeros((frames, 3))
    if translation.shape != (frames, 3):
        raise Refusal(f"{path.name} has {frames} poses, but not as many places (“trans”).", "Choose another file.")
    rates = [float(_numbers(path, arrays, name).ravel()[0]) for name in RATES if name in arrays]
    if any(rate <= 0 for rate in rates):
        raise Refusal(f"{path.name} has {rates[0]:g} frames a second.", "Choose another file.")
    return Recording(path.stem, rates[0] if rates else None, poses.reshape(frames, -1, 3), translation)


def _numbers(path: Path, arrays: Mapping[str, np.ndarray], name: str) -> np.ndarray:
    """An array as float64, at least one number long."""
    values = arrays[name]
    if values.dtype.kind not in "fiu" or not values.size:
        raise Refusal(f"{path.name} has no numbers in “{name}”.", "Choose another file.")
    if not np.isfinite(values).all():
        raise Refusal(f"{path.name} has values in “{name}” that are not finite.", "Choose another file.")
    return np.atleast_1d(values).astype(np.float64)
