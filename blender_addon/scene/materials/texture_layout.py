"""Laying out over a mesh what its material slots show: one texture, in the layout that results come home in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import bpy
import numpy as np

from . import images
from .base_colour_nodes import Extension, Picture
from .unrolled import first_tile, grown, spread, unroll
from .uvs import corner_uvs, render_layer, triangle_corners

Coat = TypeVar("Coat")
"""What a material slot shows: a coat of colour, or what leans its normals."""

LARGEST_LAID_OUT = 2048
"""Side of a texture that is laid out texel by texel, at most: a second's work."""

SEAM = 8
"""Texels by which colours run on into the gaps between UV islands."""


@dataclass(frozen=True, eq=False)
class Layout:
    """Which texels of a texture show which triangles of a mesh.

    Attributes
    ----------
    mesh
        The mesh, T triangles; for use at once.
    corners
        (T, 3) int32, the triangles' face corners.
    uvs
        (T, 3, 2) float64, where these lie in the layer that renders.
    texels
        (N,) int64, the texels that show a triangle, flat.
    centres
        (N, 2) their UVs.
    triangle
        (N,) which triangle each shows.
    """

    mesh: bpy.types.Mesh
    corners: np.ndarray
    uvs: np.ndarray
    texels: np.ndarray
    centres: np.ndarray
    triangle: np.ndarray


def slots_worn(thing: bpy.types.Object, mesh: bpy.types.Mesh) -> np.ndarray:
    """(T,) int32, the material slot of each triangle, as Blender shows it."""
    mesh.calc_loop_triangles()
    slots = np.empty(len(mesh.loop_triangles), np.int32)
    mesh.loop_triangles.foreach_get("material_index", slots)
    return slots.clip(0, max(len(thing.material_slots) - 1, 0))


def material_of(thing: bpy.types.Object, slot: int) -> bpy.types.Material | None:
    """The material of a slot; None where the slot is empty or there is none."""
    return thing.material_slots[slot].material if thing.material_slots else None


def lies_as_wanted(picture: Picture, mesh: bpy.types.Mesh) -> bool:
    """Whether an image needs no laying out: it shows in the layout that is wanted."""
    layer = render_layer(mesh)
    if picture.placing is not None or (picture.layer and (layer is None or picture.layer != layer.name)):
        return False
    return picture.extension == "REPEAT" or layer is None or _inside(corner_uvs(layer))


def shader_input(picture: Picture, largest: int) -> tuple[np.ndarray, bool]:
    """What a shader gets from an image node: (H, W, 3), no side longer than ``largest``; and whether that is linear.

    Blender keeps 8-bit images as they were encoded and with straight alpha, float images as linear light multiplied
    with alpha; images that are no colours count as linear. Image nodes hide what is transparent in darkness, unless
    their alpha is used, or the image is no colour.
    """
    image = picture.image
    values = images.thinned(images.pixels(image), largest)
    colour = images.coloured(values)
    space = image.colorspace_settings
    is_data = space is not None and space.is_data
    alpha_counts = values.shape[2] == 4 and image.alpha_mode not in images.OPAQUE and not is_data
    if alpha_counts and float(values[..., 3].min()) < 1:
        alpha = values[..., 3:].clip(0, 1)
        if image.is_float and picture.straight:
            colour = colour / np.maximum(alpha, 1e-6)
        elif not image.is_float and not picture.straight:
            colour = colour * alpha
    return colour, bool(image.is_float or is_data or (space is not None and space.name.startswith("Linear")))


def laid_out(
    coats: Mapping[int, Coat],
    slots: np.ndarray,
    mesh: bpy.types.Mesh,
    side: int,
    show: Callable[[Coat, Layout, np.ndarray], np.ndarray],
) -> np.ndarray:
    """Make one texture of what a mesh's material slots show, each on its own faces.

    Parameters
    ----------
    coats
        By slot.
    slots
        (T,) the slot of each triangle, from :func:`slots_worn`.
    side
        Of the texture, texels.
    show
        Given a coat, the layout and a mask (N,) over its texels: what these show, (M, 3) uint8, or (3,) for all.

    Returns
    -------
    ndarray
        (side, side, 3) uint8; far from all faces is their mean.
    """
    layout = _layout(mesh, side)
    texture = np.zeros((side * side, 3), np.uint8)
    for coat in dict.fromkeys(coats.values()):
        wears = np.array([slot in coats and coats[slot] == coat for slot in range(max(coats) + 1)])
        chosen = wears[slots[layout.triangle]]
        texture[layout.texels[chosen]] = show(coat, layout, chosen)
    empty = np.ones(side * side, bool)
    empty[layout.texels] = False
    if len(layout.texels):
        texture[empty] = np.rint(texture[~empty].mean(axis=0))
    return texture.reshape(side, side, 3)


def looked_up(picture: Picture, pixels: np.ndarray, layout: Layout, chosen: np.ndarray) -> np.ndarray:
    """What chosen texels show of an image, whose pixels (H, W, 3) uint8 are given: (N, 3) uint8."""
    triangle, centres = layout.triangle[chosen], layout.centres[chosen]
    layer = layout.mesh.uv_layers.get(picture.layer) if picture.layer else render_layer(layout.mesh)
    assert layer is not None
    own = np.nan_to_num(corner_uvs(layer)[layout.corners].astype(np.float64))
    if np.array_equal(own, layout.uvs):
        places = centres + (own - first_tile(own))[triangle, 0]
    else:
        places = spread(own, layout.uvs, triangle, centres)
    if picture.placing is not None:
        turn = np.array(picture.placing)
        places = places @ turn[:, :2].T + turn[:, 2]
    return _sampled(pixels, places, picture.extension)


def _layout(mesh: bpy.types.Mesh, side: int) -> Layout:
    layer = render_layer(mesh)
    assert layer is not None  # or there would be no surface to send
    corners = triangle_corners(mesh)
    uvs = corner_uvs(layer)[corners].astype(np.float64)
    ids = grown(unroll(uvs, side), SEAM).reshape(-1)
    texels = np.flatnonzero(ids >= 0)
    centres = np.stack([texels % side, texels // side], axis=1) / side + 0.5 / side
    return Layout(mesh, corners, uvs, texels, centres, ids[texels])


def _sampled(texture: np.ndarray, places: np.ndarray, extension: Extension) -> np.ndarray:
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


def _within(index: np.ndarray, count: int, extension: Extension) -> np.ndarray:
    """Bring texels (N,) into an image; what a clipped one shows beyond its border is its border."""
    if extension == "REPEAT":
        return index % count
    if extension == "MIRROR":
        return np.minimum(index % (2 * count), 2 * count - 1 - index % (2 * count))
    return index.clip(0, count - 1)


def _inside(uvs: np.ndarray) -> bool:
    return bool(uvs.min() >= 0 and uvs.max() <= 1)
