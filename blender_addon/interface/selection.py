"""The selected character as exporters and cameras take it: everything that belongs to it, parts first."""

from __future__ import annotations

import bpy

from ..scene import characters


def selected_character(context: bpy.types.Context) -> list[bpy.types.Object]:
    """Parts, whatever they hang on (an empty on a bone, say), and the armature.

    Raises
    ------
    Refusal
        If no character is selected.
    """
    cast = characters.selected_cast(context)
    found = dict.fromkeys(cast.parts)
    for part in cast.parts if cast.armature else ():
        found.update(dict.fromkeys(_carriers(part)))
    if cast.armature:
        found[cast.armature] = None
    return list(found)


def name_of(character: list[bpy.types.Object]) -> str:
    """What the character is called: as its armature, or as its first part."""
    rig = next((thing for thing in character if thing.type == "ARMATURE"), None)
    return (rig or character[0]).name


def _carriers(part: bpy.types.Object) -> list[bpy.types.Object]:
    """The objects between a part and its armature, or what a constraint holds on that."""
    found: list[bpy.types.Object] = []
    current = part.parent
    while current is not None and current.type != "ARMATURE" and current not in found:
        if characters.armature_of(current) is None:
            break
        found.append(current)
        current = current.parent
    return found
