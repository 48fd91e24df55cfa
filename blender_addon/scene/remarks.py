"""What ClipMatrix takes differently from what the artist sees; nothing that keeps a character from being sent."""

from __future__ import annotations

from collections.abc import Sequence

import bpy

from . import rigging
from .keys import OFFSETS, animated_keys, mesh_of


def remarks(parts: Sequence[bpy.types.Object], armature: bpy.types.Object | None) -> tuple[str, ...]:
    """One sentence each, without repetitions."""
    said = [remark for thing in parts for remark in (*rigging.remarks(thing, armature), *_driven(thing))]
    return tuple(dict.fromkeys(said))


def _driven(thing: bpy.types.Object) -> tuple[str, ...]:
    block = mesh_of(thing).shape_keys
    moved = animated_keys(block) if block else frozenset()
    count = sum(not block.key_blocks[name].mute for name in moved if name != OFFSETS) if block else 0
    if not count:
        return ()
    keys = "a shape key that is" if count == 1 else f"{count} shape keys that are"
    return (f"{thing.name} has {keys} driven or animated; ClipMatrix leaves such keys as they are now.",)
