"""Textures that are only in Blender's memory, for the FBX exporter, which takes a file or what is packed."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import bpy
import numpy as np

from .acting import Character


@contextmanager
def packed_copies(character: Character) -> Iterator[None]:
    """Have the character's materials show packed copies of images that are not saved, until the block ends.

    The images themselves stay as they are: neither packed nor saved, which is the artist's to decide.
    """
    unsaved = [(node, node.image) for node in _image_nodes(character) if _is_unsaved(node.image)]
    copies: dict[bpy.types.Image, bpy.types.Image] = {}
    try:
        for node, image in unsaved:
            if image not in copies:
                copies[image] = _packed_copy(image)
            node.image = copies[image]
        yield
    finally:
        for node, image in unsaved:
            node.image = image
        bpy.data.batch_remove(list(copies.values()))


def _image_nodes(character: Character) -> Iterator[Any]:
    materials = {slot.material for thing in character for slot in thing.material_slots}
    for material in materials:
        if material is not None and material.node_tree is not None:
            for node in material.node_tree.nodes:
                if isinstance(node, bpy.types.ShaderNodeTexImage) and node.image is not None:
                    yield node


def _is_unsaved(image: bpy.types.Image) -> bool:
    return image.is_dirty or (image.source == "GENERATED" and image.packed_file is None)


def _packed_copy(image: Any) -> bpy.types.Image:
    width, height = image.size
    pixels = np.empty(width * height * 4, dtype=np.float32)
    image.pixels.foreach_get(pixels)
    copy: Any = bpy.data.images.new(image.name, width, height, alpha=True, float_buffer=image.is_float)
    copy.colorspace_settings.name = image.colorspace_settings.name
    copy.pixels.foreach_set(pixels)
    copy.pack()
    return copy
