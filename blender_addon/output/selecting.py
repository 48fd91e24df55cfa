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
        If one of them can't be selected, because its collection is hidden or switched off.
    """
    layer = bpy.context.view_layer
    assert layer is not None
    active = layer.objects.active
    selected = [thing for thing in layer.objects if thing.select_get()]
    present = [thing for thing in character if layer.objects.get(thing.name) == thing]
    hidden = [thing for thing in present if thing.hide_get()]
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


def _refuse_unselected(character: Character, present: Character) -> None:
    for thing in character:
        if thing not in present or not thing.select_get():
            raise Refusal(f"{thing.name} is hidden, and Blender exports no hidden objects.", "Show it, then try again.")
