"""The artist's own normal map on a mesh object, as one texture in the layout that results come home in.

As with paint, nothing is rendered: a map that one image holds is read as it is, all else is laid out texel by texel.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

import bpy
import numpy as np

from ..keys import mesh_of
from . import images
from .base_colour_nodes import Colour, Picture
from .normal_map_nodes import Lean, Leaning, read_leaning
from .texture_layout import (
    LARGEST_LAID_OUT,
    Layout,
    laid_out,
    lies_as_wanted,
    looked_up,
    material_of,
    shader_input,
    slots_worn,
)
from .uvs import render_layer

FLAT = (128, 128, 255)
"""A texel of a normal map where nothing leans."""


@dataclass(frozen=True, eq=False)
class Relief:
    """An object's relief.

    Attributes
    ----------
    texture
        (H, W, 3) uint8, tangent space, row 0 at the bottom, as a Normal Map node of strength 1 takes it; None where
        nothing that can be read leans.
    unread
        A sentence for each material whose relief can't be read.
    """

    texture: np.ndarray | None
    unread: tuple[str, ...] = ()


def relief(thing: bpy.types.Object, largest: int) -> Relief:
    """Read an object's relief.

    Parameters
    ----------
    largest
        Longest side of the texture that is of use, texels.
    """
    mesh = mesh_of(thing)
    slots = slots_worn(thing, mesh)
    materials = {int(slot): material_of(thing, int(slot)) for slot in np.unique(slots)}
    readings = {slot: _reading(material, mesh) for slot, material in materials.items()}
    unread = _named((materials[slot], reading) for slot, reading in readings.items())
    leans = {slot: reading.lean for slot, reading in readings.items()}
    if all(lean is None for lean in leans.values()):
        return Relief(None, unread)
    texture = _throughout(set(leans.values()), mesh, largest)
    if texture is None:
        side = min(largest, LARGEST_LAID_OUT)
        texture = laid_out(leans, slots, mesh, side, partial(_leaning, side=side))
    return Relief(texture, unread)


def _named(readings: Iterable[tuple[bpy.types.Material | None, Leaning]]) -> tuple[str, ...]:
    said = (f"“{material.name}” {reading.unread}" for material, reading in readings if material and reading.unread)
    return tuple(dict.fromkeys(said))


def _reading(material: bpy.types.Material | None, mesh: bpy.types.Mesh) -> Leaning:
    """What leans a material's normals on this mesh: it has to follow the UV layer that renders."""
    reading, renders = read_leaning(material), render_layer(mesh)
    lean = reading.lean
    if lean is None:
        return reading
    if lean.layer and (renders is None or lean.layer != renders.name):
        return Leaning(None, f"has a normal map along another UV layer, “{lean.layer}”")
    if isinstance(lean.coat, Picture) and lean.coat.layer and lean.coat.layer not in mesh.uv_layers:
        return Leaning(None, f"asks for a UV layer “{lean.coat.layer}”, which is not there")
    return reading


def _throughout(leans: set[Lean | None], mesh: bpy.types.Mesh, largest: int) -> np.ndarray | None:
    """The texture where all faces lean alike in the layout that is wanted; None where they do not."""
    lean = next(iter(leans))
    if len(leans) > 1 or lean is None:
        return None
    if isinstance(lean.coat, Colour):
        return _bytes(np.array(lean.coat.rgb), lean)[None, None]
    return _texels(lean.coat, lean, largest) if lies_as_wanted(lean.coat, mesh) else None


def _leaning(lean: Lean | None, layout: Layout, chosen: np.ndarray, side: int) -> np.ndarray:
    """What chosen texels show: (N, 3) uint8, or (3,) for all of them."""
    if lean is None:
        return np.array(FLAT, np.uint8)
    if isinstance(lean.coat, Colour):
        return _bytes(np.array(lean.coat.rgb), lean)
    return looked_up(lean.coat, _texels(lean.coat, lean, side), layout, chosen)


def _texels(picture: Picture, lean: Lean, largest: int) -> np.ndarray:
    """An image as a Normal Map node takes it, its strength in it: (H, W, 3) uint8."""
    shown, linear = shader_input(picture, largest)
    return _bytes(shown if linear else images.decoded(shown), lean)


def _bytes(shown: np.ndarray, lean: Lean) -> np.ndarray:
    """Numbers (..., 3) in [0, 1] that a Normal Map node is given, as those that say the same at strength 1: uint8.

    As Cycles has it (``svm_node_normal_map``): x and y grow with the strength, z falls back to 1 below a strength of 1.
    What is scaled is made unit again, or it would not fit into bytes.
    """
    if lean.strength == 1 and not lean.downwards:
        return images.in_bytes(shown)
    x, y, z = np.moveaxis(shown * 2 - 1, -1, 0)
    normals = np.stack(
        [
            x * lean.strength,
            (-y if lean.downwards else y) * lean.strength,
            1 + (z - 1) * min(lean.strength, 1.0),
        ],
        axis=-1,
    )
    normals /= np.maximum(np.linalg.norm(normals, axis=-1, keepdims=True), 1e-6)
    return images.in_bytes((normals + 1) / 2)
