"""Parts that a constraint holds on a bone, hung there as its children: files know parents, and no constraints."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import bpy

from ..scene.posing.actions import played
from ..scene.posing.constraints import FOLLOWING, aims
from ..scene.posing.rigging import armature_modifiers
from .acting import Character


@contextmanager
def hung_up(character: Character) -> Iterator[None]:
    """Make what a constraint holds rigidly on a bone the bone's child until the block ends; it stays where it is."""
    with ExitStack() as lent:
        for thing in character:
            constraint = _rigid(thing)
            if constraint is not None:
                lent.enter_context(_hung(thing, constraint))
        yield


def left_hanging(character: Character) -> list[bpy.types.Object]:
    """What constraints move that :func:`hung_up` can't put into parents: several, part of the way, with keys."""
    return [thing for thing in character if _constraints(thing) and _rigid(thing) is None]


def _constraints(thing: bpy.types.Object) -> list[Any]:
    """The constraints at work by which an object that no armature deforms follows something."""
    if thing.type == "ARMATURE" or armature_modifiers(thing):
        return []
    return [one for one in thing.constraints if not one.mute and one.type in FOLLOWING | {"ARMATURE"}]


def _rigid(thing: bpy.types.Object) -> Any:
    """The constraint that alone places an object, in one way relative to one thing; None if that can't be said."""
    if not _constraints(thing) or thing.parent is not None or played(thing):
        return None
    at_work = [one for one in thing.constraints if not one.mute]
    if len(at_work) > 1 or at_work[0].influence < 1:
        return None
    (constraint,) = at_work
    return constraint if _held_by(constraint)[0] is not None and _whole(constraint) else None


def _whole(constraint: Any) -> bool:
    """Whether it hands on the target's location, rotation and scale, all of each."""
    if constraint.type == "CHILD_OF":
        kinds = ("location", "rotation", "scale")
        return all(getattr(constraint, f"use_{kind}_{axis}") for kind in kinds for axis in "xyz")
    if constraint.type == "COPY_TRANSFORMS":
        spaces = {constraint.owner_space, constraint.target_space}
        return constraint.mix_mode == "REPLACE" and spaces == {"WORLD"} and not constraint.head_tail
    return len(constraint.targets) == 1 and constraint.targets[0].weight > 0


def _held_by(constraint: Any) -> tuple[bpy.types.Object | None, str]:
    """The constraint's target, and the bone's name if it is one."""
    aim = next(iter(aims(constraint)), constraint)
    return getattr(aim, "target", None), getattr(aim, "subtarget", "")


@contextmanager
def _hung(thing: Any, constraint: Any) -> Iterator[None]:
    layer = bpy.context.view_layer
    assert layer is not None
    layer.update()
    wanted, basis = thing.matrix_world.copy(), thing.matrix_basis.copy()
    before = thing.parent_type, thing.parent_bone, thing.matrix_parent_inverse.copy()
    target, bone = _held_by(constraint)
    try:
        constraint.mute = True
        thing.parent = target
        if bone:
            thing.parent_type, thing.parent_bone = "BONE", bone
        else:
            thing.parent_type = "OBJECT"
        thing.matrix_parent_inverse.identity()
        layer.update()
        thing.matrix_parent_inverse = basis @ thing.matrix_world.inverted_safe() @ wanted @ basis.inverted_safe()
        yield
    finally:
        thing.parent_type, thing.parent_bone, thing.matrix_parent_inverse = before
        thing.parent = None
        constraint.mute = False
        layer.update()
