"""A take's picture: a small packed image, whose preview Blender draws as an icon."""

from __future__ import annotations

from collections.abc import Sequence

import bpy

from ...output.portrait import portrait
from .groups import ClipMatrixTake

SIDE = 128
"""Of a picture, pixels."""


def take_picture(take: ClipMatrixTake, parts: Sequence[bpy.types.Object]) -> None:
    """Picture the objects as they stand; a take whose objects are all hidden stays without."""
    picture = portrait(parts, SIDE)
    if picture is None:
        return
    flat = picture.reshape(-1)
    # A leading dot keeps it out of Blender's menus of images.
    image = bpy.data.images.new(f".ClipMatrix picture of {take.name}"[:60], SIDE, SIDE, alpha=True)
    image.pixels.foreach_set(flat)  # type: ignore[arg-type]
    image.pack()
    preview = image.preview_ensure()
    assert preview is not None
    preview.image_size = SIDE, SIDE  # type: ignore[assignment]
    preview.image_pixels_float.foreach_set(flat)  # type: ignore[arg-type]
    take.picture = image


def icon(take: ClipMatrixTake) -> int:
    """Number of the picture's icon; 0 where there is no picture, or no window to show icons in."""
    preview = take.picture.preview if take.picture else None
    return preview.icon_id if preview else 0
