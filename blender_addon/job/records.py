"""A draft, written down on the objects it works on, so that it can be taken off again wherever they turn up.

A draft lives in Python; what it has changed lives in the file. Undo, redo, saving and loading move the file without
Python, so what it takes to restore an object travels with the object, as JSON in a property of its own.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import bpy
import msgspec
import numpy as np
from bpy.props import StringProperty
from clipmatrix_protocol import Brief, Vary

from ..scene import apply, keys, light
from ..scene.binding import Binding, PartBinding
from ..scene.checks import access
from ..scene.handles import Handle, find, find_mesh, handle
from ..scene.materials import surface

PROPERTY = "clipmatrix_draft"
"""Name of the objects' property; empty on objects without a draft."""

PROCESS = uuid.uuid4().hex
"""Tells this Blender from others: session uids mean nothing elsewhere."""


Copies = tuple[tuple[Handle, apply.PartBefore], ...]
"""Objects that carry a draft of others, as copies do, and what these others were before it."""


class Record(msgspec.Struct, frozen=True):
    """What one object says about the draft on it.

    Attributes
    ----------
    process
        Which Blender wrote it.
    draft, job
        The draft's id, that is the id of the first job that worked on it; the id of the last.
    brief
        What that was asked for.
    character, armature
        Name of the character; its armature.
    place, parts
        Which of how many parts the object is.
    part, before
        How results come home to it, and what it was.
    vary
        What the draft has touched, be it by the last job or by one that it goes on from.
    """

    process: str
    draft: str
    job: str
    brief: Brief
    character: str
    armature: Handle | None
    place: int
    parts: int
    part: PartBinding
    before: apply.PartBefore
    vary: Vary


@dataclass(frozen=True, eq=False)
class Found:
    """A draft as the objects of the open file tell of it.

    Attributes
    ----------
    id, job, brief
        As in :class:`Record`.
    draft
        The draft; of the parts that are still there.
    complete
        Whether all parts are.
    strays
        Objects that carry the draft as well: copies that the artist has made of a part.
    """

    id: str
    job: str
    brief: Brief
    draft: apply.Draft
    complete: bool
    strays: Copies


def write(draft: apply.Draft, draft_id: str, job: str, brief: Brief) -> None:
    """Write a draft down on its objects, under the names that things have now."""
    for place, (part, before) in enumerate(zip(draft.binding.parts, draft.before, strict=True)):
        thing = find_mesh(part.object)
        if thing is not None:
            record = Record(
                process=PROCESS,
                draft=draft_id,
                job=job,
                brief=brief,
                character=draft.binding.name,
                armature=draft.binding.armature and _today(draft.binding.armature, bpy.data.objects),
                place=place,
                parts=len(draft.before),
                part=replace(part, object=handle(thing)),
                before=_with_todays_names(before),
                vary=draft.vary,
            )
            setattr(thing, PROPERTY, msgspec.json.encode(record, enc_hook=_as_builtins).decode())


def erase(draft_id: str) -> None:
    """Forget a draft on all objects."""
    for thing, record in _records():
        if record.draft == draft_id:
            thing.property_unset(PROPERTY)


def found() -> list[Found]:
    """All drafts that the open file's objects tell of."""
    drafts: dict[str, list[tuple[bpy.types.Object, Record]]] = {}
    for thing, record in _records():
        drafts.setdefault(record.draft, []).append((thing, record))
    return [_assemble(entries) for entries in drafts.values()]


def take_off(draft: apply.Draft, copies: Copies) -> None:
    """Put a draft's objects, and the copies that the artist has made of them, back as they were before it."""
    put_back(copies)
    apply.discard(draft)


def put_back(copies: Copies) -> None:
    """Put copies of a draft's objects back as the objects were before it."""
    for copy, before in copies:
        thing = find_mesh(copy)
        if thing is not None:
            keys.restore(thing, before.keys)
            keys.mesh_of(thing).update()
            light.put(thing, before.light)
            if before.surface is not None:
                surface.restore(thing, before.surface)


def _records() -> Iterator[tuple[bpy.types.Object, Record]]:
    for thing in bpy.data.objects:
        text = getattr(thing, PROPERTY)
        if not text or not isinstance(thing.data, bpy.types.Mesh) or access.is_foreign(thing):
            continue  # what becomes of a draft that came with a library is decided in its own file
        try:
            yield thing, msgspec.json.decode(text, type=Record, dec_hook=_from_builtins)
        except (msgspec.MsgspecError, ValueError):
            continue  # another version's; the object stays as it is


def _assemble(entries: list[tuple[bpy.types.Object, Record]]) -> Found:
    chosen: dict[int, tuple[bpy.types.Object, Record]] = {}
    for thing, record in entries:
        rival = chosen.get(record.place)
        if rival is None or _closeness(thing, record) > _closeness(*rival):
            chosen[record.place] = thing, record
    _, first = entries[0]
    parts = [chosen[place] for place in sorted(chosen)]
    own = [thing for thing, _ in parts]
    return Found(
        id=first.draft,
        job=first.job,
        brief=first.brief,
        draft=apply.Draft(
            Binding(
                first.character,
                tuple(replace(record.part, object=handle(thing)) for thing, record in parts),
                first.armature and _known(first.armature, first),
            ),
            first.vary,
            tuple(_with_known_uids(record) for _, record in parts),
        ),
        complete=len(parts) == first.parts,
        strays=tuple((handle(thing), _with_known_uids(record)) for thing, record in entries if thing not in own),
    )


def _closeness(thing: bpy.types.Object, record: Record) -> int:
    """How likely an object is the one that its record was written on, rather than a copy of it."""
    wanted = record.part.object
    if record.process == PROCESS and thing.session_uid == wanted.uid:
        return 2
    return int(thing.name == wanted.name)


def _with_known_uids(record: Record) -> apply.PartBefore:
    return _each_original(record.before, lambda original: _known(original, record))


def _with_todays_names(before: apply.PartBefore) -> apply.PartBefore:
    return _each_original(before, lambda original: _today(original, bpy.data.materials))


def _each_original(before: apply.PartBefore, change: Callable[[Handle], Handle]) -> apply.PartBefore:
    """Change the handles of the artist's materials."""
    if before.surface is None:
        return before
    slots = tuple(
        replace(slot, original=change(slot.original)) if slot.original else slot for slot in before.surface.slots
    )
    return replace(before, surface=replace(before.surface, slots=slots))


def _known(wanted: Handle, record: Record) -> Handle:
    """A handle of another Blender's is good for its name alone: 0 is nobody's uid."""
    return wanted if record.process == PROCESS else Handle(wanted.name, 0)


def _today(wanted: Handle, blocks: Iterable[bpy.types.ID]) -> Handle:
    """The handle with the name that its block has now."""
    block = find(wanted, blocks)
    return handle(block) if block else wanted


class _Array(msgspec.Struct):
    """An array in JSON."""

    dtype: str
    shape: tuple[int, ...]
    data: bytes


def _as_builtins(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return _Array(value.dtype.str, value.shape, value.tobytes())
    if isinstance(value, np.generic):
        return value.item()
    raise NotImplementedError(f"{type(value).__name__} in a record")


def _from_builtins(kind: type, value: Any) -> Any:
    if kind is np.ndarray:
        array = msgspec.convert(value, _Array)
        return np.frombuffer(array.data, array.dtype).reshape(array.shape)
    raise NotImplementedError(f"{kind.__name__} in a record")


def register() -> None:
    """Give every object the property."""
    prop = StringProperty(
        name="ClipMatrix draft",
        description="What it takes to undo an unfinished result",
        override={"LIBRARY_OVERRIDABLE"},
    )
    setattr(bpy.types.Object, PROPERTY, prop)


def unregister() -> None:
    """Take it away; what files hold stays there."""
    delattr(bpy.types.Object, PROPERTY)
