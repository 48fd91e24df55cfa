"""Room for a picture on its way into Blender, kept from one to the next: fresh memory costs as much as the work."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

PIECE = 2**16
"""Texels that are prepared in one go: under a millisecond, and three the first time, when the memory is fresh."""


class Canvas:
    """A picture as Blender takes it: (H, W, 4) float32 in [0, 1], opaque."""

    def __init__(self) -> None:
        self._rgba = np.empty((0, 0, 4), np.float32)
        self._bytes = np.empty((0, 0, 4), np.uint8)

    def fill(self, texture: np.ndarray) -> Iterator[None]:
        """Take over (H, W, 3) uint8, some rows each time the iterator is advanced.

        By way of bytes with room for alpha, which is twice as fast as writing into strided floats.
        """
        height, width = texture.shape[:2]
        rows = max(1, PIECE // width)
        if self._rgba.shape[:2] != (height, width):
            self._rgba = np.empty((height, width, 4), np.float32)
            self._bytes = np.full((rows, width, 4), 255, np.uint8)
        for first in range(0, height, rows):
            piece = texture[first : first + rows]
            padded = self._bytes[: len(piece)]
            padded[:, :, :3] = piece
            np.multiply(padded, np.float32(1 / 255), out=self._rgba[first : first + rows])
            yield

    @property
    def pixels(self) -> np.ndarray:
        """(H * W * 4,) float32, a view of what was filled in last."""
        return self._rgba.reshape(-1)
