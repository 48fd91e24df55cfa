"""What ClipMatrix takes differently from what the artist sees; nothing that keeps a character from being sent."""

from __future__ import annotations

from collections.abc import Sequence

import bpy
import numpy as np
from clipmatrix_protocol import Part

from .keys import animated_keys, mesh_of, offsets_key
from .materials.unrolled import unroll
from .materials.uvs import are_cramped
from .posing import rigging

TILE_SIDE = 64
"""Texels along a tile's side, at which tiles are compared."""

MOST_SHARED = 0.05
"""Of the painted texels, that several tiles may share by chance, such as where islands reach over an edge."""

BENT = np.cos(np.radians(5))
"""Cosine between two faces of a mesh, below which it is no plane: a plane looks the same flat and smooth."""


def remarks(parts: Sequence[bpy.types.Object], armature: bpy.types.Object | None) -> tuple[str, ...]:
    """One sentence each, without repetitions."""
    said = [
        remark
        for thing in parts
        for remark in (*rigging.remarks(thing, armature), *_driven(thing), *_copies(thing), *_flat(thing))
    ]
    return tuple(dict.fromkeys(said))


def cramped(part: Part) -> tuple[str, ...]:
    """A remark on UVs that leave most faces next to nothing of the texture."""
    if not are_cramped(part.corner_uvs):
        return ()
    return (
        f"{part.name}'s UVs put most faces on a spot, as colour palettes do; paint needs room. "
        "Unwrap, in the ClipMatrix menu, makes some and keeps the look.",
    )


def stacked(part: Part) -> tuple[str, ...]:
    """A remark on UVs that lie in several tiles, as UDIMs do, which fall on the same places of one image."""
    tiles, tile = np.unique(np.floor(part.corner_uvs.mean(axis=1)), axis=0, return_inverse=True)
    if len(tiles) == 1:
        return ()
    order = np.argsort(tile.reshape(-1))
    uvs, tile = part.corner_uvs[order], tile.reshape(-1)[order]
    last, first = unroll(uvs, TILE_SIDE), unroll(uvs[::-1], TILE_SIDE)  # of those over each texel, tile by tile
    painted = last >= 0
    if np.mean(tile[last[painted]] != tile[::-1][first[painted]]) <= MOST_SHARED:
        return ()
    return (
        f"{part.name}'s UVs fill {len(tiles)} tiles, which share one image here: faces in the same place of two tiles "
        "get the same paint. Unwrap it into another UV layer.",
    )


def _copies(thing: bpy.types.Object) -> tuple[str, ...]:
    if thing.instance_type not in {"VERTS", "FACES"}:
        return ()
    return (f"{thing.name} shows copies of other objects on its surface; ClipMatrix sees it without them.",)


def _driven(thing: bpy.types.Object) -> tuple[str, ...]:
    block = mesh_of(thing).shape_keys
    moved = [block.key_blocks[name] for name in animated_keys(block)] if block else []
    worn = offsets_key(block)
    count = sum(key != worn and not key.mute for key in moved)
    if not count:
        return ()
    keys = "a shape key that is" if count == 1 else f"{count} shape keys that are"
    return (f"{thing.name} has {keys} driven or animated; ClipMatrix leaves such keys as they are now.",)


def _flat(thing: bpy.types.Object) -> tuple[str, ...]:
    """A remark on a mesh most of whose faces are shaded flat, as a new cube's are, unless it is a plane."""
    mesh = mesh_of(thing)
    sharp = mesh.attributes.get("sharp_face")
    if sharp is None or not len(sharp.data):
        return ()
    flat = np.empty(len(sharp.data), bool)
    sharp.data.foreach_get("value", flat)
    if 2 * np.count_nonzero(flat) <= len(flat):
        return ()
    normals = np.empty((len(flat), 3), np.float32)
    mesh.polygon_normals.foreach_get("vector", normals.reshape(-1))
    if (normals @ normals[0]).min() > BENT:
        return ()
    return (f"{thing.name} is shaded flat; ClipMatrix looks at it smooth.",)
