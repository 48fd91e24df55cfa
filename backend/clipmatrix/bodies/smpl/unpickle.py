"""Read arrays out of a pickle without letting it run anything.

Model files of 2015 to 2019 are pickles of Python 2 with numpy arrays, scipy's sparse matrices and objects of chumpy, a
package that no longer installs. Here a pickle may name nothing but stand-ins, which only take down what they are given;
the arrays are made of those afterwards. numpy's own classes are not let near it: they trust whatever state they are
given, under which bytes would pass for pointers to objects.
"""

import codecs
import pickle
import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
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


class _Kind:
    """In place of numpy's dtype: its name, such as f8, and its byte order."""

    def __init__(self, name: Any, *_arguments: Any) -> None:
        self.name = str(name)
        self.order: Any = "="

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.order = state[1]

    def made(self) -> np.dtype:
        """numpy's dtype, of numbers and characters alone."""
        if not re.fullmatch(r"[biufcSU]\d+", self.name):
            raise pickle.UnpicklingError(f"an array of {self.name}")
        return np.dtype(self.name).newbyteorder(self.order)


@dataclass
class _Array:
    """In place of numpy's array: its shape and kind, and its bytes; where it wraps objects, a list of these."""

    shape: Any = ()
    kind: Any = None
    fortran: Any = False
    content: Any = b""

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _version, self.shape, self.kind, self.fortran, self.content = state

    def __array__(self, *_arguments: Any, **_options: Any) -> np.ndarray:
        """What numpy asks for where it is among others in a list."""
        if isinstance(self.content, list):
            if len(self.content) != 1:
                raise pickle.UnpicklingError("an array holds objects")
            return as_array(self.content[0])
        flat = np.frombuffer(_bytes(self.content), self.kind.made())
        return flat.reshape(self.shape, order="F" if self.fortran else "C")


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
    matrix = _SPARSE[value.kind](tuple(map(as_array, (value.data, value.indices, value.indptr))), shape=shape)
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


def _bytes(content: Any) -> Any:
    """Bytes, which are text in a pickle of Python 2."""
    return content.encode("latin1") if isinstance(content, str) else content


def _reconstruct_array(*_arguments: Any) -> _Array:
    """Stand in for numpy's function of that name; what the array holds comes later."""
    return _Array()


def _scalar(kind: _Kind, content: Any) -> Any:
    """Stand in for numpy's function of that name."""
    return np.frombuffer(_bytes(content), kind.made())[0]


def _from_buffer(content: Any, kind: _Kind, shape: Any, order: Any, axes: Any = None) -> Any:
    """Stand in for numpy's function of that name, which pickle's protocol 5 has for arrays."""
    if axes is None:
        return _Array(shape, kind, order == "F", content)
    return np.asarray(_Array(shape, kind, False, content)).transpose(axes)  # contiguous, in an order of its own


_NUMPY: dict[str, Callable[..., Any]] = {
    "_reconstruct": _reconstruct_array,
    "scalar": _scalar,
    "_frombuffer": _from_buffer,
    "ndarray": _Array,
    "dtype": _Kind,
}

_PLAIN: dict[tuple[str, str], Any] = {
    ("copy_reg", "_reconstructor"): _reconstruct_object,
    ("copyreg", "_reconstructor"): _reconstruct_object,
    ("__builtin__", "object"): object,
    ("builtins", "object"): object,
    ("_codecs", "encode"): _encode,
    ("collections", "OrderedDict"): OrderedDict,
}
