"""Selecting a character for an exporter, and giving the artist the selection back."""

from collections.abc import Iterator
from contextlib import contextmanager

import bpy

from ..errors import Refusal
from .acting import Character


@contextmanager
def only_selected(character: Character) -> Iterator[None]:
    """Have the character's objects selected, shown, and nothing else, until the block ends.

    Raises
    ------
    Refusal
        If one of them can't be selected, because its collection is hidden or switched off, or linked from a file
        that lets nobody select what is in it.
    """
    layer = bpy.context.view_layer
    assert layer is not None
    active = layer.objects.active
    selected = [thing for thing in layer.objects if thing.select_get()]
    present = [thing for thing in character if layer.objects.get(thing.name) == thing]
    hidden = [thing for thing in present if thing.hide_get()]
    with _selectable(present):
        try:
            for thing in selected:
                thing.select_set(False)
            for thing in present:
                thing.hide_set(False)
                thing.select_set(True)
            _refuse_unselected(character, present)
            layer.objects.active = character[0]
            yield
        finally:
            for thing in present:
                thing.select_set(False)
            for thing in hidden:
                thing.hide_set(True)
            for thing in selected:
                thing.select_set(True)
            layer.objects.active = active


@contextmanager
def _selectable(things: Character) -> Iterator[None]:
    """Have things selectable that the artist keeps from being selected, with the collections they are in."""
    layer = bpy.context.view_layer
    assert layer is not None
    locked = [one for one in _lockable(things) if one.hide_select and not one.library]
    try:
        for one in locked:
            one.hide_select = False
        layer.update()  # which settles what can be selected
        yield
    finally:
        for one in locked:
            one.hide_select = True
        layer.update()


def _lockable(things: Character) -> list[bpy.types.Object | bpy.types.Collection]:
    """The things, the collections that they are in, and those that these are in."""
    around = [one for one in bpy.data.collections if not set(things).isdisjoint(one.all_objects)]
    return [*things, *around]


def _refuse_unselected(character: Character, present: Character) -> None:
    for thing in character:
        if thing in present and thing.select_get():
            continue
        locked = [one for one in _lockable([thing]) if one.hide_select and one.library]
        if thing in present and thing.visible_get() and locked:
            raise Refusal(
                f"{thing.name} can't be selected: the file that {locked[0].name} is linked from forbids it.",
                "Switch on Selectable in that file, or make it local.",
            )
        raise Refusal(f"{thing.name} is hidden, and Blender exports no hidden objects.", "Show it, then try again.")
