"""Whose takes they are: the object that has the list, and the meshes that dress by it."""

from __future__ import annotations

from collections.abc import Sequence

import bpy

from ...job import delivery, session
from ...scene.characters import armature_of
from .groups import ClipMatrixTake, wardrobe


def owner_of(thing: bpy.types.Object | None) -> bpy.types.Object | None:
    """The object that has the takes of a character: its armature, else the mesh itself; None for anything else.

    An armature that stays in another file keeps nothing that is written on it: a mesh of this file then has its own.
    """
    if thing is None:
        return None
    rig, is_mesh = armature_of(thing), isinstance(thing.data, bpy.types.Mesh)
    if rig is not None and (rig.is_editable or not (is_mesh and thing.is_editable)):
        return rig
    return thing if is_mesh else rig


def owners(parts: Sequence[bpy.types.Object]) -> list[bpy.types.Object]:
    """Those of several parts: one armature, or each mesh for itself."""
    found = [owner for owner in map(owner_of, parts) if owner is not None]
    return list(dict.fromkeys(found))


def chosen(context: bpy.types.Context, uid: str) -> list[bpy.types.Object]:
    """The owners a click on a take is for: that of the active object, and unrigged meshes selected with it."""
    active = owner_of(context.object)
    if active is None:
        return []
    others = [thing for thing in context.selected_objects or () if owner_of(thing) == thing and thing.type == "MESH"]
    fellows = [thing for thing in others if active.type == "MESH" and thing != active and find_take(thing, uid)]
    return [active, *fellows]


def members(owner: bpy.types.Object) -> list[bpy.types.Object]:
    """The meshes that dress by an owner's takes, hidden ones too."""
    if owner.type == "MESH":
        return [owner]
    return [thing for thing in bpy.data.objects if wardrobe(thing).outfits and armature_of(thing) == owner]


def find_take(owner: bpy.types.Object, uid: str) -> ClipMatrixTake | None:
    """The take of an identifier; None if the owner has none."""
    return next((take for take in wardrobe(owner).takes if take.uid == uid), None)


def has_unsettled_job(owner: bpy.types.Object) -> bool:
    """Whether a job is at work on the owner's character, or a result waits there for accept or discard."""
    now = session.current()
    here = [now.job.binding] if now.job is not None and not delivery.is_elsewhere(now.job) else []
    for binding in (*here, *now.scene.others):
        candidates = [binding.armature] if binding.armature else [part.object for part in binding.parts]
        if any(owner.session_uid == one.uid or owner.name == one.name for one in candidates):
            return True
    return False
