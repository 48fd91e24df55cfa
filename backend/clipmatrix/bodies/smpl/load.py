"""A model file to a model: checked, read by the smplx package, kept until another is asked for."""

import contextlib
import io
import os.path
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from . import refusals
from .archive import Arrays, read_arrays
from .check import check_arrays
from .kinds import SMPL_X, Kind

MOST_BETAS, MOST_EXPRESSIONS = 300, 100
"""As many as the models come with."""


@dataclass(frozen=True, eq=False)
class Model:
    """A body model as the smplx package reads it. SMPL's axes: metres, Y up, facing +Z; float32.

    Attributes
    ----------
    kind, gender, file
        Which model; "neutral", "female", "male" or empty, by the file's name; where it is.
    template
        (V, 3) the mean body in rest pose, a T-pose.
    faces
        (F, 3) int32.
    face_uvs
        (F, 3, 2), v up; None if the file has none.
    betas, expressions
        (K, V, 3) and (E, V, 3) displacement per unit of each coefficient.
    regressor
        (J, V), shaped vertices to joints.
    parents
        (J,) int32, -1 at the root.
    weights
        (V, J), rows sum to 1.
    pose_basis
        (9 (J - 1), V * 3), displacement per element of the joints' rotation matrices minus the identity.
    """

    kind: Kind
    gender: str
    file: Path
    template: np.ndarray
    faces: np.ndarray
    face_uvs: np.ndarray | None
    betas: np.ndarray
    expressions: np.ndarray
    regressor: np.ndarray
    parents: np.ndarray
    weights: np.ndarray
    pose_basis: np.ndarray


def load_model(file: str) -> Model:
    """Read a model file; the last one read is kept until it changes.

    Parameters
    ----------
    file
        Absolute path, or one that begins with ``~``.

    Raises
    ------
    JobError
        ``unknown_body`` if there is no such file; ``bad_request`` if it is no model, or the smplx package is missing.
    """
    path = Path(os.path.expanduser(file))  # pathlib raises where there is no such user
    try:
        usable = path.is_absolute() and path.is_file()
        stamp = path.stat() if usable else None
    except (OSError, ValueError) as error:
        raise refusals.no_such_file(file) from error
    if stamp is None:
        raise refusals.no_such_file(file)
    return _load(path.resolve(), stamp.st_mtime_ns, stamp.st_size)


@lru_cache(maxsize=1)
def _load(path: Path, _modified: int, _size: int) -> Model:
    arrays = read_arrays(path)
    kind, face_uvs = check_arrays(path, arrays)
    read = _read_by_smplx(kind, arrays)
    weights = _numpy(read.lbs_weights)
    expressions = _numpy(read.expr_dirs) if kind is SMPL_X else np.zeros((*read.v_template.shape, 0), np.float32)
    parents = _numpy(read.parents).astype(np.int32)
    if any(not 0 <= parent < joint for joint, parent in enumerate(parents) if joint):
        raise refusals.unusable(path, "a joint stands before its parent")
    return Model(
        kind=kind,
        gender=_gender(path),
        file=path,
        template=_numpy(read.v_template),
        faces=np.asarray(read.faces).astype(np.int32),
        face_uvs=face_uvs,
        betas=np.moveaxis(_numpy(read.shapedirs), 2, 0),
        expressions=np.moveaxis(expressions, 2, 0),
        regressor=_numpy(read.J_regressor),
        parents=parents,
        weights=weights / weights.sum(axis=1, keepdims=True),
        pose_basis=_numpy(read.posedirs),
    )


def _read_by_smplx(kind: Kind, arrays: Arrays) -> Any:
    """Have the package make its module of the arrays.

    Its SMPLX class takes a file only, and reads that with pickle allowed: it gets one of ours, with arrays alone.
    """
    try:
        import smplx
    except ImportError as error:
        raise refusals.not_installed() from error
    options = {"num_betas": MOST_BETAS, "use_pca": False, "flat_hand_mean": True, "create_transl": False}
    content = {**_unused(), **arrays}
    with contextlib.redirect_stdout(io.StringIO()):  # it prints remarks, and stdout is for whoever started us
        if kind is SMPL_X:
            with _clean_copy(content) as copy:
                return smplx.SMPLX(str(copy), ext="npz", num_expression_coeffs=MOST_EXPRESSIONS, **options)
        return getattr(smplx, kind.smplx_class)("", data_struct=SimpleNamespace(**content), **options)


@contextlib.contextmanager
def _clean_copy(content: Arrays) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="clipmatrix-smplx-", ignore_cleanup_errors=True) as folder:
        copy = Path(folder) / "SMPLX_NEUTRAL.npz"
        np.savez(copy, **{name: array.astype(np.float32) if array.dtype.kind == "f" else array
                          for name, array in content.items()})  # fmt: skip
        yield copy


def _unused() -> Arrays:
    """What the package asks for and a body in Blender has no use for: hand poses in PCA, landmarks on the face."""
    return {
        "hands_componentsl": np.zeros((45, 45), np.float32),
        "hands_componentsr": np.zeros((45, 45), np.float32),
        "hands_meanl": np.zeros(45, np.float32),
        "hands_meanr": np.zeros(45, np.float32),
        "lmk_faces_idx": np.zeros(1, np.int64),
        "lmk_bary_coords": np.zeros((1, 3), np.float32),
    }


def _numpy(tensor: Any) -> np.ndarray:
    return np.asarray(tensor.detach().numpy())


def _gender(path: Path) -> str:
    """Read the gender off a name such as SMPLX_NEUTRAL or basicmodel_f_lbs_10_207_0_v1.0.0."""
    words = re.split(r"[^a-z]+", path.stem.lower())
    for gender, short in (("female", "f"), ("male", "m"), ("neutral", "neutral")):
        if gender in words or short in words:
            return gender
    return ""
