"""Can the objects be read as they look, and results be written into them?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite

import bpy

from ...errors import Fix, Refusal
from ..keys import mesh_of
from ..wording import listed

SMALLEST_VOLUME = 1e-18
"""Determinant of an object's matrix under which its size counts as zero: a millionth in each direction."""


def in_edit_mode(parts: Sequence[bpy.types.Object], armature: bpy.types.Object | None) -> Iterator[Refusal]:
    """In edit mode, and in Sculpt Mode with Dyntopo, the mesh that others see is an old one."""
    members = [*parts, *((armature,) if armature else ())]
    edited = [thing for thing in members if thing.mode == "EDIT"]
    if edited:
        leave = Fix("object.mode_set", "Leave Edit Mode", {"mode": "OBJECT"})
        yield Refusal(f"{listed(edited)} {'is' if len(edited) == 1 else 'are'} in edit mode.", fix=leave)
    sculpted = [thing for thing in parts if thing.use_dynamic_topology_sculpting]
    if sculpted:
        leave = Fix("object.mode_set", "Leave Sculpt Mode", {"mode": "OBJECT"})
        yield Refusal(f"{listed(sculpted)} is being sculpted with Dyntopo.", fix=leave)


def linked(parts: Sequence[bpy.types.Object], armature: bpy.types.Object | None) -> Iterator[Refusal]:
    """Data of another file can't be written; what is added to a library override of a mesh is lost on loading."""
    foreign = [thing for thing in parts if is_foreign(thing)]
    if foreign:
        verb = "is" if len(foreign) == 1 else "are"
        yield Refusal(
            f"{listed(foreign)} {verb} linked from another file.",
            "Make a copy of the meshes in this file.",
            Fix("clipmatrix.make_local", "Make Local", _one(foreign)),
        )


def is_foreign(thing: bpy.types.Object) -> bool:
    """Whether the object or its mesh belongs to another file, or overrides a mesh of another file."""
    mesh = mesh_of(thing)
    return bool(thing.library or mesh.library or mesh.override_library)


def shared(parts: Sequence[bpy.types.Object], armature: bpy.types.Object | None) -> Iterator[Refusal]:
    """A mesh that several objects use would change in all of them."""
    sharing = [thing for thing in parts if is_shared(thing)]
    if sharing:
        verb, whose, mesh = ("shares", "its", "mesh") if len(sharing) == 1 else ("share", "their", "meshes")
        yield Refusal(
            f"{listed(sharing)} {verb} {whose} {mesh} with other objects, which would change too.",
            fix=Fix("clipmatrix.single_user", "Make Single-User", _one(sharing)),
        )


def is_shared(thing: bpy.types.Object) -> bool:
    """Whether other objects use the object's mesh."""
    mesh = mesh_of(thing)
    return mesh.library is None and mesh.users - mesh.use_fake_user > 1


def scaled_to_nothing(parts: Sequence[bpy.types.Object], armature: bpy.types.Object | None) -> Iterator[Refusal]:
    """What has no size can't be seen, nor can what comes back be brought into it."""
    for thing in (*((armature,) if armature else ()), *parts):
        volume = abs(thing.matrix_world.determinant())
        if not isfinite(volume):  # as it is when any entry is not
            yield Refusal(f"{thing.name} has a location or scale that is no number.", "Clear its transform.")
        elif volume < SMALLEST_VOLUME:
            yield without_size(thing)


def without_size(thing: bpy.types.Object) -> Refusal:
    """An object is scaled to nothing: less than :data:`SMALLEST_VOLUME`."""
    return Refusal(f"{thing.name} is scaled to nothing.", "Give it a scale other than 0.")


def refuse_unwritable(thing: bpy.types.Object) -> None:
    """Raise a :class:`Refusal` where nothing can be written into one object."""
    for check in (in_edit_mode, linked, shared):
        for refusal in check([thing], None):
            raise refusal


def _one(things: Sequence[bpy.types.Object]) -> dict[str, str]:
    """The fix's ``object`` where it is for one alone; without it, the fix looks through the whole character."""
    return {"object": things[0].name} if len(things) == 1 else {}
