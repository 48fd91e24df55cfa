"""Which Actions an export writes, and for which object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import bpy

from ..scene.posing import actions
from .acting import Character

Repertoire = Mapping[bpy.types.Object, Sequence[bpy.types.Action]]
"""The Actions that are written, by the object that plays them; each object in it has animation data."""


@contextmanager
def performing(character: Character) -> Iterator[Repertoire]:
    """Find what the character's objects can play, and have them ready to play it until the block ends.

    Exporters go through Actions. An armature that has none, and is moved by a control rig or whatever else its bones
    follow, is lent one without keys, as long as what moves it: what is seen in its frames is then written as well.
    """
    found = {thing: actions.repertoire(thing) for thing in character}
    with ExitStack() as lent:
        for thing in character:
            if not found[thing]:
                found[thing] += lent.enter_context(_followed(thing))
            if found[thing]:
                lent.enter_context(_animated(thing))
        yield {thing: played for thing, played in found.items() if played}


@contextmanager
def _followed(thing: bpy.types.Object) -> Iterator[list[bpy.types.Action]]:
    """An Action as long as what moves the armature, which it plays until the block ends; none if nothing does."""
    scene = bpy.context.scene
    frames = actions.span(thing, None, actions.OWN_ACTION, scene) if scene and thing.type == "ARMATURE" else None
    if frames is None:
        yield []
        return
    empty: Any = bpy.data.actions.new(thing.name)
    empty.use_frame_range = True
    empty.frame_start, empty.frame_end = frames
    if hasattr(empty, "slots"):  # 4.4 and newer
        empty.slots.new(id_type="OBJECT", name=thing.name)
    try:
        with _animated(thing):
            animation: Any = thing.animation_data
            animation.action = empty
            actions.choose_slot(animation, thing.name)
            yield [empty]
    finally:
        bpy.data.actions.remove(empty)


@contextmanager
def _animated(thing: bpy.types.Object) -> Iterator[None]:
    """Have the object take Actions until the block ends, when it plays again what it plays now."""
    lent = thing.animation_data is None
    animation: Any = thing.animation_data_create()
    try:
        with own_action_kept(animation):
            yield
    finally:
        if lent:
            thing.animation_data_clear()


@contextmanager
def own_action_kept(animation: Any) -> Iterator[None]:
    """Have it play the same Action, and the NLA or not, when the block ends, also where an exporter fails midway.

    What has not changed is not touched: animations would be evaluated once more, and poses without keys be lost.
    """
    action, slot, at_work = animation.action, getattr(animation, "action_slot", None), animation.use_nla
    try:
        yield
    finally:
        if animation.use_nla != at_work:
            animation.use_nla = at_work
        if animation.action != action and not animation.is_property_readonly("action"):
            animation.action = action
        if slot is not None and animation.action_slot != slot:
            animation.action_slot = slot
