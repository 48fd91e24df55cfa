"""Undo and redo over what no undo step holds: Blender reads the whole step, and keeps nothing that is in memory.

At an undo Blender leaves those data-blocks alone that are the same in both steps, and takes it that memory has them so,
too. Ticks write without steps: a mesh that is left alone wears materials then that the other step does not have. They
are freed, the mesh goes on pointing to them, and Blender crashes, at once or at the redo.

With its preference for global undo off, Blender reads steps whole; those it has are there all the same. So it is off
for as long as one undo takes, which lasts some hundredths of a second longer. Blender keeps cursors and tool settings
at an undo; steps that are read whole bring theirs, or nothing, so those are put back here.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import bpy

CURSOR = ("rotation_mode", "location", "rotation_quaternion", "rotation_axis_angle", "rotation_euler")
"""What a cursor consists of; the mode first, since to change it changes the others."""

PLAIN = frozenset({"BOOLEAN", "INT", "FLOAT", "STRING", "ENUM"})
"""Types of the properties that are values and no parts."""

MISDECLARED = frozenset({"rna_type", "uv_sculpt"})
"""What is no part, and one whose pointers lead nowhere in Blender 4.2."""

Values = dict[str, Any]


@dataclass(frozen=True)
class Kept:
    """What is put back: whether the preferences counted as changed; by scene the cursor, and parts of tool settings."""

    is_dirty: bool
    scenes: dict[str, tuple[Values, dict[str, Values]]]


def begin() -> Kept | None:
    """Have the undo or redo that is about to happen read its step whole.

    Returns
    -------
    Kept or None
        What :func:`end` needs when it has happened; None where Blender reads steps whole by itself.
    """
    preferences = bpy.context.preferences
    if preferences is None or not preferences.edit.use_global_undo:
        return None
    scenes = {
        scene.name: (_values(scene.cursor, CURSOR), {path: _settable(part) for path, part in _parts(scene)})
        for scene in bpy.data.scenes
        if scene.library is None
    }
    kept = Kept(preferences.is_dirty, scenes)
    preferences.edit.use_global_undo = False
    preferences.is_dirty = kept.is_dirty
    return kept


def end(kept: Kept) -> None:
    """Put back what :func:`begin` has changed."""
    preferences = bpy.context.preferences
    if preferences is None:
        return
    preferences.edit.use_global_undo = True
    preferences.is_dirty = kept.is_dirty
    for name, (cursor, tools) in kept.scenes.items():
        scene = bpy.data.scenes.get(name)
        if scene is None:
            continue
        _put(scene.cursor, cursor)
        for path, part in _parts(scene):
            now, then = _settable(part), tools.get(path, {})
            _put(part, {field: value for field, value in then.items() if now[field] != value})


def _parts(scene: bpy.types.Scene) -> Iterator[tuple[str, Any]]:
    """Tool settings, their parts and the parts of these, each with its path: for each mode that paints, for curves."""
    waiting: list[tuple[str, Any]] = [("", scene.tool_settings)]
    while waiting:
        path, part = waiting.pop()
        yield path, part
        pointers = (prop.identifier for prop in part.bl_rna.properties if prop.type == "POINTER")
        found = [(f"{path}.{name}", getattr(part, name)) for name in pointers if name not in MISDECLARED]
        waiting += [(at, inner) for at, inner in found if inner is not None and not isinstance(inner, bpy.types.ID)]


def _settable(thing: Any) -> Values:
    """A thing's values that can be set."""
    found = [prop for prop in thing.bl_rna.properties if prop.type in PLAIN and not prop.is_readonly]
    # What Blender is about to take away stands elsewhere by now, as what is unified stands in each brush (5.3).
    return _values(thing, [prop.identifier for prop in found if not getattr(prop, "is_deprecated", False)])


def _values(thing: Any, names: Sequence[str]) -> Values:
    found = {name: getattr(thing, name) for name in names}
    return {
        name: value if isinstance(value, str | set) or not hasattr(value, "__len__") else tuple(value)
        for name, value in found.items()
    }


def _put(thing: Any, values: Values) -> None:
    for name, value in values.items():
        with contextlib.suppress(AttributeError, TypeError, ValueError):  # as an enum that shows nothing
            setattr(thing, name, value)
