"""What Mask modifiers hide of a mesh, as MPFB's do of its helper geometry and of the skin below clothes."""

from __future__ import annotations

import bpy
import numpy as np

from .skin import group_weights

WEIGHING = frozenset({"NODES", "DATA_TRANSFER", "VERTEX_WEIGHT_EDIT", "VERTEX_WEIGHT_MIX", "VERTEX_WEIGHT_PROXIMITY"})
"""Modifier types after which a vertex group may hold other weights than the mesh has."""


def masks(thing: bpy.types.Object) -> list[bpy.types.MaskModifier]:
    """The Mask modifiers at work that hide whole faces by a vertex group; the others can't be told from the mesh."""
    found = []
    for modifier in thing.modifiers:
        if not modifier.show_viewport:
            continue
        if modifier.type in WEIGHING:
            break
        if isinstance(modifier, bpy.types.MaskModifier) and _by_group(thing, modifier):
            found.append(modifier)
    return found


def seen(thing: bpy.types.Object) -> np.ndarray | None:
    """(V,) bool, the vertices that no mask hides; None without masks. A face is seen where all its vertices are."""
    kept = [_keeps(thing, modifier) for modifier in masks(thing)]
    return np.all(kept, axis=0) if kept else None


def exclude_each_other(thing: bpy.types.Object) -> bool:
    """Whether masks hide all of it, whatever the weights: MPFB hides a body so that is seen as a proxy. Quick."""
    found = masks(thing)
    kept = [mask for mask in found if not mask.invert_vertex_group]
    return any(
        mask.vertex_group == other.vertex_group and mask.threshold >= other.threshold
        for mask in kept
        for other in found
        if other.invert_vertex_group
    )


def _by_group(thing: bpy.types.Object, modifier: bpy.types.MaskModifier) -> bool:
    return modifier.mode == "VERTEX_GROUP" and not modifier.use_smooth and modifier.vertex_group in thing.vertex_groups


def _keeps(thing: bpy.types.Object, modifier: bpy.types.MaskModifier) -> np.ndarray:
    """(V,) bool."""
    above = group_weights(thing, modifier.vertex_group) > modifier.threshold
    return ~above if modifier.invert_vertex_group else above
