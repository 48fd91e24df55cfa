"""Do the arrays of a model file fit each other?"""

from pathlib import Path

import numpy as np

from . import refusals
from .archive import Arrays
from .kinds import KINDS, Kind

UNEVEN = 1e-3
"""How far a vertex's weights may sum to something else than 1."""


def check_arrays(path: Path, arrays: Arrays) -> tuple[Kind, np.ndarray | None]:
    """Find out which model it is.

    Returns
    -------
    Kind
        By the number of joints.
    (F, 3, 2) float32 or None
        UVs of the triangles' corners, if the file has any that can be used.

    Raises
    ------
    JobError
        ``bad_request``, with what does not fit.
    """
    weights = arrays["weights"]
    kind = KINDS.get(weights.shape[1]) if weights.ndim == 2 else None
    if kind is None:
        raise refusals.unusable(path, f"its skin weights have the shape {weights.shape}")
    vertices, joints = weights.shape
    wanted: dict[str, tuple[int | None, ...]] = {
        "v_template": (vertices, 3),
        "f": (None, 3),
        "shapedirs": (vertices, 3, None),
        "posedirs": (vertices, 3, 9 * (joints - 1)),
        "J_regressor": (joints, vertices),
        "kintree_table": (2, joints),
    }
    for name, shape in wanted.items():
        found = arrays[name].shape
        if len(found) != len(shape) or any(want not in (None, got) for want, got in zip(shape, found, strict=True)):
            raise refusals.unusable(path, f"{name} has the shape {found}")
    for name in (*wanted, "weights"):
        if arrays[name].dtype.kind not in "iuf":
            raise refusals.unusable(path, f"{name} holds no numbers")
        if not np.isfinite(arrays[name]).all():
            raise refusals.unusable(path, f"{name} holds values that are not finite")
    _check_values(path, arrays)
    return kind, _face_uvs(arrays)


def _check_values(path: Path, arrays: Arrays) -> None:
    faces, weights = arrays["f"], arrays["weights"]
    if not len(faces) or faces.min() < 0 or faces.max() >= len(weights):
        raise refusals.unusable(path, "its faces point to vertices that it does not have")
    if weights.min() < 0 or np.abs(weights.sum(axis=1) - 1).max() > UNEVEN:
        raise refusals.unusable(path, "its skin weights do not sum to 1")


def _face_uvs(arrays: Arrays) -> np.ndarray | None:
    places, corners = arrays.get("vt"), arrays.get("ft")
    if places is None or corners is None or corners.shape != arrays["f"].shape or corners.dtype.kind not in "iu":
        return None
    if places.ndim != 2 or places.shape[1] != 2 or places.dtype.kind != "f" or not np.isfinite(places).all():
        return None
    if corners.min() < 0 or corners.max() >= len(places):
        return None
    return np.asarray(places[corners.astype(np.int64)], np.float32)
