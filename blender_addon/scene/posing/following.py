"""What moves an armature's bones from outside: a control rig, empties, all that constraints and drivers look at."""

from __future__ import annotations

from collections.abc import Iterator

import bpy

from .constraints import aims


def followed(armature: bpy.types.Object) -> list[bpy.types.Object]:
    """The other objects that its bones follow, and those that these follow in turn; the nearest first."""
    found = [armature]
    for thing in found:  # which grows meanwhile
        ahead = list(_ahead(thing))
        if thing != armature:  # whose own way through the scene moves no bone against it
            ahead += [*_targets(thing.constraints), *((thing.parent,) if thing.parent else ())]
        found += [other for other in dict.fromkeys(ahead) if other not in found]
    return found[1:]


def _ahead(thing: bpy.types.Object) -> Iterator[bpy.types.Object]:
    """What an object's bones and drivers look at."""
    for bone in thing.pose.bones if thing.pose else ():
        yield from _targets(bone.constraints)
    for curve in thing.animation_data.drivers if thing.animation_data else ():
        for variable in curve.driver.variables if curve.driver else ():
            yield from (read.id for read in variable.targets if isinstance(read.id, bpy.types.Object))


def _targets(constraints: bpy.types.bpy_prop_collection[bpy.types.Constraint]) -> Iterator[bpy.types.Object]:
    """What constraints that are at work follow."""
    for constraint in constraints:
        if constraint.mute:
            continue
        for aim in aims(constraint):
            for name in ("target", "pole_target"):
                target = getattr(aim, name, None)
                if target is not None:
                    yield target
