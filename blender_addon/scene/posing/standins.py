"""Copies of a character that take other poses than the artist's objects, which are not touched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import bpy

from .actions import play


@contextmanager
def standing_in(
    stage: bpy.types.Scene,
    armature: bpy.types.Object,
    parts: Sequence[bpy.types.Object],
    action: bpy.types.Action | None,
) -> Iterator[tuple[bpy.types.Object, list[bpy.types.Object]]]:
    """Put copies of armature and parts on the stage, playing ``action``, or nothing at all, until the block ends.

    The copies share mesh and armature data and have no modifiers: it is where they stand that counts. What lies
    between a part and the armature, such as an empty, is copied with them. Constraints and drivers follow the copies.
    """
    copies: dict[bpy.types.Object, bpy.types.Object] = {}
    try:
        for thing in [armature, *_chain(armature, parts)]:
            copy: Any = thing.copy()
            copies[thing] = copy
            stage.collection.objects.link(copy)
        for thing, copy in copies.items():
            _move_over(thing, copy, copies)
        play(copies[armature], action, armature.name)
        yield copies[armature], [copies[part] for part in parts]
    finally:
        bpy.data.batch_remove(list(copies.values()))


def _chain(armature: bpy.types.Object, parts: Sequence[bpy.types.Object]) -> list[bpy.types.Object]:
    """The parts, and the objects by which they hang on the armature."""
    found: list[bpy.types.Object] = []
    for part in parts:
        current: bpy.types.Object | None = part
        while current is not None and current != armature and current not in found:
            found.append(current)
            current = current.parent
    return found


def _move_over(
    thing: bpy.types.Object, copy: bpy.types.Object, copies: dict[bpy.types.Object, bpy.types.Object]
) -> None:
    """Have a copy follow copies where the original follows originals."""
    copy.modifiers.clear()
    if thing.parent in copies:
        kept = copy.matrix_parent_inverse.copy()
        copy.parent = copies[thing.parent]
        copy.matrix_parent_inverse = kept
    drivers = [curve.driver for curve in copy.animation_data.drivers] if copy.animation_data else []
    for driver in filter(None, drivers):
        for variable in driver.variables:
            for read in variable.targets:
                if read.id in copies:
                    read.id = copies[read.id]
    for constraint in copy.constraints:
        aims: Any = constraint.targets if isinstance(constraint, bpy.types.ArmatureConstraint) else [constraint]
        for aim in aims:
            target = getattr(aim, "target", None)
            if target in copies:
                aim.target = copies[target]
