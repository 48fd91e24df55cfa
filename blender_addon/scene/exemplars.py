"""Images of the file as the eye sees them: what image prompts send."""

from __future__ import annotations

import bpy
import numpy as np

from ..errors import Fix, Refusal

LARGEST = 512
"""Longest side that is sent, pixels; CLIP looks at less."""

PAPER = 1.0
"""What shows through transparent pixels: white."""

OPAQUE = frozenset({"NONE", "CHANNEL_PACKED"})
"""Alpha modes in which the fourth channel is no transparency."""


def exemplar(image: bpy.types.Image) -> np.ndarray:
    """An image's pixels, (H, W, 3) uint8 sRGB, row 0 at the bottom, no side longer than :data:`LARGEST`.

    An 8-bit image holds what is shown; a float image holds linear light, premultiplied with alpha. Light beyond what a
    screen can show is cut. What is transparent lies on white.

    Raises
    ------
    Refusal
        If its file is missing, or it has no pixels.
    """
    pixels = _thinned(_pixels(image))
    opacity = np.ones_like(pixels[..., :1])
    if pixels.shape[2] == 4 and image.alpha_mode not in OPAQUE:
        opacity = np.clip(pixels[..., 3:], 0, 1)
    colour = pixels[..., :3] if pixels.shape[2] > 2 else np.repeat(pixels[..., :1], 3, axis=2)
    if not image.is_float:
        colour = colour * opacity
    on_paper = np.clip(colour + (1 - opacity) * PAPER, 0, 1)
    return np.rint((_encoded(on_paper) if _is_linear(image) else on_paper) * 255).astype(np.uint8)


def refuse_without_pixels(image: bpy.types.Image) -> None:
    """Refuse an image that shows nothing.

    Raises
    ------
    Refusal
        If its file is missing, or it has no pixels.
    """
    if 0 not in _size(image) and _count(image):
        return
    if image.source == "FILE" and not image.packed_file:
        find = Fix("file.find_missing_files", "Find Missing Files")
        raise Refusal(f"The file of the image “{image.name}” can't be read.", "Find it, or choose another image.", find)
    raise Refusal(f"The image “{image.name}” has no pixels.", "Choose another image.")


def _pixels(image: bpy.types.Image) -> np.ndarray:
    """(H, W, C) float32 as Blender keeps them; what is no number is black."""
    refuse_without_pixels(image)
    width, height = _size(image)
    flat = np.empty(_count(image), np.float32)
    image.pixels.foreach_get(flat)
    return np.nan_to_num(flat, copy=False).reshape(height, width, -1)


def _thinned(pixels: np.ndarray) -> np.ndarray:
    """The image with no side longer than :data:`LARGEST`: each pixel the mean of those it stands for."""
    share = min(1.0, LARGEST / max(pixels.shape[:2]))
    for axis in (0, 1):
        before = pixels.shape[axis]
        after = max(1, round(before * share))
        begins = np.arange(after + 1) * before // after
        shape = [-1 if place == axis else 1 for place in range(3)]
        pixels = np.add.reduceat(pixels, begins[:-1], axis=axis) / np.diff(begins).reshape(shape)
    return pixels


def _is_linear(image: bpy.types.Image) -> bool:
    """Whether the numbers are amounts of light, rather than what is sent to a screen."""
    space = image.colorspace_settings
    if space is None or space.is_data:
        return False
    return image.is_float or space.name.startswith("Linear")


def _encoded(light: np.ndarray) -> np.ndarray:
    """Linear Rec.709 in [0, 1] as sRGB (IEC 61966-2-1)."""
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * np.maximum(light, 0.0031308) ** (1 / 2.4) - 0.055)


def _count(image: bpy.types.Image) -> int:
    """How many numbers the pixels are; reads the file if that has not been done."""
    return len(image.pixels)  # type: ignore[arg-type]


def _size(image: bpy.types.Image) -> tuple[int, int]:
    width, height = image.size  # type: ignore[misc]
    return int(width), int(height)  # type: ignore[has-type]
