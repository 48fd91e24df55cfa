"""The light a take was judged under: written on the objects that wear the take, as everything else of it is."""

from __future__ import annotations

from collections.abc import Sequence

import bpy
import msgspec
from bpy.props import StringProperty
from clipmatrix_protocol import Look
from msgspec.structs import replace

from .materials.start_look import shown_finish

PROPERTY = "clipmatrix_light"
"""Name of the objects' property: the sky and the suns as JSON; empty on objects without a take."""


def text_of(thing: bpy.types.Object) -> str:
    """What an object says of its light; the inverse of :func:`put`."""
    text: str = getattr(thing, PROPERTY)
    return text


def put(thing: bpy.types.Object, text: str) -> None:
    """Have an object say this of its light; nothing if it is empty."""
    if text == text_of(thing):
        return
    if text:
        setattr(thing, PROPERTY, text)
    else:
        thing.property_unset(PROPERTY)


def written(look: Look) -> str:
    """A look's light as text for :func:`put`; the inverse of :func:`worn`."""
    return msgspec.json.encode({"ambient": look.ambient, "suns": look.suns}).decode()


def worn(things: Sequence[bpy.types.Object]) -> Look | None:
    """The light of the take that objects wear, in a look with a default material; None if they wear none."""
    for thing in things:
        try:
            if text := text_of(thing):
                return msgspec.json.decode(text, type=Look)
        except msgspec.DecodeError:
            continue  # another version's
    return None


def worn_look(things: Sequence[bpy.types.Object]) -> Look:
    """Roughness and metallic that objects show, a take's or the artist's own, under the light of the take they wear."""
    light = worn(things) or Look()
    return replace(shown_finish(things), ambient=light.ambient, suns=light.suns)


def register() -> None:
    """Give every object the property."""
    prop = StringProperty(
        name="ClipMatrix light",
        description="The light that the worn take was judged under",
        override={"LIBRARY_OVERRIDABLE"},
    )
    setattr(bpy.types.Object, PROPERTY, prop)


def unregister() -> None:
    """Take it away; what files hold stays there."""
    delattr(bpy.types.Object, PROPERTY)
