"""Recorded motions: ``.npz`` files with poses of SMPL's joints frame by frame, as AMASS publishes them.

Mahmood et al. 2019, "AMASS: Archive of Motion Capture as Surface Shapes".
"""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from lzma import LZMAError
from pathlib import Path
from tokenize import TokenError

import numpy as np

from ..errors import Refusal
from .numbers import numbers
from .pose_arrays import NAMES, poses, translation

RATES = ("mocap_frame_rate", "mocap_framerate", "fps")
"""How files call their frames per second: of SMPL-X, of SMPL-H, of others."""

USUAL_RATE = 30.0
"""Frames per second of a file that does not say."""

LARGEST = 1 << 29
"""Bytes of a file's arrays, unpacked: three quarters of an hour of SMPL-X, 120 frames a second, in double precision."""

UNREADABLE = (
    OSError, ValueError, EOFError, KeyError, MemoryError, OverflowError, RuntimeError, SyntaxError, TokenError,
    zipfile.BadZipFile, zlib.error, LZMAError,
)  # fmt: skip
"""What numpy raises over files that are damaged or locked, or want a pickle; their headers are Python to it."""


@dataclass(frozen=True, eq=False)
class Recording:
    """A motion as its file has it.

    Attributes
    ----------
    name
        The file's, as it can be shown.
    fps
        Frames per second; None where the file does not say.
    rotations
        (F, J, 3) axis-angle in radians, in SMPL's axes; J is one of :data:`~.pose_arrays.JOINTS`.
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
        If it is no recording, holds numbers that are none, or is too large.
    """
    file = _shown(path.name)
    try:
        found = np.load(path, mmap_mode="r", allow_pickle=False)  # mapped, or a large single array would be read
        if not isinstance(found, np.lib.npyio.NpzFile):
            raise Refusal(f"{file} is no archive of arrays.", "Choose an .npz file of a motion, as AMASS has them.")
        with found as arrays:
            _check_size(file, found.zip)
            return _recording(file, arrays)
    except UNREADABLE as error:
        raise Refusal(f"{file} can't be read: {error}.", "Choose an .npz file of a motion.") from error


def _shown(name: str) -> str:
    """A file's name with what is no Unicode in it replaced: Blender takes no such text."""
    return os.fsencode(name).decode(errors="replace")


def _check_size(file: str, archive: zipfile.ZipFile) -> None:
    """Refuse what would fill the memory before any of it is unpacked; arrays that are not read don't count."""
    read = {*NAMES, *RATES}
    sizes = [member.file_size for member in archive.infolist() if member.filename.removesuffix(".npy") in read]
    if sum(sizes) > LARGEST:
        raise Refusal(
            f"{file} unpacks to more than {LARGEST >> 20} megabytes.", "Cut the recording into several files."
        )


def _recording(file: str, arrays: Mapping[str, np.ndarray]) -> Recording:
    if "v_template" in arrays and "poses" not in arrays:
        raise Refusal(
            f"{file} is a body's model file, not a motion.",
            "Add the body with Add > Mesh > ClipMatrix, and choose a motion for it here.",
        )
    found = poses(file, arrays)
    return Recording(Path(file).stem, _rate(file, arrays), found, translation(file, arrays, len(found)))


def _rate(file: str, arrays: Mapping[str, np.ndarray]) -> float | None:
    """Frames per second, by the first name that the file has for them."""
    name = next((name for name in RATES if name in arrays), None)
    if name is None:
        return None
    rate = float(numbers(file, arrays, name).ravel()[0])
    if rate <= 0:
        raise Refusal(f"{file} has {rate:g} frames a second.", "Choose another file.")
    return rate
