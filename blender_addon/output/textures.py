"""Textures that are only in Blender's memory, or packed and without a file's name, for the FBX exporter.

It takes a file or what is packed, and tells images apart by their files' names.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import bpy
import numpy as np

from .acting import Character

OF_FOUR_CHANNELS = (32, 128)
"""Bits of a texel with alpha, of bytes and of floats."""


@contextmanager
def packed_copies(character: Character) -> Iterator[None]:
    """Have the character's materials show packed copies of images that have no file, until the block ends.

    The images themselves stay as they are: neither packed nor saved, which is the artist's to decide.
    """
    homeless = [(node, node.image) for node in _image_nodes(character) if not _has_file(node.image)]
    copies: dict[bpy.types.Image, bpy.types.Image] = {}
    try:
        for node, image in homeless:
            if image not in copies:
                copies[image] = _packed_copy(image, f"//{len(copies)} {bpy.path.clean_name(image.name)}.png")
            node.image = copies[image]
        yield
    finally:
        for node, image in homeless:
            node.image = image
        bpy.data.batch_remove(list(copies.values()))


def _image_nodes(character: Character) -> Iterator[Any]:
    materials = {slot.material for thing in character for slot in thing.material_slots}
    for material in materials:
        if material is not None and material.node_tree is not None:
            for node in material.node_tree.nodes:
                if isinstance(node, bpy.types.ShaderNodeTexImage) and node.image is not None:
                    yield node


def _has_file(image: bpy.types.Image) -> bool:
    """Whether what is shown is what the exporter would find under a name of its own."""
    in_memory = image.is_dirty or (image.source == "GENERATED" and image.packed_file is None)
    return bool(image.filepath) and not in_memory


def _packed_copy(image: Any, filename: str) -> bpy.types.Image:
    width, height = image.size
    pixels = np.empty(width * height * 4, dtype=np.float32)
    image.pixels.foreach_get(pixels)
    see_through = image.depth in OF_FOUR_CHANNELS  # an importer takes any alpha for transparency
    copy: Any = bpy.data.images.new(image.name, width, height, alpha=see_through, float_buffer=image.is_float)
    copy.colorspace_settings.name = image.colorspace_settings.name
    copy.pixels.foreach_set(pixels)
    copy.pack()
    copy.filepath_raw = filename
    return copy
