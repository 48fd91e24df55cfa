"""Record a take, wear one, forget one. Whatever is changed on a worn take is kept with it when another is put on."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import bpy

from ...errors import Refusal
from ...job.jobs import Job
from ...scene import background, folding, outfit
from ...scene.apply import PartBefore
from ...scene.handles import find, find_mesh
from ...scene.outfit import Outfit
from . import pictures, recipes
from .groups import ORIGINAL, ClipMatrixOutfit, ClipMatrixTake, wardrobe
from .owners import members, owners


def record(job: Job, uid: str = "") -> list[bpy.types.Object]:
    """Add an accepted job, whose draft is in the scene, to the takes of its character.

    Parameters
    ----------
    uid
        The take's identifier; empty makes one.

    Returns
    -------
    list
        The owners whose lists have grown.
    """
    if job.draft is None:
        return []
    found = [find_mesh(part.object) for part in job.binding.parts]
    parts = {thing: was for thing, was in zip(found, job.draft.before, strict=True) if thing is not None}
    uid = uid or uuid.uuid4().hex
    keepers = owners(list(parts))
    for owner in keepers:
        own = {thing: was for thing, was in parts.items() if owners([thing]) == [owner]}
        _record(owner, own, uid, job)
    return keepers


def wear(keepers: Sequence[bpy.types.Object], uid: str) -> None:
    """Have characters wear a take; all of them, or none.

    Raises
    ------
    Refusal
        If an object can't be written at the moment, or has been remodelled since the take was made.
    """
    if doing := background.under_way():
        raise Refusal(f"{doing}.", "Wait until it is done.")
    dressing = {thing: found for owner in keepers for thing, found in _outfits(owner, uid).items()}
    for thing, new in dressing.items():
        outfit.refuse_unwearable(thing, new)
    for owner in keepers:
        _put_away(owner)
    for owner in keepers:
        for thing, new in _outfits(owner, uid).items():
            outfit.wear(thing, new)
        wardrobe(owner).worn = uid


def forget(owner: bpy.types.Object, uid: str) -> None:
    """Delete a take that is not worn, with everything only it uses; with the last one the original's record goes too.

    Raises
    ------
    Refusal
        If it is worn, or is the character as it came.
    """
    own = wardrobe(owner)
    if uid in (own.worn, ORIGINAL):
        raise Refusal("A take that is worn can't be deleted.", "Apply another one first.")
    if any(_came_along(thing, uid) for thing in (owner, *members(owner))):
        raise Refusal("This take came with the character from another file.", "Delete it there.")
    _remove(owner, uid)
    if [take.uid for take in own.takes] == [ORIGINAL]:
        _remove(owner, ORIGINAL)
        own.worn = own.compared = ""
    own.active = min(own.active, max(len(own.takes) - 1, 0))


def _record(owner: bpy.types.Object, parts: dict[bpy.types.Object, PartBefore], uid: str, job: Job) -> None:
    own = wardrobe(owner)
    first = not own.takes
    if first:
        _add(owner, ORIGINAL, "As it came")
        own.worn = ORIGINAL
    parent = own.worn
    for thing, was in parts.items():
        earlier = outfit.before(thing, was)
        if _folded(thing, ORIGINAL) is None:
            _store(thing, ORIGINAL, earlier)
        else:
            _teach(thing, earlier)  # before anything else refers to it: takes fall back on the original
        _keep(thing, parent, earlier)
        _store(thing, uid, outfit.read(thing))
        _unpin(was, parent)  # last: by now the parent's outfit holds on to its materials
    for thing in members(owner):
        if thing not in parts:
            _keep(thing, parent, outfit.read(thing))
            _store(thing, uid, outfit.read(thing))
    take = _add(owner, uid, recipes.title(job.brief))
    recipes.write(take, job)
    take.parent, take.date = parent, datetime.now().astimezone().isoformat(timespec="seconds")
    own.worn, own.active = uid, len(own.takes) - 1
    if first:
        _picture_of_original(owner, list(parts))
    pictures.take_picture(_take(owner, uid), list(parts))


def _picture_of_original(owner: bpy.types.Object, parts: list[bpy.types.Object]) -> None:
    """Put the original on for a moment, for its picture; it goes without one where that can't be done."""
    original, worn = _outfits(owner, ORIGINAL), _outfits(owner, wardrobe(owner).worn)
    try:
        for thing, found in (*original.items(), *worn.items()):
            outfit.refuse_unwearable(thing, found)
    except Refusal:
        return
    for thing, found in original.items():
        outfit.wear(thing, found)
    pictures.take_picture(_take(owner, ORIGINAL), parts)
    for thing, found in worn.items():
        outfit.wear(thing, found)


def _unpin(was: PartBefore, parent: str) -> None:
    """Give up the fake users that the draft has given to the parent take's materials: its outfit holds on to them.

    The artist's own materials keep theirs, so that they stay whatever becomes of the takes.
    """
    if parent == ORIGINAL or was.surface is None:
        return
    for slot in was.surface.slots:
        material = find(slot.original, bpy.data.materials) if slot.original else None
        if material is not None:
            material.use_fake_user = slot.fake_user


def _put_away(owner: bpy.types.Object) -> None:
    """Keep what the character wears now, with whatever the artist has changed about it."""
    for thing in members(owner):
        _keep(thing, wardrobe(owner).worn, outfit.read(thing))


def _keep(thing: bpy.types.Object, uid: str, now: Outfit) -> None:
    """Bring a take's outfit up to date; a displacement whose key was removed by hand stays in the record."""
    kept = _folded(thing, uid)
    if kept is not None and now.displacement is None:
        now = replace(now, displacement=folding.unfold(kept).displacement)
    _store(thing, uid, now)


def _outfits(owner: bpy.types.Object, uid: str) -> dict[bpy.types.Object, Outfit]:
    """What each member wears in a take; the original for parts that the take does not know."""
    found = {thing: _folded(thing, uid) or _folded(thing, ORIGINAL) for thing in members(owner)}
    return {thing: folding.unfold(mesh) for thing, mesh in found.items() if mesh is not None}


def _teach(thing: bpy.types.Object, earlier: Outfit) -> None:
    """Tell the original's outfit of shape keys that have been made since, or it could not take a job's values back."""
    mesh = _folded(thing, ORIGINAL)
    assert mesh is not None
    known = folding.unfold(mesh)
    if earlier.values.keys() - known.values.keys():
        _store(thing, ORIGINAL, replace(known, values={**earlier.values, **known.values}, keyed=True))


def _take(owner: bpy.types.Object, uid: str) -> ClipMatrixTake:
    return next(take for take in wardrobe(owner).takes if take.uid == uid)


def _add(owner: bpy.types.Object, uid: str, name: str) -> ClipMatrixTake:
    """Append a take; no two of one name, by which Blender tells apart what a library override has added."""
    own = wardrobe(owner)
    taken, number, free = {take.name for take in own.takes}, 2, name
    while free in taken:
        free, number = f"{name} ({number})", number + 1
    take: ClipMatrixTake = own.takes.add()
    take.uid, take.name = uid, free
    return take


def _came_along(thing: bpy.types.Object, uid: str) -> bool:
    """Whether a library override has the take from its library: Blender removes only what was added."""
    origin = thing.override_library.reference if thing.override_library else None
    if not isinstance(origin, bpy.types.Object):
        return False
    own = wardrobe(origin)
    return any(take.uid == uid for take in own.takes) or any(item.take == uid for item in own.outfits)


def _remove(owner: bpy.types.Object, uid: str) -> None:
    own = wardrobe(owner)
    for thing in members(owner):
        outfits = wardrobe(thing).outfits
        place = next((place for place, item in enumerate(outfits) if item.take == uid), None)
        if place is not None:
            mesh = outfits[place].mesh
            outfits.remove(place)
            if mesh is not None:
                folding.release(mesh)
    place = next((place for place, take in enumerate(own.takes) if take.uid == uid), None)
    if place is not None:
        picture = own.takes[place].picture
        own.takes.remove(place)
        if picture is not None and not picture.users:
            bpy.data.images.remove(picture)


def _item(thing: bpy.types.Object, uid: str) -> ClipMatrixOutfit | None:
    return next((item for item in wardrobe(thing).outfits if item.take == uid), None)


def _folded(thing: bpy.types.Object, uid: str) -> bpy.types.Mesh | None:
    item = _item(thing, uid)
    return item.mesh if item is not None else None


def _store(thing: bpy.types.Object, uid: str, worn: Outfit) -> None:
    """Keep an outfit under a take, in the place of an earlier one."""
    item = _item(thing, uid)
    if item is None:
        item = wardrobe(thing).outfits.add()
        item.take = uid
    earlier, item.mesh = item.mesh, folding.fold(worn, thing.name)
    if earlier is not None:
        folding.release(earlier)  # a new mesh each time: a duplicate of the object may share the earlier one
