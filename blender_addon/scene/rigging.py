"""How an object hangs on its armature, and what of that linear blend skinning can't say."""

from __future__ import annotations

from dataclasses import dataclass

import bpy
import numpy as np

from ..errors import Fix, Refusal
from .keys import mesh_of
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
    warnings
        What is taken differently, one sentence each.
    """

    skinned: bool
    mask: str
    inverted: bool
    warnings: tuple[str, ...]


def read_rigging(thing: bpy.types.Object, armature: bpy.types.Object | None) -> Rigging:
    """Look at parent and modifiers.

    Raises
    ------
    Refusal
        If the object is deformed in a way that would make the result wrong.
    """
    active = [modifier for modifier in thing.modifiers if modifier.show_viewport]
    armatures = [
        modifier for modifier in active if isinstance(modifier, bpy.types.ArmatureModifier) and modifier.object
    ]
    by_parent = thing.parent is not None and thing.parent_type == "ARMATURE"
    if len(armatures) + by_parent > 1:
        raise Refusal(f"{thing.name} is deformed by two armatures at once.", "Leave one Armature modifier switched on.")
    if by_parent:
        return Rigging(True, "", False, _bone_warnings(armature))
    if not armatures:
        return Rigging(False, "", False, _unseen(thing, active))
    modifier = armatures[0]
    _refuse_earlier(thing, active[: active.index(modifier)])
    if modifier.use_bone_envelopes:
        raise Refusal(
            f"{thing.name} is deformed by bone envelopes.", "Turn off Bone Envelopes in its Armature modifier."
        )
    if modifier.use_multi_modifier:
        raise Refusal(f"{thing.name}'s Armature modifier uses Multi Modifier.", "Turn Multi Modifier off.")
    warnings = _unseen(thing, active) + _bone_warnings(armature)
    if modifier.use_deform_preserve_volume:
        warnings += (f"{thing.name} preserves volume; ClipMatrix judges it without, so joints look thinner to it.",)
    return Rigging(modifier.use_vertex_groups, modifier.vertex_group, modifier.invert_vertex_group, warnings)


def mask_of(thing: bpy.types.Object, rigging: Rigging) -> np.ndarray | None:
    """(V,) how much of the armature reaches each vertex; None for all of it."""
    if not rigging.mask or rigging.mask not in thing.vertex_groups:
        return None
    weights = np.clip(group_weights(thing, rigging.mask), 0, 1)
    return 1 - weights if rigging.inverted else weights


def refuse_unwritable(thing: bpy.types.Object) -> None:
    """Raise a :class:`Refusal` where results could not be brought home."""
    mesh = mesh_of(thing)
    if thing.mode == "EDIT":
        leave = Fix("object.mode_set", "Leave Edit Mode", {"mode": "OBJECT"})
        raise Refusal(f"{thing.name} is in edit mode.", fix=leave)
    if thing.library or mesh.library:
        local = Fix("object.make_local", "Make Local", {"type": "SELECT_OBDATA"})
        raise Refusal(f"{thing.name} is linked from another file.", "Select it and make it local.", local)
    if mesh.users - mesh.use_fake_user > 1:
        single = Fix("clipmatrix.single_user", "Make Single-User", {"object": thing.name})
        raise Refusal(f"{thing.name} shares its mesh with other objects, which would change too.", fix=single)


def _refuse_earlier(thing: bpy.types.Object, earlier: list[bpy.types.Modifier]) -> None:
    for modifier in earlier:
        if modifier.type not in KEEP_VERTICES:
            raise Refusal(
                f"{thing.name}'s {modifier.name} modifier changes the mesh before the armature moves it.",
                "Apply it, or put it below the Armature modifier.",
            )


def _unseen(thing: bpy.types.Object, active: list[bpy.types.Modifier]) -> tuple[str, ...]:
    names = [modifier.name for modifier in active if modifier.type not in HARMLESS | {"ARMATURE"}]
    return tuple(f"ClipMatrix sees {thing.name} without its {name} modifier." for name in names)


def _bone_warnings(armature: bpy.types.Object | None) -> tuple[str, ...]:
    if armature is None or not isinstance(armature.data, bpy.types.Armature):
        return ()
    bones = [bone for bone in armature.data.bones if bone.use_deform]
    bendy = any(bone.bbone_segments > 1 for bone in bones)
    multiplied = any(bone.use_envelope_multiply for bone in bones)
    return (
        *((f"{armature.name} has bendy bones; ClipMatrix poses them straight.",) if bendy else ()),
        *((f"{armature.name} multiplies weights with envelopes; ClipMatrix does not.",) if multiplied else ()),
    )
