"""What moves a character's vertices: its deforming bones, and a joint for each part that moves as one piece."""

from __future__ import annotations

from collections.abc import Sequence

import bpy
import numpy as np

from . import geometry
from .posing import rigging
from .posing.poses import SAME_POSE, Poses
from .posing.skin import Skin, read_skin, rigid

STILL = "(still)"
"""The joint of what no bone moves; no bone of the artist's is likely to be called that."""


def deforming_bones(armature: bpy.types.Object | None) -> dict[str, int]:
    """Index by name of the armature's bones that deform."""
    if armature is None or not isinstance(armature.data, bpy.types.Armature):
        return {}
    return {bone.name: index for index, bone in enumerate(bone for bone in armature.data.bones if bone.use_deform)}


def skin_of(thing: bpy.types.Object, rig: rigging.Rigging, bones: dict[str, int]) -> Skin | None:
    """A skinned part's weights; None for a part that moves as one piece."""
    if not rig.skinned:
        return None
    return read_skin(thing, bones, rigging.mask_of(thing, rig))


def joints(
    objects: Sequence[bpy.types.Object],
    skins: Sequence[Skin | None],
    bones: list[str],
    sampled: Poses,
) -> tuple[tuple[str, ...], np.ndarray, list[Skin]]:
    """Find the joints in use: bones, one that stays, one for each rigid part that moves.

    Parameters
    ----------
    skins
        The objects' weights, joints numbered as ``bones`` are; None for a part that moves as one piece.
    bones
        Names, in the order that the poses were sampled in.

    Returns
    -------
    names
        (J).
    matrices
        (P, J, 4, 4), rest to posed.
    skins
        One for each object, joints numbered as ``names`` are.
    """
    used = sorted({int(j) for skin in skins if skin for j in np.unique(skin.joints[skin.weights > 0]) if j >= 0})
    names = [bones[index] for index in used] + [STILL]
    number = np.full(len(bones) + 1, len(used), np.int32)  # the last place, which -1 reaches, is the still joint
    number[used] = np.arange(len(used))
    count = len(sampled.bones)
    matrices = [sampled.bones[:, used], np.broadcast_to(np.eye(4), (count, 1, 4, 4))]
    out = []
    for index, (thing, skin) in enumerate(zip(objects, skins, strict=True)):
        if skin is not None:
            out.append(Skin(number[skin.joints], skin.weights))
        elif np.allclose(sampled.parts[:, index], np.eye(4), atol=SAME_POSE):
            out.append(rigid(len(geometry.basis(thing)), len(used)))
        else:
            out.append(rigid(len(geometry.basis(thing)), len(names)))
            names.append(_joint_name(thing))
            matrices.append(sampled.parts[:, index : index + 1])
    return tuple(names), np.concatenate(matrices, axis=1), out


def _joint_name(thing: bpy.types.Object) -> str:
    """What a rigid part's joint is called: its bone, or the part itself."""
    return thing.parent_bone if thing.parent_type == "BONE" else thing.name
