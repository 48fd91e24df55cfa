"""How an object hangs on its armature, and what of that linear blend skinning can't say."""

from __future__ import annotations

from dataclasses import dataclass

import bpy
import numpy as np

from .masks import masks
from .skin import group_weights

KEEP_VERTICES = frozenset(
    {
        "ARMATURE", "CAST", "CLOTH", "CORRECTIVE_SMOOTH", "CURVE", "DATA_TRANSFER", "DISPLACE", "DYNAMIC_PAINT",
        "HOOK", "LAPLACIANDEFORM", "LAPLACIANSMOOTH", "LATTICE", "MESH_CACHE", "MESH_DEFORM", "NORMAL_EDIT",
        "SHRINKWRAP", "SIMPLE_DEFORM", "SMOOTH", "SOFT_BODY", "SURFACE_DEFORM", "UV_PROJECT", "UV_WARP",
        "VERTEX_WEIGHT_EDIT", "VERTEX_WEIGHT_MIX", "VERTEX_WEIGHT_PROXIMITY", "VOLUME_DISPLACE", "WARP", "WAVE",
        "WEIGHTED_NORMAL",
    }
)  # fmt: skip
"""Modifier types that leave the number of vertices alone."""

HARMLESS = frozenset({"SUBSURF", "MULTIRES", "TRIANGULATE", "EDGE_SPLIT", "NORMAL_EDIT", "WEIGHTED_NORMAL"})
"""Modifier types without which the character looks the same to CLIP."""


@dataclass(frozen=True)
class Rigging:
    """One object's rig.

    Attributes
    ----------
    skinned
        Whether an armature deforms it by vertex groups; otherwise it moves as one piece.
    mask, inverted
        The modifier's own vertex group, empty for none, and whether it counts the other way round.
    """

    skinned: bool
    mask: str
    inverted: bool


def read_rigging(thing: bpy.types.Object) -> Rigging:
    """Look at parent and modifiers of an object in which :mod:`.checks` has found no problem."""
    if deformed_by_parent(thing):
        return Rigging(skinned=True, mask="", inverted=False)
    found = armature_modifiers(thing)
    if not found:
        return Rigging(skinned=False, mask="", inverted=False)
    modifier = found[0]
    return Rigging(modifier.use_vertex_groups, modifier.vertex_group, modifier.invert_vertex_group)


def shown_modifiers(thing: bpy.types.Object) -> list[bpy.types.Modifier]:
    """The modifiers that make up what the artist sees, in their order."""
    return [modifier for modifier in thing.modifiers if modifier.show_viewport]


def armature_modifiers(thing: bpy.types.Object) -> list[bpy.types.ArmatureModifier]:
    """The Armature modifiers at work."""
    return [
        modifier
        for modifier in shown_modifiers(thing)
        if isinstance(modifier, bpy.types.ArmatureModifier) and modifier.object
    ]


def deformed_by_parent(thing: bpy.types.Object) -> bool:
    """Whether the object's parent deforms it without a modifier, by the old parent type Armature."""
    return thing.parent is not None and thing.parent_type == "ARMATURE"


def mask_of(thing: bpy.types.Object, rigging: Rigging) -> np.ndarray | None:
    """(V,) how much of the armature reaches each vertex; None for all of it."""
    if not rigging.mask or rigging.mask not in thing.vertex_groups:
        return None
    weights = np.clip(group_weights(thing, rigging.mask), 0, 1)
    return 1 - weights if rigging.inverted else weights


def remarks(thing: bpy.types.Object, armature: bpy.types.Object | None) -> tuple[str, ...]:
    """What of the object's rig and modifiers ClipMatrix takes differently, one sentence each."""
    found = armature_modifiers(thing)
    volume = any(modifier.use_deform_preserve_volume for modifier in found)
    return (
        *_unseen(thing),
        *(_bone_remarks(armature) if found or deformed_by_parent(thing) else ()),
        *((f"{thing.name} preserves volume; ClipMatrix judges it without, so joints look thinner to it.",) * volume),
    )


def _unseen(thing: bpy.types.Object) -> tuple[str, ...]:
    known = masks(thing)
    names = [
        modifier.name
        for modifier in shown_modifiers(thing)
        if modifier.type not in HARMLESS | {"ARMATURE"} and modifier not in known
    ]
    return tuple(f"ClipMatrix sees {thing.name} without its {name} modifier." for name in names)


def _bone_remarks(armature: bpy.types.Object | None) -> tuple[str, ...]:
    if armature is None or not isinstance(armature.data, bpy.types.Armature):
        return ()
    bones = [bone for bone in armature.data.bones if bone.use_deform]
    bendy = any(bone.bbone_segments > 1 for bone in bones)
    multiplied = any(bone.use_envelope_multiply for bone in bones)
    return (
        *((f"{armature.name} has bendy bones; ClipMatrix poses them straight.",) if bendy else ()),
        *((f"{armature.name} multiplies weights with envelopes; ClipMatrix does not.",) if multiplied else ()),
    )
