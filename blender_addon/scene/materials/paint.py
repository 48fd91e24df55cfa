"""What the artist's own materials show on a mesh object, as one texture in the layout that results come home in.

Nothing is rendered and nothing of the scene is touched: a base colour that is one image or colour is read as it is, and
what lies on other faces, in another UV layer or on the mesh's corners is laid out texel by texel.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import bpy
import numpy as np

from ..keys import mesh_of
from . import images
from .base_colour_nodes import Coat, Colour, Painted, Picture, Reading, read_coat
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
from .unrolled import spread


@dataclass(frozen=True, eq=False)
class Paint:
    """A part's paint: (H, W, 3) uint8 sRGB, row 0 at the bottom; and what about it is not as the artist sees it."""

    texture: np.ndarray
    remarks: tuple[str, ...]


def paint(thing: bpy.types.Object, largest: int) -> Paint:
    """Read an object's paint.

    Parameters
    ----------
    largest
        Longest side of the texture that is of use, texels.
    """
    mesh = mesh_of(thing)
    slots = slots_worn(thing, mesh)
    readings = {int(slot): _reading(thing, int(slot)) for slot in np.unique(slots)}
    remarks = tuple(dict.fromkeys(reading.remark for reading in readings.values() if reading.remark))
    coats = {slot: reading.coat for slot, reading in readings.items()}
    texture = _throughout(set(coats.values()), mesh, largest)
    if texture is None:
        side = min(largest, LARGEST_LAID_OUT)
        texture = laid_out(coats, slots, mesh, side, partial(_coated, side=side))
    return Paint(texture, remarks)


def _reading(thing: bpy.types.Object, slot: int) -> Reading:
    """What a slot's material shows on this object; a layer or attribute that is not there is said."""
    reading = read_coat(material_of(thing, slot))
    mesh, coat = mesh_of(thing), reading.coat
    if isinstance(coat, Picture) and coat.layer and coat.layer not in mesh.uv_layers:
        missing = f"{thing.name} has no UV layer “{coat.layer}”, which a material asks for"
        return Reading(replace(coat, layer=""), f"{missing}; ClipMatrix takes the one that renders.")
    if isinstance(coat, Painted) and _attribute(mesh, coat.attribute) is None:
        missing = f"{thing.name} has no colours “{coat.attribute}”, which a material asks for"
        return Reading(Colour((0.0, 0.0, 0.0)), f"{missing}; it is black there.")
    return reading


def _throughout(coats: set[Coat], mesh: bpy.types.Mesh, largest: int) -> np.ndarray | None:
    """The texture where all faces have the same coat in the layout that is wanted; None where they have not."""
    coat = next(iter(coats))
    if len(coats) > 1 or isinstance(coat, Painted):
        return None
    if isinstance(coat, Colour):
        return _bytes(coat)[None, None]
    if not lies_as_wanted(coat, mesh):
        return None
    return _pixels(coat, largest)


def _coated(coat: Coat, layout: Layout, chosen: np.ndarray, side: int) -> np.ndarray:
    """What chosen texels show of a coat: (N, 3) uint8, or (3,) for all of them."""
    if isinstance(coat, Colour):
        return _bytes(coat)
    if isinstance(coat, Painted):
        carried = _corner_colours(layout.mesh, coat.attribute)[layout.corners]
        shown = spread(carried, layout.uvs, layout.triangle[chosen], layout.centres[chosen])
        return images.in_bytes(images.encoded(shown.clip(0, 1)))
    return looked_up(coat, _pixels(coat, side), layout, chosen)


def _pixels(coat: Picture, largest: int) -> np.ndarray:
    """An image as a shader takes it for a colour: (H, W, 3) uint8 sRGB, no side longer than ``largest``."""
    colour, linear = shader_input(coat, largest)
    return images.in_bytes(images.encoded(colour.clip(0, 1)) if linear else colour)


def _corner_colours(mesh: bpy.types.Mesh, name: str) -> np.ndarray:
    """Linear colours at the mesh's corners, (L, 3)."""
    attribute = _attribute(mesh, name)
    assert attribute is not None
    colours = np.empty(len(attribute.data) * 4, np.float32)
    attribute.data.foreach_get("color", colours)
    colours = colours.reshape(-1, 4)[:, :3]
    if attribute.domain == "CORNER":
        return colours
    vertices = np.empty(len(mesh.loops), np.int32)
    mesh.loops.foreach_get("vertex_index", vertices)
    return colours[vertices]


def _attribute(mesh: bpy.types.Mesh, name: str) -> Any:
    """The colour attribute of this name; without a name the one that renders. None if there is none."""
    colours = mesh.color_attributes
    if not name and 0 <= colours.render_color_index < len(colours):
        return colours[colours.render_color_index]
    return colours.get(name)


def _bytes(coat: Colour) -> np.ndarray:
    """A colour as (3,) uint8 sRGB."""
    return images.in_bytes(images.encoded(np.clip(coat.rgb, 0, 1)))
