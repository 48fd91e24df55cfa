"""What a character does before the camera: stand in its rest pose, or play its Action, its strips, its control rig."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

import bpy

from ..scene.posing.actions import OWN_ACTION, chosen, span
from ..scene.posing.following import followed

Character = Sequence[bpy.types.Object]
"""The mesh objects to be seen, with the armature that moves them."""


def action_of(character: Character) -> bpy.types.Action | None:
    """Return the Action that the character's armature plays, or None."""
    for member in character:
        if member.type == "ARMATURE" and member.animation_data and member.animation_data.action:
            return member.animation_data.action
    return None


def spread_frames(character: Character, count: int) -> list[int]:
    """Choose ``count`` frames evenly over what is played, its last one left out; the current frame if nothing is."""
    first, length = _span(character)
    return [first + round(index * length / count) for index in range(count)]


def running_frames(character: Character, count: int) -> list[int]:
    """Choose ``count`` frames one after the other, from the first that is played on; after the last it starts again."""
    first, length = _span(character)
    return [first + index % max(length, 1) for index in range(count)]


@contextmanager
def at_rest(character: Character) -> Iterator[None]:
    """Show the armatures in their rest pose until the block ends."""
    with _shown(character, "REST"):
        yield


@contextmanager
def posed(character: Character) -> Iterator[None]:
    """Show the armatures posed, also those that the artist has left in Rest Position, until the block ends.

    Those that they follow are among them.
    """
    rigs = [member for member in character if member.type == "ARMATURE"]
    with _shown([*rigs, *(leader for rig in rigs for leader in followed(rig))], "POSE"):
        yield


@contextmanager
def before_each_frame(act: Callable[..., None]) -> Iterator[None]:
    """Have something done before each frame that is gone to, until the block ends."""
    bpy.app.handlers.frame_change_pre.append(act)
    try:
        yield
    finally:
        bpy.app.handlers.frame_change_pre.remove(act)


@contextmanager
def _shown(character: Character, position: Literal["REST", "POSE"]) -> Iterator[None]:
    armatures = [member.data for member in character if isinstance(member.data, bpy.types.Armature)]
    before = [(armature, armature.pose_position) for armature in dict.fromkeys(armatures)]
    try:
        for armature, _ in before:
            armature.pose_position = position
        yield
    finally:
        for armature, shown in before:
            armature.pose_position = shown


def _span(character: Character) -> tuple[int, int]:
    """Return the first frame of what the character plays, and how many frames lie from there to the last."""
    scene = bpy.context.scene
    if scene is None:
        return 1, 0
    armatures = [member for member in character if member.type == "ARMATURE"]
    played = [span(armature, chosen(OWN_ACTION, armature), OWN_ACTION, scene) for armature in armatures]
    first, last = next((found for found in played if found is not None), (scene.frame_current,) * 2)
    return round(first), round(last - first)
