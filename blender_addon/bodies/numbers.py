"""Numbers out of files that anybody may have written."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..errors import Refusal

FARTHEST = 1e6
"""Radians, metres, frames per second that no recording reaches; Blender's numbers would overflow far beyond."""


def numbers(file: str, arrays: Mapping[str, np.ndarray], name: str) -> np.ndarray:
    """Read an array as float64, at least one number long.

    Raises
    ------
    Refusal
        If it holds something else, or numbers that are none or beyond :data:`FARTHEST`.
    """
    stored = arrays[name]  # bytes, where the archive holds a file that is no array
    if not isinstance(stored, np.ndarray) or stored.dtype.kind not in "fiu" or not stored.size:
        raise Refusal(f"{file} has no numbers in “{name}”.", "Choose another file.")
    values = np.atleast_1d(stored).astype(np.float64)
    if not np.isfinite(values).all():
        raise Refusal(f"{file} has values in “{name}” that are not finite.", "Choose another file.")
    if max(values.max(), -values.min()) > FARTHEST:
        raise Refusal(f"{file} has values in “{name}” beyond {FARTHEST:.0f}.", "Choose another file.")
    return values
