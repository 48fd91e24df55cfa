"""Which Actions fit an armature, and which frames of one are to be sampled."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import bpy

from ...errors import Refusal
from .curves import curves
from .following import followed

BONE = re.compile(r'pose\.bones\["((?:[^"\\]|\\.)*)"\]')
"""What a curve's data path begins with when it moves a bone."""


@dataclass(frozen=True)
class Playing:
    """What a character plays while its poses are sampled.

    Attributes
    ----------
    action
        An Action by its name; empty for whatever its armature plays.
    frames
        First and last frame; None for the Action's own.
    """

    action: str = ""
    frames: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        if self.frames and self.frames[0] > self.frames[1]:
            first, last = self.frames
            raise Refusal(f"The poses run from frame {first} back to frame {last}.", "Exchange the two in Poses.")


OWN_ACTION = Playing()
"""The armature's own Action, all of it."""


def fits(action: bpy.types.Action, armature: bpy.types.Object) -> bool:
    """Tell whether the Action moves any bone of the armature."""
    if not isinstance(armature.data, bpy.types.Armature):
        return False
    bones = armature.data.bones
    return any(name in bones for name in _moved_bones(action))


def repertoire(thing: bpy.types.Object) -> list[bpy.types.Action]:
    """Every Action that an object can play: its own, those of its strips, and of an armature each that moves its bones.

    An armature that plays nothing itself, because its bones follow another one, may have names in common with that:
    what moves the other is not for it to play.
    """
    own = played(thing)
    leaders = movers(thing) if thing.type == "ARMATURE" and not own else []
    return [
        action
        for action in bpy.data.actions
        if action in own or (fits(action, thing) and not any(fits(action, leader) for leader in leaders))
    ]


def played(thing: bpy.types.Object) -> set[bpy.types.Action]:
    """The object's own Action and those of its NLA strips."""
    strips = [strip for track in _tracks(thing) for strip in track.strips]
    return {action for action in (_own_action(thing), *(strip.action for strip in strips)) if action is not None}


def left_over(actions: Collection[bpy.types.Action]) -> list[bpy.types.Action]:
    """The file's other Actions that move bones, whosever they are."""
    return [
        action for action in bpy.data.actions if action not in actions and next(_moved_bones(action), None) is not None
    ]


def chosen(playing: Playing, armature: bpy.types.Object) -> bpy.types.Action | None:
    """The Action that is played, or None where the armature has none of its own and none is chosen.

    Raises
    ------
    Refusal
        If the chosen one is gone or moves nothing of this armature.
    """
    if not playing.action:
        return _own_action(armature)
    action = bpy.data.actions.get(playing.action)
    if action is None:
        raise Refusal(f"The Action “{playing.action}” is no longer in the file.", "Choose another one in Poses.")
    if not fits(action, armature):
        raise Refusal(
            f"The Action “{action.name}” moves no bone of {armature.name}.", "Choose another one in Poses, or none."
        )
    return action


def span(
    armature: bpy.types.Object, action: bpy.types.Action | None, playing: Playing, scene: bpy.types.Scene
) -> tuple[float, float] | None:
    """First and last frame of what is played: the Action, or what moves an armature without one; None if nothing does.

    A control rig's Actions tell from where to where, NLA strips leave that to the scene.
    """
    if action is not None:
        return playing.frames or (action.frame_range[0], action.frame_range[1])
    moving = movers(armature)
    if not moving:
        return None
    ranges = [found.frame_range for found in map(_own_action, moving) if found is not None]
    over_all = (min(found[0] for found in ranges), max(found[1] for found in ranges)) if ranges else None
    return playing.frames or over_all or (scene.frame_start, scene.frame_end)


def movers(armature: bpy.types.Object) -> list[bpy.types.Object]:
    """What moves an armature that has no Action: itself by its NLA strips, or whatever animated things it follows."""
    if _has_strips(armature):
        return [armature]
    return [thing for thing in followed(armature) if _own_action(thing) or _has_strips(thing)]


def play(armature: bpy.types.Object, action: bpy.types.Action | None, name: str) -> None:
    """Have this Action, and nothing of the NLA, move the armature; None leaves it in its pose.

    Of an Action with slots for several objects it plays the one of the object of this name, which it may be a copy of.
    """
    animation: Any = armature.animation_data_create()
    for track in animation.nla_tracks:
        track.mute = True
    animation.action = action
    if action:
        choose_slot(animation, name)


def choose_slot(player: Any, name: str) -> None:
    """Have what plays an Action (animation data, an NLA strip) and has no slot of it take the one of this name.

    Without one of this name it takes the first that suits; before Blender 4.4 there are none.
    """
    if hasattr(player, "action_suitable_slots") and player.action_slot is None:
        suitable = list(player.action_suitable_slots)
        own = [slot for slot in suitable if slot.name_display == name]
        player.action_slot = next(iter(own or suitable), None)


def _own_action(thing: bpy.types.Object) -> bpy.types.Action | None:
    return thing.animation_data.action if thing.animation_data else None


def _has_strips(thing: bpy.types.Object) -> bool:
    return any(track.strips for track in _tracks(thing))


def _tracks(thing: bpy.types.Object) -> list[bpy.types.NlaTrack]:
    return list(thing.animation_data.nla_tracks) if thing.animation_data else []


def _moved_bones(action: bpy.types.Action) -> Iterator[str]:
    for curve in curves(action):
        found = BONE.match(curve.data_path)
        if found:
            yield bpy.utils.unescape_identifier(found[1])
