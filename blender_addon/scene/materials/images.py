"""The pixels of images in the file, as numbers."""

from __future__ import annotations

import bpy
import numpy as np

OPAQUE = frozenset({"NONE", "CHANNEL_PACKED"})
"""Alpha modes in which the fourth channel is no transparency."""


def is_there(image: bpy.types.Image) -> bool:
    """Whether an image has pixels; reads its file if that has not been done."""
    return 0 not in size(image) and _count(image) > 0


def size(image: bpy.types.Image) -> tuple[int, int]:
    """Width and height in pixels."""
    width, height = image.size  # type: ignore[misc]
    return int(width), int(height)  # type: ignore[has-type]


def pixels(image: bpy.types.Image) -> np.ndarray:
    """(H, W, C) float32 of an image that :func:`is_there`, as Blender keeps them; what is no number is black."""
    width, height = size(image)
    flat = np.empty(_count(image), np.float32)
    image.pixels.foreach_get(flat)
    return np.nan_to_num(flat, copy=False).reshape(height, width, -1)


def thinned(values: np.ndarray, largest: int) -> np.ndarray:
    """Pixels (H, W, C) with no side longer than ``largest``: each the mean of those it stands for."""
    share = min(1.0, largest / max(values.shape[:2]))
    for axis in (0, 1):
        before = values.shape[axis]
        after = max(1, round(before * share))
        if after == before:
            continue
        begins = np.arange(after + 1) * before // after
        shape = [-1 if place == axis else 1 for place in range(3)]
        values = np.add.reduceat(values, begins[:-1], axis=axis) / np.diff(begins).astype(np.float32).reshape(shape)
    return values


def coloured(values: np.ndarray) -> np.ndarray:
    """Red, green and blue of pixels (H, W, C); a grey image has one of all three."""
    return values[..., :3] if values.shape[2] > 2 else np.repeat(values[..., :1], 3, axis=2)


def encoded(light: np.ndarray) -> np.ndarray:
    """Linear Rec.709 in [0, 1] as sRGB (IEC 61966-2-1)."""
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * np.maximum(light, 0.0031308) ** (1 / 2.4) - 0.055)


def decoded(shown: np.ndarray) -> np.ndarray:
    """SRGB in [0, 1] as linear Rec.709; the inverse of :func:`encoded`."""
    return np.where(shown <= 0.04045, shown / 12.92, ((np.maximum(shown, 0.04045) + 0.055) / 1.055) ** 2.4)


def in_bytes(shown: np.ndarray) -> np.ndarray:
    """Numbers in [0, 1], cut off beyond, as uint8."""
    return np.rint(np.clip(shown, 0, 1) * 255).astype(np.uint8)


def _count(image: bpy.types.Image) -> int:
    """How many numbers the pixels are; reads the file if that has not been done."""
    return len(image.pixels)  # type: ignore[arg-type]
