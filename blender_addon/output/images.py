"""Picture files to arrays and back, through Blender: it brings no other library for them."""

from pathlib import Path
from typing import Any

import bpy
import numpy as np


def read_image(path: Path) -> np.ndarray:
    """Read an 8-bit picture file: (H, W, 3) float32 in [0, 1], encoded as in the file, row 0 at the bottom."""
    image = bpy.data.images.load(str(path), check_existing=False)
    try:
        size: Any = image.size
        width, height = size
        pixels = np.empty(width * height * 4, dtype=np.float32)
        image.pixels.foreach_get(pixels)
    finally:
        bpy.data.images.remove(image)
    return pixels.reshape(height, width, 4)[..., :3]


def write_image(picture: np.ndarray, path: Path) -> Path:
    """Write a picture (H, W, 3) in [0, 1], sRGB encoded, row 0 at the bottom, as an 8-bit PNG."""
    height, width = picture.shape[:2]
    pixels = np.ones((height, width, 4), dtype=np.float32)
    pixels[..., :3] = picture
    image = bpy.data.images.new("ClipMatrix picture", width, height, alpha=False)
    try:
        image.pixels.foreach_set(pixels.ravel())  # type: ignore[arg-type]
        image.filepath_raw = str(path)
        image.file_format = "PNG"
        image.save()
    finally:
        bpy.data.images.remove(image)
    return path
