"""One mesh object's triangles, UVs and shape keys as arrays, in the object's own space."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np
from clipmatrix_protocol import MAX_FRAME_BYTES

from ..errors import Fix, Refusal
from .keys import animated_keys, mesh_of, offsets_key, points
from .materials.uvs import are_empty, render_layer, triangle_uvs
from .posing.masks import seen
from .posing.skin import group_weights


@dataclass(frozen=True, eq=False)
class Surface:
    """Triangles and their UVs.

    Attributes
    ----------
    triangles
        (T, 3) int32.
    corner_uvs
        (T, 3, 2) float32.
    """

    triangles: np.ndarray
    corner_uvs: np.ndarray


@dataclass(frozen=True, eq=False)
class Key:
    """A shape key: its place on the slider, and what it does, (V, 3) float64 in object space."""

    name: str
    value: float
    low: float
    high: float
    delta: np.ndarray


def basis(thing: bpy.types.Object) -> np.ndarray:
    """Where the vertices are without any shape key, (V, 3) float64, object space.

    Raises
    ------
    Refusal
        If some are nowhere.
    """
    mesh = mesh_of(thing)
    if mesh.shape_keys is not None:
        flat = points(mesh.shape_keys.reference_key)
    else:
        flat = np.empty(len(mesh.vertices) * 3, np.float32)
        mesh.vertices.foreach_get("co", flat)
    if not np.isfinite(flat).all():
        raise broken(thing, "vertices")
    return flat.reshape(-1, 3).astype(np.float64)


def weave(thing: bpy.types.Object) -> int:
    """A checksum of the edges: it changes where some are added, removed, joined otherwise, or put in another order."""
    mesh = mesh_of(thing)
    flat = np.empty(len(mesh.edges) * 2, np.int32)
    quick: Any = mesh.attributes.get(".edge_verts")  # the same, a hundred times as fast; empty in edit mode
    if quick is not None and len(quick.data) == len(mesh.edges):
        quick.data.foreach_get("value", flat)
    else:
        mesh.edges.foreach_get("vertices", flat)
    return zlib.crc32(flat.tobytes())


def surface(thing: bpy.types.Object) -> Surface:
    """Loop triangles with the UVs of the layer that renders, without those that Mask modifiers hide.

    Raises
    ------
    Refusal
        If there are no faces, or all are hidden; if there are no UVs, UVs that cover nothing of the image, or some that
        are no numbers.
    """
    mesh = mesh_of(thing)
    mesh.calc_loop_triangles()
    count = len(mesh.loop_triangles)
    if count == 0:
        raise Refusal(f"{thing.name} has no faces.", "Hide it, or leave it out of the selection.")
    triangles = np.empty(count * 3, np.int32)
    mesh.loop_triangles.foreach_get("vertices", triangles)
    unwrap = Fix("clipmatrix.unwrap", "Unwrap", {"object": thing.name})
    layer = render_layer(mesh)
    if layer is None:
        raise Refusal(f"{thing.name} has no UVs.", fix=unwrap)
    uvs = triangle_uvs(mesh, layer)
    if not np.isfinite(uvs).all():
        raise broken(thing, "UVs")
    if are_empty(uvs):
        raise Refusal(f"{thing.name}'s UV layer “{layer.name}” is empty.", fix=unwrap)
    return _shown(thing, Surface(triangles.reshape(-1, 3), uvs))


def _shown(thing: bpy.types.Object, whole: Surface) -> Surface:
    """What masks leave of a surface."""
    kept = seen(thing)
    if kept is None:
        return whole
    faces = kept[whole.triangles].all(axis=1)
    if not faces.any():
        raise Refusal(f"{thing.name}'s Mask modifiers hide all of it.", "Hide it, or leave it out of the selection.")
    return Surface(whole.triangles[faces], whole.corner_uvs[faces])


def broken(thing: bpy.types.Object, what: str) -> Refusal:
    """Some of the mesh's numbers are none: left behind by a division by zero in some importer or add-on."""
    return Refusal(
        f"{thing.name} has {what} that are no numbers.",
        "Mend puts them at zero.",
        Fix("clipmatrix.mend", "Mend", {"object": thing.name}),
    )


def keys(thing: bpy.types.Object) -> list[Key]:
    """The shape keys that act on the object, without Basis, a take's offsets, and muted ones.

    Keys that are locked, driven or animated are pinned (``low == high``); pinned at 0 they do nothing and are left out.

    Raises
    ------
    Refusal
        If a key moves a vertex to nowhere, or there is more than a message can hold.
    """
    block = mesh_of(thing).shape_keys
    if block is None:
        return []
    acting, vertices = _acting(block), len(block.reference_key.points)
    if len(acting) * vertices * 3 * np.float32().itemsize > MAX_FRAME_BYTES:
        raise Refusal(
            f"{thing.name} has {len(acting)} shape keys on {vertices:,} vertices: too much to send.",
            "Mute those that are not needed.",
        )
    found = [Key(key.name, key.value, low, high, _delta(thing, key)) for key, low, high in acting]
    if not all(np.isfinite(key.delta).all() for key in found):
        raise broken(thing, "shape keys")
    return found


def _acting(block: bpy.types.Key) -> list[tuple[bpy.types.ShapeKey, float, float]]:
    """The keys that do something, and how low and high the optimiser may set them."""
    moved, worn = animated_keys(block), offsets_key(block)
    found = []
    for key in block.key_blocks:
        if key in (block.reference_key, worn) or key.mute:
            continue
        low, high = min(key.slider_min, key.value), max(key.slider_max, key.value)
        if key.lock_shape or key.name in moved:
            low = high = key.value
        if low != high or key.value != 0:
            found.append((key, low, high))
    return found


def earlier_offsets(thing: bpy.types.Object) -> np.ndarray | None:
    """The offsets of the take the object wears, (V, 3) float64, object space; None without one."""
    key = offsets_key(mesh_of(thing).shape_keys)
    if key is None or key.mute:
        return None
    return _delta(thing, key) * key.value


def _delta(thing: bpy.types.Object, key: bpy.types.ShapeKey) -> np.ndarray:
    delta = (points(key) - points(key.relative_key)).reshape(-1, 3).astype(np.float64)
    if key.vertex_group:
        delta *= group_weights(thing, key.vertex_group)[:, None]
    return delta
