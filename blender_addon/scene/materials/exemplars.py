"""Images of the file as the eye sees them: what image prompts send."""

from __future__ import annotations

import bpy
import numpy as np

from ...errors import Fix, Refusal
from . import images

LARGEST = 512
"""Longest side that is sent, pixels; CLIP looks at less."""

PAPER = 1.0
"""What shows through transparent pixels: white."""


def exemplar(image: bpy.types.Image) -> np.ndarray:
    """An image's pixels, (H, W, 3) uint8 sRGB, row 0 at the bottom, no side longer than :data:`LARGEST`.

    An 8-bit image holds what is shown; a float image holds linear light, premultiplied with alpha. Light beyond what a
    screen can show is cut. What is transparent lies on white.

    Raises
    ------
    Refusal
        If its file is missing, or it has no pixels.
    """
    refuse_without_pixels(image)
    pixels = images.thinned(images.pixels(image), LARGEST)
    opacity = np.ones_like(pixels[..., :1])
    if pixels.shape[2] == 4 and image.alpha_mode not in images.OPAQUE:
        opacity = np.clip(pixels[..., 3:], 0, 1)
    colour = images.coloured(pixels)
    if not image.is_float:
        colour = colour * opacity
    on_paper = np.clip(colour + (1 - opacity) * PAPER, 0, 1)
    return images.in_bytes(images.encoded(on_paper) if _is_linear(image) else on_paper)


def refuse_without_pixels(image: bpy.types.Image) -> None:
    """Refuse an image that shows nothing.

    Raises
    ------
    Refusal
        If its file is missing, or it has no pixels.
    """
    if images.is_there(image):
        return
    if image.source == "FILE" and not image.packed_file:
        find = Fix("file.find_missing_files", "Find Missing Files")
        raise Refusal(f"The file of the image “{image.name}” can't be read.", "Find it, or choose another image.", find)
    raise Refusal(f"The image “{image.name}” has no pixels.", "Choose another image.")


def _is_linear(image: bpy.types.Image) -> bool:
    """Whether the numbers are amounts of light, rather than what is sent to a screen."""
    space = image.colorspace_settings
    if space is None or space.is_data:
        return False
    return image.is_float or space.name.startswith("Linear")
