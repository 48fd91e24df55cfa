"""A model file as plain arrays, whichever of its formats it is in."""

import pickle
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.lib import format as npy

from . import refusals, unpickle

NEEDED = ("v_template", "f", "shapedirs", "posedirs", "J_regressor", "kintree_table", "weights")
"""What every model file has."""

OPTIONAL = ("vt", "ft")
"""UVs and their triangles, which some have."""

Arrays = Mapping[str, np.ndarray]

_BROKEN = (
    pickle.UnpicklingError, zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, TypeError, AttributeError,
    LookupError, ImportError, OverflowError, RecursionError,
)  # fmt: skip
"""What a file that is no model can make its readers raise."""


def read_arrays(path: Path) -> Arrays:
    """Read the arrays that a body is made of; nothing in the file is executed.

    Parameters
    ----------
    path
        An .npz archive, or a pickle of Python 2 or 3.

    Raises
    ------
    JobError
        If it is neither, or lacks an array.
    """
    try:
        with path.open("rb") as stream:
            found = _from_archive(stream) if zipfile.is_zipfile(stream) else _from_pickle(stream)
    except _BROKEN as error:
        raise refusals.unusable(path, f"it cannot be read ({error})") from error
    missing = [name for name in NEEDED if name not in found]
    if missing:
        raise refusals.unusable(path, f"it lacks {', '.join(missing)}")
    return found


def _from_archive(stream: BinaryIO) -> Arrays:
    with zipfile.ZipFile(stream) as archive:
        members = set(archive.namelist())
        found = {}
        for name in (*NEEDED, *OPTIONAL):
            if f"{name}.npy" in members:
                with archive.open(f"{name}.npy") as member:
                    found[name] = _from_npy(member)
        return found


def _from_npy(member: Any) -> np.ndarray:
    """Read one array; where it wraps an object, as numpy does with sparse matrices, the object's values."""
    version = npy.read_magic(member)
    read_header = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    shape, fortran, dtype = read_header(member)
    if dtype.hasobject:
        return unpickle.as_array(unpickle.load(member))
    flat = np.frombuffer(member.read(), dtype)
    return flat.reshape(shape, order="F" if fortran else "C")


def _from_pickle(stream: BinaryIO) -> Arrays:
    stream.seek(0)
    content = unpickle.load(stream)
    if not isinstance(content, dict):
        raise ValueError("it holds no named arrays")
    return {name: unpickle.as_array(content[name]) for name in (*NEEDED, *OPTIONAL) if name in content}
