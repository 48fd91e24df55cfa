"""A character in numbers, for a panel that is drawn at every move of the mouse: settings and lengths, no mesh data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import bpy

from .keys import animated_keys, mesh_of, offsets_key
from .materials.uvs import render_layer


@dataclass(frozen=True)
class Overview:
    """What there is.

    Attributes
    ----------
    vertices
        Number by part, in the order of the parts.
    bones
        How many bones deform; 0 without an armature.
    uv_layers
        Names of the layers that render, each once.
    keys, fixed
        How many shape keys act, by name; and how many of these are locked, driven or animated, and so stay.
    """

    vertices: tuple[int, ...]
    bones: int
    uv_layers: tuple[str, ...]
    keys: int
    fixed: int


def overview(parts: Sequence[bpy.types.Object], armature: bpy.types.Object | None) -> Overview:
    """Count what a character has."""
    meshes = [mesh_of(thing) for thing in parts]
    layers = [render_layer(mesh) for mesh in meshes]
    found: dict[str, bool] = {}
    for block in [mesh.shape_keys for mesh in meshes if mesh.shape_keys]:
        moved, worn = animated_keys(block), offsets_key(block)
        for key in block.key_blocks:
            if key not in (block.reference_key, worn) and not key.mute:
                found[key.name] = found.get(key.name, True) and (key.lock_shape or key.name in moved)
    bones = armature.data.bones if armature and isinstance(armature.data, bpy.types.Armature) else ()
    return Overview(
        vertices=tuple(len(mesh.vertices) for mesh in meshes),
        bones=sum(bone.use_deform for bone in bones),
        uv_layers=tuple(dict.fromkeys(layer.name for layer in layers if layer)),
        keys=len(found),
        fixed=sum(found.values()),
    )
