"""Arrays on the wire: a small header inside the message, the bytes in a frame of their own."""

import math
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from .errors import ProtocolError

DTYPES = frozenset({"uint8", "int32", "float32"})
"""The element types that may travel; always little-endian, C order."""

MAX_FRAME_BYTES = 2**29
"""Upper bound on one frame: 512 MiB, far above any character (a 4096 x 4096 texture has 48 MiB)."""

MAX_AXES = 4
"""More axes than any field has are refused before numpy sees them."""


class ArrayHeader(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where an array's bytes are and how to read them.

    Attributes
    ----------
    frame
        Index among the message's array frames, counted from 0.
    dtype
        One of :data:`DTYPES`.
    shape
        Sizes of the axes; a zero is allowed.
    """

    frame: int
    dtype: str
    shape: tuple[int, ...]


def pack(array: np.ndarray, frames: list[memoryview]) -> dict[str, Any]:
    """Append the array's bytes to ``frames`` and return the header that stands for it.

    Raises
    ------
    ProtocolError
        If the element type may not travel or the array is larger than :data:`MAX_FRAME_BYTES`.
    """
    name = array.dtype.name
    if name not in DTYPES:
        raise ProtocolError(f"an array of {name} cannot travel; use one of {', '.join(sorted(DTYPES))}")
    if array.nbytes > MAX_FRAME_BYTES:
        raise ProtocolError(f"an array of {array.nbytes} bytes is too large to travel; {MAX_FRAME_BYTES} is the limit")
    little_endian = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
    frames.append(memoryview(little_endian.reshape(-1).view(np.uint8).data))
    return {"frame": len(frames) - 1, "dtype": name, "shape": list(array.shape)}


def unpack(header: ArrayHeader, frames: Sequence[Any]) -> np.ndarray:
    """Read the array a header stands for; a read-only view of its frame, no copy.

    Raises
    ------
    ProtocolError
        If the type is not allowed, the shape is impossible, the frame is missing or has another byte count.
    """
    if header.dtype not in DTYPES:
        raise ProtocolError(f"array type {header.dtype!r} is not allowed")
    if len(header.shape) > MAX_AXES or not all(0 <= size <= MAX_FRAME_BYTES for size in header.shape):
        raise ProtocolError("array shape is not possible")
    count = math.prod(header.shape)
    if not 0 <= header.frame < len(frames):
        raise ProtocolError(f"array frame {header.frame} is missing; the message brought {len(frames)}")
    dtype = np.dtype(header.dtype).newbyteorder("<")
    buffer = memoryview(frames[header.frame])
    if buffer.nbytes != count * dtype.itemsize:
        raise ProtocolError(
            f"array frame {header.frame} has {buffer.nbytes} bytes where shape {header.shape} of "
            f"{header.dtype} needs {count * dtype.itemsize}"
        )
    array = np.frombuffer(buffer, dtype=dtype, count=count).reshape(header.shape)
    array.flags.writeable = False
    return array


def check(name: str, array: np.ndarray, dtype: str, shape: Sequence[int | None]) -> None:
    """Raise ``ValueError`` unless the array has this element type, these sizes (None: any), and is finite."""
    if array.dtype.name != dtype:
        raise ValueError(f"{name} is {array.dtype.name}, not {dtype}")
    if array.ndim != len(shape) or any(
        want is not None and want != got for want, got in zip(shape, array.shape, strict=True)
    ):
        wanted = "x".join("any" if size is None else str(size) for size in shape)
        raise ValueError(f"{name} has shape {array.shape}, not {wanted}")
    if dtype == "float32" and not np.isfinite(array).all():
        raise ValueError(f"{name} holds values that are not finite")


def check_weights(name: str, weights: np.ndarray, rows: int, columns: int) -> None:
    """Raise ``ValueError`` unless the weights are (rows, columns) float32, not negative, and sum to 1 in each row."""
    check(name, weights, "float32", (rows, columns))
    if rows and np.abs(weights.sum(axis=1) - 1).max() > 1e-4:
        raise ValueError(f"{name} do not sum to 1 for every vertex")
    if weights.size and weights.min() < 0:
        raise ValueError(f"{name} hold negative values")


def check_indices(name: str, array: np.ndarray, count: int) -> None:
    """Raise ``ValueError`` unless every index lies in ``[0, count)``."""
    if array.size and not (0 <= int(array.min()) and int(array.max()) < count):
        raise ValueError(f"{name} points outside of 0..{count - 1}")
