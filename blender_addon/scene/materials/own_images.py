"""The images that a job makes: in memory while it paints, packed into the .blend once it is through.

Packed, they are named as files are, though none is written: exporters tell packed images apart by that alone, and mix
up those without.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

import bpy
import numpy as np

from . import names
from .images import size
from .png import encoding


def taken() -> set[str]:
    """Names that an image can't have any more: those of others, and of their files."""
    return {*bpy.data.images.keys(), *map(_file, bpy.data.images)}


def ensured(name: str, width: int, height: int, is_data: bool) -> bpy.types.Image:
    """An image of ours, made if it is not there, in this size; ``is_data`` for one that holds no colours."""
    image = bpy.data.images.get(name)
    if image is None:
        image = bpy.data.images.new(name, width, height, alpha=False, is_data=is_data)
    if size(image) != (width, height):
        image.scale(width, height)
    return image


def packing(name: str, texture: np.ndarray) -> Iterator[None]:
    """Pack what an image shows, a piece of the work each time the iterator is advanced; one that is gone stays gone.

    Parameters
    ----------
    texture
        What it shows: (H, W, 3) uint8, row 0 at the bottom.
    """
    file = yield from encoding(texture)
    image = bpy.data.images.get(name)
    if image is None:
        return
    image.pack(data=file, data_len=len(file))
    image.source = "FILE"
    image.buffers_free()  # or it would still count as painted on since
    name_file(image)
    yield


def pack(image: bpy.types.Image) -> None:
    """Pack an image in one go, if what it shows is not yet packed."""
    if image.packed_file is None or image.is_dirty:
        image.pack()
    name_file(image)


def name_file(image: bpy.types.Image) -> None:
    """Say which file a packed image would be; by its own name, under which Blender's USD exporter writes it."""
    if image.packed_file is not None and not image.filepath:
        name = names.free(names.fit(image.name), set(map(_file, bpy.data.images)), str.casefold)
        image.filepath_raw = f"//{name}.png"


def is_lost(image: bpy.types.Image) -> bool:
    """Whether an image has come out of a file that it was not packed into: it shows nothing then."""
    return image.source == "GENERATED" and image.packed_file is None and not image.is_dirty


def _file(image: bpy.types.Image) -> str:
    """What an image's file is called, without folder, ending and case; empty for one without."""
    return PurePath(bpy.path.basename(image.filepath)).stem.casefold()
