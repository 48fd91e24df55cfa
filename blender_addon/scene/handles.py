"""Finding a data-block again after undo, renaming or reloading: by session uid, else by name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

import bpy

Block = TypeVar("Block", bound=bpy.types.ID)


@dataclass(frozen=True)
class Handle:
    """What is kept instead of a reference, which undo would leave pointing at freed memory."""

    name: str
    uid: int


def handle(block: bpy.types.ID) -> Handle:
    """The handle of a data-block."""
    return Handle(block.name, block.session_uid)


def find(wanted: Handle, blocks: Iterable[Block]) -> Block | None:
    """The data-block among ``blocks`` (``bpy.data.objects``, ...), or None if it is gone."""
    same_name: Block | None = None
    for block in blocks:
        if block.session_uid == wanted.uid:
            return block
        if block.name == wanted.name and block.library is None:
            same_name = block
    return same_name


def find_mesh(wanted: Handle) -> bpy.types.Object | None:
    """The mesh object of a handle; None if it is gone, or no mesh any more."""
    thing = find(wanted, bpy.data.objects)
    return thing if thing is not None and isinstance(thing.data, bpy.types.Mesh) else None
