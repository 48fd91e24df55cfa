"""Poses drawn at random: around the one a character is in, or anywhere within the limits of its joints.

Bones without a parent stay, so that the character stays in its place. Constraints and drivers have the last word, as
they have over an artist's own poses: a chain that inverse kinematics holds stays at its target.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np
from mathutils import Euler, Matrix, Quaternion

from .pose_source import PoseSource

COUNT = 20
"""How many poses are drawn."""

SWING = np.radians(25.0)
"""How far a bone without limits is swung to any side (its x and z axes), radians."""

TWIST = np.radians(10.0)
"""How far it is turned around itself (its y axis), radians."""


@dataclass(frozen=True)
class Draw:
    """How poses are drawn.

    Attributes
    ----------
    jitter
        How far bones leave the current pose at most, degrees.
    seed
        Same seed, same poses.
    """

    jitter: float = 0.0
    seed: int = 0

    def wanted(self, poses: PoseSource) -> bool:
        """Whether any poses are drawn for this choice."""
        return poses == "RANDOM" or (poses == "CURRENT" and self.jitter > 0)


NO_JITTER = Draw()
"""The current pose as it is."""


def strike(armature: bpy.types.Object, poses: PoseSource, draw: Draw) -> Iterator[None]:
    """Put an armature, a stand-in that nothing animates, into one drawn pose after the other."""
    assert armature.pose is not None
    random = np.random.default_rng(draw.seed)
    bones = turned(armature)
    starts = [bone.matrix_basis.copy() for bone in bones]
    if poses == "RANDOM":
        for bone in armature.pose.bones:
            bone.matrix_basis = Matrix.Identity(4)
    for _ in range(COUNT):
        for bone, start in zip(bones, starts, strict=True):
            if poses == "RANDOM":
                bone.matrix_basis = _within(bone, random)
            else:
                bone.matrix_basis = start @ _nudge(bone, np.radians(draw.jitter), random)
        yield


def turned(armature: bpy.types.Object) -> list[bpy.types.PoseBone]:
    """The bones that are turned: those an artist would take hold of, or all that deform where none is to be seen."""
    assert armature.pose is not None
    free = [bone for bone in armature.pose.bones if bone.parent is not None and not _locks(bone).all()]
    return [bone for bone in free if _is_shown(bone)] or [bone for bone in free if bone.bone.use_deform]


def limits(bone: bpy.types.PoseBone) -> np.ndarray:
    """(3, 2) radians: from where to where a bone turns around its own axes.

    Locks first, then the limits of inverse kinematics and of Limit Rotation constraints in local space, both where
    there are both; without any, a range that hardly any joint would find odd.
    """
    ranges = np.array([(-SWING, SWING), (-TWIST, TWIST), (-SWING, SWING)])
    locked = _locks(bone)
    for axis, letter in enumerate("xyz"):
        known = [*_ik_limits(bone, letter), *_constraint_limits(bone, letter)]
        if locked[axis]:
            ranges[axis] = 0.0
        elif known:
            low, high = max(low for low, _ in known), min(high for _, high in known)
            ranges[axis] = (low, high) if low <= high else ((low + high) / 2,) * 2
    return ranges


def _ik_limits(bone: bpy.types.PoseBone, letter: str) -> Iterator[tuple[float, float]]:
    if getattr(bone, f"lock_ik_{letter}"):
        yield 0.0, 0.0
    elif getattr(bone, f"use_ik_limit_{letter}"):
        yield getattr(bone, f"ik_min_{letter}"), getattr(bone, f"ik_max_{letter}")


def _constraint_limits(bone: bpy.types.PoseBone, letter: str) -> Iterator[tuple[float, float]]:
    for constraint in _rotation_limits(bone):
        if getattr(constraint, f"use_limit_{letter}"):
            yield getattr(constraint, f"min_{letter}"), getattr(constraint, f"max_{letter}")


def _rotation_limits(bone: bpy.types.PoseBone) -> list[Any]:
    """The Limit Rotation constraints in the bone's own space; in another one they hold without our knowing."""
    return [
        constraint
        for constraint in bone.constraints
        if constraint.type == "LIMIT_ROTATION" and constraint.owner_space == "LOCAL" and not constraint.mute
    ]


def _within(bone: bpy.types.PoseBone, random: np.random.Generator) -> Matrix:
    low, high = limits(bone).T
    return Euler(random.uniform(low, high), _order(bone)).to_matrix().to_4x4()


def _order(bone: bpy.types.PoseBone) -> str:
    """In which order a bone's limits count its angles: that of its constraint, else its own, else XYZ."""
    orders = [constraint.euler_order for constraint in _rotation_limits(bone)]
    named = [order for order in (*orders, bone.rotation_mode) if order not in ("AUTO", "QUATERNION", "AXIS_ANGLE")]
    return named[0] if named else "XYZ"


def _nudge(bone: bpy.types.PoseBone, most: float, random: np.random.Generator) -> Matrix:
    """A turn of up to ``most`` radians around any of the axes that are not locked."""
    axis, angle = random.normal(size=3), random.uniform(0, most)
    axis[_locks(bone)] = 0.0
    return Quaternion(axis.tolist(), angle).to_matrix().to_4x4()


def _locks(bone: bpy.types.PoseBone) -> np.ndarray:
    """(3,) bool: around which of its axes the bone must not turn."""
    return np.array(bone.lock_rotation, bool)


def _is_shown(bone: bpy.types.PoseBone) -> bool:
    """Whether an artist sees the bone in pose mode."""
    collections = bone.bone.collections
    hidden = bone.bone.hide or getattr(bone, "hide", False)  # the latter since 5.0
    return not hidden and (not collections or any(one.is_visible_effectively for one in collections))
