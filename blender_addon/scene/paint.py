"""What the artist's own materials show on a mesh object, as one texture in the layout that results come home in.

Nothing is rendered and nothing of the scene is touched: a base colour that is one image or colour is read as it is, and
what lies on other faces, in another UV layer or on the mesh's corners is laid out texel by texel.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import bpy
import numpy as np

from . import images
from .coats import Coat, Colour, Painted, Picture, Reading, read_coat
from .keys import mesh_of
from .unrolled import first_tile, grown, spread, unroll
from .uvs import corner_uvs, render_layer

LARGEST_LAID_OUT = 2048
"""Side of a texture that is laid out texel by texel, at most: a second's work."""

SEAM = 8
"""Texels by which colours run on into the gaps between UV islands."""


@dataclass(frozen=True, eq=False)
class Paint:
    """A part's paint: (H, W, 3) uint8 sRGB, row 0 at the bottom; and what about it is not as the artist sees it."""

    texture: np.ndarray
    remarks: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class _Layout:
    """Where a mesh is painted: UVs of its triangles (T, 3, 2), and of each texel with paint the place and triangle.

    ``texels`` (N,) are flat places in the texture, ``centres`` (N, 2) their UVs, ``triangle`` (N,) whose they are.
    """

    mesh: bpy.types.Mesh
    corners: np.ndarray
    uvs: np.ndarray
    texels: np.ndarray
    centres: np.ndarray
    triangle: np.ndarray


def paint(thing: bpy.types.Object, largest: int) -> Paint:
    """Read an object's paint.

    Parameters
    ----------
    largest
        Longest side of the texture that is of use, texels.
    """
    mesh = mesh_of(thing)
    mesh.calc_loop_triangles()
    slots = np.empty(len(mesh.loop_triangles), np.int32)
    mesh.loop_triangles.foreach_get("material_index", slots)
    slots = slots.clip(0, max(len(thing.material_slots) - 1, 0))
    readings = {int(slot): _reading(thing, int(slot)) for slot in np.unique(slots)}
    remarks = tuple(dict.fromkeys(reading.remark for reading in readings.values() if reading.remark))
    coats = {slot: reading.coat for slot, reading in readings.items()}
    texture = _throughout(set(coats.values()), mesh, largest)
    if texture is None:
        texture = _laid_out(coats, slots, mesh, min(largest, LARGEST_LAID_OUT))
    return Paint(texture, remarks)


def _reading(thing: bpy.types.Object, slot: int) -> Reading:
    """What a slot's material shows on this object; a layer or attribute that is not there is said."""
    reading = read_coat(thing.material_slots[slot].material if thing.material_slots else None)
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
    layer = render_layer(mesh)
    if coat.placing is not None or (coat.layer and (layer is None or coat.layer != layer.name)):
        return None
    if coat.extension != "REPEAT" and layer is not None and not _inside(corner_uvs(layer)):
        return None
    return _pixels(coat, largest)


def _laid_out(coats: dict[int, Coat], slots: np.ndarray, mesh: bpy.types.Mesh, side: int) -> np.ndarray:
    """Lay coats out over the faces that wear them: (side, side, 3) uint8; far from all faces is their mean colour."""
    layout = _layout(mesh, side)
    texture = np.zeros((side * side, 3), np.uint8)
    for coat in dict.fromkeys(coats.values()):
        wears = np.array([coats.get(slot) == coat for slot in range(max(coats) + 1)])
        chosen = wears[slots[layout.triangle]]
        texture[layout.texels[chosen]] = _coated(coat, layout, chosen, side)
    empty = np.ones(side * side, bool)
    empty[layout.texels] = False
    if len(layout.texels):
        texture[empty] = np.rint(texture[~empty].mean(axis=0))
    return texture.reshape(side, side, 3)


def _layout(mesh: bpy.types.Mesh, side: int) -> _Layout:
    layer = render_layer(mesh)
    assert layer is not None  # or there would be no surface to send
    corners = np.empty(len(mesh.loop_triangles) * 3, np.int32)
    mesh.loop_triangles.foreach_get("loops", corners)
    corners = corners.reshape(-1, 3)
    uvs = corner_uvs(layer)[corners].astype(np.float64)
    ids = grown(unroll(uvs, side), SEAM).reshape(-1)
    texels = np.flatnonzero(ids >= 0)
    centres = np.stack([texels % side, texels // side], axis=1) / side + 0.5 / side
    return _Layout(mesh, corners, uvs, texels, centres, ids[texels])


def _coated(coat: Coat, layout: _Layout, chosen: np.ndarray, side: int) -> np.ndarray:
    """What chosen texels show of a coat: (N, 3) uint8, or (3,) for all of them."""
    if isinstance(coat, Colour):
        return _bytes(coat)
    triangle, centres = layout.triangle[chosen], layout.centres[chosen]
    if isinstance(coat, Painted):
        carried = _corner_colours(layout.mesh, coat.attribute)[layout.corners]
        return images.in_bytes(images.encoded(spread(carried, layout.uvs, triangle, centres).clip(0, 1)))
    layer = layout.mesh.uv_layers.get(coat.layer) if coat.layer else render_layer(layout.mesh)
    assert layer is not None
    own = np.nan_to_num(corner_uvs(layer)[layout.corners].astype(np.float64))
    if np.array_equal(own, layout.uvs):
        places = centres + (own - first_tile(own))[triangle, 0]
    else:
        places = spread(own, layout.uvs, triangle, centres)
    if coat.placing is not None:
        turn = np.array(coat.placing)
        places = places @ turn[:, :2].T + turn[:, 2]
    return _sampled(_pixels(coat, side), places, coat.extension)


def _sampled(texture: np.ndarray, places: np.ndarray, extension: str) -> np.ndarray:
    """Look a texture (H, W, 3) uint8 up at places (N, 2), bilinearly."""
    height, width = texture.shape[:2]
    flat = texture.reshape(-1, 3)
    spot = places * (width, height) - 0.5
    before = np.floor(spot)
    beyond = (spot - before).astype(np.float32)
    colour = np.zeros((len(places), 3), np.float32)
    for along in (0, 1):
        for up in (0, 1):
            column = _within(before[:, 0].astype(np.int64) + along, width, extension)
            row = _within(before[:, 1].astype(np.int64) + up, height, extension)
            share = np.abs(1 - along - beyond[:, 0]) * np.abs(1 - up - beyond[:, 1])
            colour += flat[row * width + column] * share[:, None]
    return np.rint(colour).astype(np.uint8)


def _within(index: np.ndarray, count: int, extension: str) -> np.ndarray:
    """Bring texels (N,) into an image; what a clipped one shows beyond its border is its border."""
    if extension == "REPEAT":
        return index % count
    if extension == "MIRROR":
        return np.minimum(index % (2 * count), 2 * count - 1 - index % (2 * count))
    return index.clip(0, count - 1)


def _pixels(coat: Picture, largest: int) -> np.ndarray:
    """An image as a shader takes it for a colour: (H, W, 3) uint8 sRGB, no side longer than ``largest``.

    Blender keeps 8-bit images as they were encoded and with straight alpha, float images as linear light multiplied
    with alpha; images that are no colours count as linear. Image nodes hide what is transparent in darkness, unless
    their alpha is used.
    """
    image = coat.image
    values = images.thinned(images.pixels(image), largest)
    colour = images.coloured(values)
    if values.shape[2] == 4 and image.alpha_mode not in images.OPAQUE and float(values[..., 3].min()) < 1:
        alpha = values[..., 3:].clip(0, 1)
        if image.is_float and coat.straight:
            colour = colour / np.maximum(alpha, 1e-6)
        elif not image.is_float and not coat.straight:
            colour = colour * alpha
    space = image.colorspace_settings
    linear = image.is_float or (space is not None and (space.is_data or space.name.startswith("Linear")))
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


def _inside(uvs: np.ndarray) -> bool:
    return bool(uvs.min() >= 0 and uvs.max() <= 1)


def _bytes(coat: Colour) -> np.ndarray:
    """A colour as (3,) uint8 sRGB."""
    return images.in_bytes(images.encoded(np.clip(coat.rgb, 0, 1)))
