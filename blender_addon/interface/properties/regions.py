"""Stretches of the character that prompts look at, or that stay exactly as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import bpy
from bpy.props import BoolProperty, EnumProperty, StringProperty

from ...errors import Refusal
from ...scene import characters
from ...scene.regions import Stretch, labelled
from .heard import heard

if TYPE_CHECKING:
    from .scene import ClipMatrixSceneProperties

__all__ = ["KINDS", "ClipMatrixLocked", "fill_locked", "labelled", "locked", "offered", "stretch", "stretches"]

KINDS = [
    ("GROUP", "Vertex Group", "The vertices of a vertex group, as far as their weights say"),
    ("BONE", "Bone", "All that a bone and those below it move, as far as the weights say"),
]


def offered(kind: str, context: bpy.types.Context, typed: str) -> list[str]:
    """Names of the selected character's vertex groups, of all parts, or of its bones."""
    try:
        cast = characters.selected_cast(context)
    except Refusal:
        return []
    found: list[str] = []
    if kind == "BONE":
        data = cast.armature.data if cast.armature else None
        found = [bone.name for bone in data.bones] if isinstance(data, bpy.types.Armature) else []
    elif kind == "GROUP":
        found = list(dict.fromkeys(group.name for part in cast.parts for group in part.vertex_groups))
    return [name for name in found if typed.casefold() in name.casefold()]


def _offered_locked(one: ClipMatrixLocked, context: bpy.types.Context, typed: str) -> list[str]:
    return offered(one.kind, context, typed)


class ClipMatrixLocked(bpy.types.PropertyGroup):
    """One stretch that stays as it is."""

    kind: EnumProperty(  # type: ignore[valid-type]
        name="Kind", description="Whether a vertex group or a bone says what stays", items=KINDS, default="GROUP"
    )
    region: StringProperty(  # type: ignore[valid-type]
        name="Locked Part",
        description="The vertex group, or the bone, whose vertices stay exactly as they are",
        search=_offered_locked,
        search_options={"SUGGESTION"},
    )
    inverted: BoolProperty(  # type: ignore[valid-type]
        name="All But This",
        description="Lock everything else instead, so that only this may change. Several such lines are free together",
    )


def stretch(kind: Literal["GROUP", "BONE"], name: str, *, inverted: bool = False) -> Stretch:
    """What a name chosen by the artist means, or all but that.

    Raises
    ------
    Refusal
        If there is no name.
    """
    if not name.strip():
        what = "bone" if kind == "BONE" else "vertex group"
        raise Refusal(f"A {what} is asked for, but none is chosen.", f"Choose a {what} in Look From, or in Locked.")
    return Stretch(kind, name, inverted)


def locked(settings: ClipMatrixSceneProperties) -> list[Stretch]:
    """What stays as it is; the inverse of :func:`fill_locked`.

    Raises
    ------
    Refusal
        If a line of the list is empty.
    """
    return list(dict.fromkeys(stretch(one.kind, one.region, inverted=one.inverted) for one in settings.locked))


def fill_locked(settings: ClipMatrixSceneProperties, labels: tuple[str, ...]) -> None:
    """Have exactly these stay as they are; a label that none of ours is left out."""
    settings.locked.clear()
    for found in filter(None, map(labelled, labels)):
        one: Any = settings.locked.add()
        one.kind, one.region, one.inverted = found.kind, found.name, found.inverted
    settings.active_locked = 0


def stretches(settings: ClipMatrixSceneProperties) -> list[Stretch]:
    """All that the character must have regions for.

    Raises
    ------
    Refusal
        If one is asked for without a name.
    """
    framed = [stretch(one.looks, one.region) for one in heard(settings) if one.looks in ("GROUP", "BONE")]
    return list(dict.fromkeys((*framed, *locked(settings))))
