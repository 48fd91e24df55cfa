"""The poses in a file of SMPL's joints, by either of the two sets of names that files have for them.

AMASS has one array, ``poses``, and ``trans``. Whoever fits a body to video or scans mostly writes the parameters of the
smplx package: ``global_orient`` and ``body_pose``, ``transl``, for SMPL-X also jaw, eyes and hands.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from mathutils import Matrix

from ..errors import Refusal
from .numbers import numbers

JOINTS = (22, 24, 52, 55)
"""Of a body without hands, SMPL, SMPL-H and SMPL-X."""

PELVIS, BODY, PLACES = "global_orient", "body_pose", ("trans", "transl")

REST = {"jaw_pose": 1, "leye_pose": 1, "reye_pose": 1, "left_hand_pose": 15, "right_hand_pose": 15}
"""Joints of SMPL-X that stand behind the body's, in order, by smplx's names for their parameters."""

NAMES = frozenset({"poses", PELVIS, BODY, *PLACES, *REST})
"""All arrays that are read."""

SKEWED = 1e-2
"""How far a matrix times its transpose may be from one."""

ANOTHER = "Choose another file."


def poses(file: str, arrays: Mapping[str, np.ndarray]) -> np.ndarray:
    """Find the joints' rotations, axis-angle in radians: (F, J, 3), J one of :data:`JOINTS`.

    Raises
    ------
    Refusal
        If there are none, or not of that form.
    """
    if "poses" in arrays:
        values = _axis_angles(file, arrays, "poses")
        single = values.ndim == 1 and values.size in [3 * joints for joints in JOINTS]
        return _split(file, values.reshape(1 if single else len(values), -1))
    if not {PELVIS, BODY} <= set(arrays):
        raise Refusal(f"{file} has no poses.", "Choose an .npz file of a motion, as AMASS has them.")
    pelvis = _axis_angles(file, arrays, PELVIS)
    frames = 1 if pelvis.ndim == 1 else len(pelvis)
    body = _part(file, _axis_angles(file, arrays, BODY), BODY, (21, 23), frames)
    parts = [_part(file, pelvis, PELVIS, (1,), frames), body]
    if any(name in arrays for name in REST):
        if body.shape[1] != 3 * 21:
            raise Refusal(f"{file} has a body of SMPL with hands or a face of SMPL-X.", ANOTHER)
        for name, joints in REST.items():
            found = _axis_angles(file, arrays, name) if name in arrays else np.zeros((frames, 3 * joints))
            parts.append(_part(file, found, name, (joints,), frames))
    return _split(file, np.hstack(parts))


def translation(file: str, arrays: Mapping[str, np.ndarray], frames: int) -> np.ndarray:
    """Find the pelvis' places: (F, 3) metres; zeros where the file has none.

    Raises
    ------
    Refusal
        If there are others than one for each frame.
    """
    name = next((name for name in PLACES if name in arrays), None)
    if name is None:
        return np.zeros((frames, 3))
    found = numbers(file, arrays, name)
    if found.size != 3 * frames or len(found) not in (frames, found.size):
        raise Refusal(f"{file} has {frames} poses, but not as many places (“{name}”).", ANOTHER)
    return found.reshape(frames, 3)


def _axis_angles(file: str, arrays: Mapping[str, np.ndarray], name: str) -> np.ndarray:
    """Rotations, (F, 3 J) or (F, J, 3); matrices (F, J, 3, 3) or (F, 3, 3) become such."""
    values = numbers(file, arrays, name)
    if values.ndim < 3 or values.shape[-2:] != (3, 3):
        return values
    matrices = values.reshape(-1, 3, 3)
    apart = np.abs(matrices @ matrices.swapaxes(1, 2) - np.eye(3)).max()
    if apart > SKEWED or np.linalg.det(matrices).min() < 0:
        raise Refusal(f"{file} has matrices in “{name}” that are no rotations.", ANOTHER)
    found = [Matrix(matrix).to_quaternion().to_exponential_map() for matrix in matrices]
    return np.array(found).reshape(len(values), -1)


def _split(file: str, rows: np.ndarray) -> np.ndarray:
    if rows.shape[1] not in [3 * joints for joints in JOINTS]:
        raise Refusal(
            f"{file} has {rows.shape[1]} numbers a frame.",
            "Poses of SMPL, SMPL-H or SMPL-X have 72, 156 or 165; without hands 66.",
        )
    return rows.reshape(len(rows), -1, 3)


def _part(file: str, values: np.ndarray, name: str, joints: tuple[int, ...], frames: int) -> np.ndarray:
    """Rows of one of smplx's parameters, which has so many joints, or so many."""
    rows = 1 if values.ndim == 1 else len(values)
    if rows != frames:
        raise Refusal(f"{file} has {frames} frames in “{PELVIS}”, but {rows} in “{name}”.", ANOTHER)
    found = values.reshape(frames, -1)
    if found.shape[1] not in [3 * count for count in joints]:
        expected = " or ".join(str(3 * count) for count in joints)
        advice = "Fingers are needed joint by joint, not as components of a PCA." if "hand" in name else ANOTHER
        raise Refusal(f"{file} has {found.shape[1]} numbers in “{name}” a frame, not {expected}.", advice)
    return found
