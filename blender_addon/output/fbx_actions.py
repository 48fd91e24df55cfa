"""Telling Blender's FBX exporter which Actions to write, as strips of the NLA, one alone on each track.

By itself it would write every Action whose paths exist, a camera's too, none that has lost a bone since, and each of
them mixed with what the NLA plays.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import bpy

from ..scene.posing.actions import choose_slot
from .acting import before_each_frame
from .repertoire import Repertoire, own_action_kept

BEYOND = 2e-4
"""Frames that a strip is longer than its Action: the exporter counts frames by a sum that may round down, below 0."""


@contextmanager
def as_strips(repertoire: Repertoire) -> Iterator[None]:
    """Have objects play these Actions as strips, and nothing else, until the block ends.

    The exporter mutes all strips but one. What those would move is at its default then, switches too, whatever they
    are set to; so the tracks are muted as well.
    """
    with ExitStack() as lent:
        tracks = []
        for thing, actions in repertoire.items():
            lent.enter_context(_own_strips_silent(thing))
            tracks += lent.enter_context(_strips(thing, actions))

        def silence(*_args: object) -> None:
            for track in tracks:
                track.mute = track.strips[0].mute

        lent.enter_context(before_each_frame(silence))
        yield


@contextmanager
def _own_strips_silent(thing: bpy.types.Object) -> Iterator[None]:
    """Have the object's NLA at work, and none of the artist's tracks, until the block ends."""
    animation: Any = thing.animation_data
    tweaked, active = animation.use_tweak_mode, animation.nla_tracks.active
    tracks = [(track, track.mute, track.is_solo, track.select) for track in animation.nla_tracks]
    animation.use_tweak_mode = False  # in which the Action is that of a strip
    try:
        with own_action_kept(animation):
            animation.use_nla = True
            for track, _, solo, _ in tracks:
                if solo:
                    track.is_solo = False
                track.mute = True
            yield
    finally:
        for track, mute, solo, select in tracks:
            track.mute, track.select = mute, select
            if solo:
                track.is_solo = True
        animation.nla_tracks.active = active
        animation.use_tweak_mode = tweaked


@contextmanager
def _strips(thing: bpy.types.Object, actions: Sequence[bpy.types.Action]) -> Iterator[list[Any]]:
    """Lend the object a track with a strip for each Action, which is called as the exporter calls its takes."""
    animation: Any = thing.animation_data
    tracks: list[Any] = []
    try:
        for action in actions:
            track = animation.nla_tracks.new()
            tracks.append(track)
            first, last = math.floor(action.frame_range[0]), math.ceil(action.frame_range[1])
            strip = track.strips.new(action.name, first, action)
            strip.name = f"{thing.name}|{action.name}"
            choose_slot(strip, thing.name)
            strip.action_frame_start, strip.action_frame_end = first, last + BEYOND
            strip.frame_start_raw = first
        yield tracks
    finally:
        for track in tracks:
            animation.nla_tracks.remove(track)
