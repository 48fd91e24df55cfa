"""Read arrays out of a pickle without letting it run anything.

Model files of 2015 to 2019 are pickles of Python 2 with numpy arrays, scipy's sparse matrices and objects of chumpy, a
package that no longer installs. Here a pickle may name nothing but arrays and stand-ins, which only take down their
attributes; the arrays are made of those afterwards.
"""

from __future__ import annotations

import codecs
import pickle
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, BinaryIO

import numpy as np
from scipy import sparse

_SPARSE = {"csc_matrix": sparse.csc_matrix, "csr_matrix": sparse.csr_matrix}


class _StandIn:
    """In place of an object whose class is not to be run: keeps its class's name and its attributes."""

    kind = ""

    def __init__(self, *_arguments: Any) -> None:
        """Take whatever the pickle passes; the state comes later."""

    def __setstate__(self, state: Any) -> None:
        if not isinstance(state, dict):
            raise pickle.UnpicklingError(f"a {self.kind} without attributes")
        self.__dict__.update(state)


def load(stream: BinaryIO) -> Any:
    """Read a pickle of arrays, text, numbers, and containers of them.

    Raises
    ------
    pickle.UnpicklingError
        If it asks for anything else, or holds an object that no array can be made of.
    Exception
        Whatever a broken pickle makes Python's own reader raise.
    """
    return _Reader(stream, encoding="latin1").load()


def as_array(value: Any) -> np.ndarray:
    """Make an array of what :func:`load` has read: an array, a sparse matrix, a chumpy object, a number, a list.

    Raises
    ------
    pickle.UnpicklingError
        If it is none of these.
    """
    if not isinstance(value, _StandIn):
        array = np.asarray(value)
    elif value.kind in _SPARSE:
        array = _dense(value)
    elif hasattr(value, "x"):  # chumpy.Ch: a leaf, its value in x
        array = as_array(value.x)
    elif hasattr(value, "a") and hasattr(value, "idxs"):  # chumpy's Select: some elements of another
        array = as_array(value.a).ravel()[as_array(value.idxs)]
        array = array.reshape(getattr(value, "preferred_shape", array.shape))
    else:
        raise pickle.UnpicklingError(f"a {value.kind or 'object'} holds no values")
    if array.dtype.hasobject:
        raise pickle.UnpicklingError("an array holds objects")
    return array


def _dense(value: Any) -> np.ndarray:
    """Check a sparse matrix's indices, which scipy would trust, and write it out in full."""
    shape = value.__dict__.get("_shape", value.__dict__.get("shape"))
    matrix = _SPARSE[value.kind]((value.data, value.indices, value.indptr), shape=shape)
    matrix.check_format(full_check=True)
    return np.asarray(matrix.todense())


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        """Return a stand-in or one of a few harmless functions for what the pickle names."""
        root = module.partition(".")[0]
        if root == "numpy" and name in _NUMPY:
            return _NUMPY[name]
        if (root == "scipy" and name in _SPARSE) or root == "chumpy":
            return type(name, (_StandIn,), {"kind": name})
        allowed = _PLAIN.get((module, name))
        if allowed is None:
            raise pickle.UnpicklingError(f"it wants to use {module}.{name}")
        return allowed


def _reconstruct_object(kind: type, _base: type, _state: Any) -> _StandIn:
    """Stand in for copyreg's function of Python 2's pickles; only stand-ins come this way."""
    if not issubclass(kind, _StandIn):
        raise pickle.UnpicklingError(f"it wants to make a {kind.__name__}")
    return kind()


def _encode(text: str, encoding: str = "latin1") -> bytes:
    """How Python 3 writes bytes into an old pickle."""
    if encoding != "latin1":
        raise pickle.UnpicklingError(f"bytes in {encoding}")
    return codecs.encode(text, "latin1")


def _from_buffer(
    buffer: bytes | bytearray, dtype: np.dtype, shape: tuple[int, ...], order: str, axes: tuple[int, ...] | None = None
) -> np.ndarray:
    """How numpy writes an array since pickle's protocol 5: its bytes, as they lie; but numbers alone.

    A pickle can give a dtype a state of its own, under which bytes would pass for pointers to objects. So only its name
    is taken.
    """
    if not isinstance(dtype, np.dtype) or dtype.kind not in "biufc":
        raise pickle.UnpicklingError(f"an array of {dtype}")
    flat = np.frombuffer(buffer, np.dtype(dtype.str))
    if axes is not None:  # contiguous, but neither in C's order nor in Fortran's
        return flat.reshape(shape).transpose(axes)
    return flat.reshape(shape, order="F" if order == "F" else "C")


_NUMPY: dict[str, Callable[..., Any]] = {
    "_reconstruct": np.empty(0).__reduce__()[0],  # type: ignore[dict-item]
    "scalar": np.float64(0).__reduce__()[0],  # type: ignore[dict-item]
    "_frombuffer": _from_buffer,
    "ndarray": np.ndarray,
    "dtype": np.dtype,
}

_PLAIN: dict[tuple[str, str], Any] = {
    ("copy_reg", "_reconstructor"): _reconstruct_object,
    ("copyreg", "_reconstructor"): _reconstruct_object,
    ("__builtin__", "object"): object,
    ("builtins", "object"): object,
    ("_codecs", "encode"): _encode,
    ("collections", "OrderedDict"): OrderedDict,
}
