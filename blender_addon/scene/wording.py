"""Lists of things as an artist would say them."""

from __future__ import annotations

from collections.abc import Sequence

import bpy

MOST_NAMES = 2
"""How many things a sentence names before it starts to count."""


def listed(things: Sequence[bpy.types.ID]) -> str:
    """“Hat”, “Hat and Shoe”, or “Hat, Shoe and 4 more”."""
    names = [thing.name for thing in things]
    if len(names) == 1:
        return names[0]
    if len(names) == MOST_NAMES:
        return " and ".join(names)
    return f"{', '.join(names[:MOST_NAMES])} and {len(names) - MOST_NAMES} more"


def kind_of(thing: bpy.types.Object) -> str:
    """What Blender calls an object of this type, in lower case: “curve”, “light”, “hair curves”."""
    types = thing.bl_rna.properties["type"]
    assert isinstance(types, bpy.types.EnumProperty)
    return types.enum_items[thing.type].name.lower()


def an(noun: str) -> str:
    """The noun with its article; a plural has none."""
    if noun.endswith("s"):
        return noun
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
