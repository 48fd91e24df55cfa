"""Move a body's bones to where its shape has its joints.

A shape key moves vertices and leaves bones where they are. The joints of SMPL's bodies are linear in the shape's
coefficients, so the body remembers by how much each key moves each joint, and no backend has to be asked.
"""

from __future__ import annotations

import bpy
import numpy as np
from mathutils import Vector

from ..errors import Refusal
from .editing import edit_bones
from .memory import Origin, require_same_size

FITS = 1e-4
"""Metres; a bone that is nearer to its joint than that stays."""


def wanted_heads(mesh_object: bpy.types.Object, origin: Origin) -> np.ndarray:
    """Compute the joints of the body as its shape keys stand, (J, 3) metres, armature space."""
    mesh = mesh_object.data
    assert isinstance(mesh, bpy.types.Mesh)
    heads = origin.heads.copy()
    for key in mesh.shape_keys.key_blocks if mesh.shape_keys else ():
        if key.name in origin.moves and not key.mute:
            heads += key.value * origin.moves[key.name]
    return heads


def fits(mesh_object: bpy.types.Object, rig: bpy.types.Object, origin: Origin) -> bool:
    """Tell whether every bone starts at its joint."""
    return bool(np.abs(heads_now(rig, origin) - wanted_heads(mesh_object, origin)).max() < FITS)


def fit_bones(mesh_object: bpy.types.Object, rig: bpy.types.Object, origin: Origin, context: bpy.types.Context) -> None:
    """Move every bone to its joint; directions and rolls stay, so that poses and Actions mean what they meant.

    Raises
    ------
    Refusal
        If a bone is gone or connected to its parent, the body was scaled for good, or the armature cannot be edited;
        nothing is moved then.
    """
    require_same_size(mesh_object, origin)
    heads_now(rig, origin)
    heads = wanted_heads(mesh_object, origin)
    lengths = np.linalg.norm(origin.tails - origin.heads, axis=1) * _growth(origin, heads)
    with edit_bones(rig, context) as bones:
        for name in origin.joints:
            if bones[name].use_connect:
                raise Refusal(f"The bone {name} is connected to its parent.", "Turn Connected off in its Bone tab.")
        for index, name in enumerate(origin.joints):
            bone = bones[name]
            along = Vector((origin.tails[index] - origin.heads[index]).tolist()).normalized()
            roll = bone.roll
            bone.head = Vector(heads[index].tolist())
            bone.tail = bone.head + along * float(lengths[index])
            bone.roll = roll


def heads_now(rig: bpy.types.Object, origin: Origin) -> np.ndarray:
    """Read where the bones begin, (J, 3) metres, armature space, in the body's order.

    Raises
    ------
    Refusal
        If a bone is gone.
    """
    armature = rig.data
    assert isinstance(armature, bpy.types.Armature)
    gone = [name for name in origin.joints if name not in armature.bones]
    if gone:
        raise Refusal(f"{rig.name} has no bone {gone[0]} any more.", "Give the body's bones their first names again.")
    return np.array([armature.bones[name].head_local[:] for name in origin.joints])


def _growth(origin: Origin, heads: np.ndarray) -> np.ndarray:
    """By how much each joint's distance to its children has grown, (J,); its parent's growth where it has none."""
    growth = np.ones(len(origin.joints))
    for joint, parent in enumerate(origin.parents):
        children = np.flatnonzero(origin.parents == joint)
        before = np.linalg.norm(origin.heads[children] - origin.heads[joint], axis=1).sum()
        after = np.linalg.norm(heads[children] - heads[joint], axis=1).sum()
        if before > 0 and after > 0:
            growth[joint] = after / before
        elif parent >= 0:
            growth[joint] = growth[parent]
    return growth
