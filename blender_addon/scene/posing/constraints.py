"""What constraints have an object, or a bone, follow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import bpy

FOLLOWING = frozenset({"CHILD_OF", "COPY_TRANSFORMS"})
"""Constraint types by which an object hangs on their target as on a parent."""


def aims(constraint: bpy.types.Constraint) -> list[Any]:
    """What a constraint follows, each with a ``target``: itself, or the several of an Armature constraint."""
    return list(constraint.targets) if isinstance(constraint, bpy.types.ArmatureConstraint) else [constraint]


def holds(thing: bpy.types.Object) -> Iterator[Any]:
    """The aims, as of :func:`aims`, on which constraints at work hang an object as on a parent."""
    for constraint in thing.constraints:
        if not constraint.mute and constraint.type in FOLLOWING | {"ARMATURE"}:
            yield from aims(constraint)
