"""What a character does before the camera: stand in its rest pose, or play its Action, its strips, its control rig."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import bpy

from ..scene.posing.actions import OWN, chosen, span

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
    armatures = [member.data for member in character if isinstance(member.data, bpy.types.Armature)]
    shown = [armature.pose_position for armature in armatures]
    try:
        for armature in armatures:
            armature.pose_position = "REST"
        yield
    finally:
        for armature, position in zip(armatures, shown, strict=True):
            armature.pose_position = position


def _span(character: Character) -> tuple[int, int]:
    """Return the first frame of what the character plays, and how many frames lie from there to the last."""
    scene = bpy.context.scene
    if scene is None:
        return 1, 0
    armatures = [member for member in character if member.type == "ARMATURE"]
    played = [span(armature, chosen(OWN, armature), OWN, scene) for armature in armatures]
    first, last = next((found for found in played if found is not None), (scene.frame_current,) * 2)
    return round(first), round(last - first)
