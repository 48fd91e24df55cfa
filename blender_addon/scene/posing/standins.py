"""Copies of a character that take other poses than the artist's objects, which are not touched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import bpy

from .constraints import aims


@contextmanager
def standing_in(
    stage: bpy.types.Scene, armature: bpy.types.Object, parts: Sequence[bpy.types.Object]
) -> Iterator[tuple[bpy.types.Object, list[bpy.types.Object]]]:
    """Put copies of armature and parts on the stage, playing what the originals play, until the block ends.

    Originals would not be left alone there: Blender simulates cloth anew as soon as it is evaluated on another frame,
    and already when it is linked to a scene or something about its armature changes. So the copies have no modifiers,
    and the armature's has data of its own; it is where they stand that counts. Meshes are shared. What lies between a
    part and the armature, such as an empty, is copied with them. Constraints and drivers follow the copies.
    """
    copies: dict[bpy.types.Object, bpy.types.Object] = {}
    bones: bpy.types.Armature | None = None
    try:
        for thing in [armature, *_chain(armature, parts)]:
            copy: Any = thing.copy()
            copies[thing] = copy
            stage.collection.objects.link(copy)
        assert isinstance(armature.data, bpy.types.Armature)
        bones = copies[armature].data = armature.data.copy()
        for thing, copy in copies.items():
            _move_over(thing, copy, copies)
        yield copies[armature], [copies[part] for part in parts]
    finally:
        bpy.data.batch_remove([*copies.values(), *([bones] if bones else [])])


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
    _keep_deforming(thing, copy, copies)
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
        for aim in aims(constraint):
            target = getattr(aim, "target", None)
            if target in copies:
                aim.target = copies[target]


def _keep_deforming(
    thing: bpy.types.Object, copy: bpy.types.Object, copies: dict[bpy.types.Object, bpy.types.Object]
) -> None:
    """Leave a copy no modifiers but those by which bones deform it, and these only where others cling to it."""
    clung_to = any(thing in _held_by_vertices(other) for other in copies)
    for modifier in list(copy.modifiers):
        if clung_to and isinstance(modifier, bpy.types.ArmatureModifier) and modifier.object in copies:
            modifier.object = copies[modifier.object]
        else:
            copy.modifiers.remove(modifier)


def _held_by_vertices(thing: bpy.types.Object) -> list[bpy.types.Object | None]:
    """The objects by whose vertices one stands: buttons on a shirt, for instance."""
    vertex_parents = [thing.parent] if thing.parent_type in ("VERTEX", "VERTEX_3") else []
    by_group = [one for one in thing.constraints if getattr(one, "subtarget", "")]
    return [*vertex_parents, *(getattr(one, "target", None) for one in by_group)]
