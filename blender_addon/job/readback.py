"""What a draft holds, read back off the scene: the inverse of writing a state into it."""

from __future__ import annotations

from collections.abc import Callable

import bpy
import numpy as np
from clipmatrix_protocol import State

from ..scene import apply, keys, light
from ..scene.binding import PartBinding, way_home
from ..scene.handles import find_mesh
from ..scene.materials import surface


def read_back(draft: apply.Draft) -> State | None:
    """The state that was written last; None if an object is gone or has been remodelled."""
    things = [find_mesh(part.object) for part in draft.binding.parts]
    parts = list(zip(draft.binding.parts, things, strict=True))
    if any(thing is None or apply.is_remodelled(thing, part) for part, thing in parts):
        return None
    present = [(part, thing) for part, thing in parts if thing is not None]
    return State(
        coefficients=_coefficients(present, draft.before),
        offsets=tuple(_offsets(part, thing) for part, thing in present),
        textures=_images(present, surface.worn_texture),
        look=light.worn_look([thing for _, thing in present]),
        normal_maps=_images(present, surface.worn_normal_map),
    )


def _coefficients(
    parts: list[tuple[PartBinding, bpy.types.Object]], before: tuple[apply.PartBefore, ...]
) -> np.ndarray:
    places = [place for part, _ in parts for place, _ in part.shapes]
    values = np.zeros(max(places, default=-1) + 1, np.float32)
    for (part, thing), was in zip(parts, before, strict=True):
        block = keys.mesh_of(thing).shape_keys
        if block is None:
            continue
        for name, place in keys.renamed(thing, {name: place for place, name in part.shapes}, was.keys).items():
            values[place] = block.key_blocks[name].value
    return values


def _offsets(part: PartBinding, thing: bpy.types.Object) -> np.ndarray:
    """(V, 3) float32, metres, rest space."""
    block = keys.mesh_of(thing).shape_keys
    key = keys.offsets_key(block)
    if block is None or key is None:
        return np.zeros((part.vertices, 3), np.float32)
    moved = (keys.points(key) - keys.points(block.reference_key)).reshape(-1, 3)
    way = way_home(part, keys.points(block.reference_key))
    return (moved @ np.linalg.inv(way).T).astype(np.float32)


def _images(
    parts: list[tuple[PartBinding, bpy.types.Object]], worn: Callable[[bpy.types.Object], np.ndarray | None]
) -> tuple[np.ndarray, ...]:
    """By the parts' texture index; empty unless all of them wear one."""
    found = {part.texture: worn(thing) for part, thing in parts}
    images = [found.get(index) for index in range(max(found, default=-1) + 1)]
    there = tuple(image for image in images if image is not None)
    return there if len(there) == len(images) else ()
