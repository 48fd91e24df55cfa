"""Deform matrices of a character, sampled without touching the artist's scene.

Frames are evaluated in a scene of their own with copies of the character: the artist's scene keeps its frame, its
unkeyed poses, its simulations and everything else, because no evaluation of it takes place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import bpy
import numpy as np

from ..checks.access import SMALLEST_VOLUME, without_size
from .actions import OWN_ACTION, Playing, chosen, play, span
from .drawn_poses import NO_JITTER, Draw, strike
from .pose_source import PoseSource
from .standins import standing_in

MOST_FRAMES = 16
"""How many frames of an Action are sampled, evenly."""

SAME_POSE = 1e-5
"""Matrices that differ by less, relative to their size, are one pose."""


@dataclass(frozen=True, eq=False)
class Stance:
    """A character in one pose, seen from its armature (from the world, where there is none).

    Attributes
    ----------
    bones
        (B, 4, 4) float64, rest to posed, armature space, in the order asked for.
    parts
        (N, 4, 4) float64, object to armature space.
    """

    bones: np.ndarray
    parts: np.ndarray


@dataclass(frozen=True, eq=False)
class Poses:
    """All sampled poses in rest space, metres.

    Attributes
    ----------
    to_rest
        (N, 4, 4) float64, each part's object space to rest space.
    bones
        (P, B, 4, 4) float64, rest to posed; pose 0 is the rest pose.
    parts
        (P, N, 4, 4) float64, how each part moves as one piece, rest to posed.
    """

    to_rest: np.ndarray
    bones: np.ndarray
    parts: np.ndarray


def sample(
    context: bpy.types.Context,
    armature: bpy.types.Object | None,
    parts: Sequence[bpy.types.Object],
    bones: Sequence[str],
    poses: PoseSource,
    playing: Playing = OWN_ACTION,
    draw: Draw = NO_JITTER,
) -> Poses:
    """Sample a character's poses.

    Parameters
    ----------
    bones
        The bones whose matrices are wanted.
    poses
        Where they come from.
    playing
        Which Action, and which frames of it.
    draw
        How poses are drawn, where some are.

    Raises
    ------
    Refusal
        If a part is scaled to nothing, or the chosen Action is not one for this armature.
    """
    assert context.scene is not None
    graph = context.evaluated_depsgraph_get()
    current = _stance(graph, armature, parts, bones)
    frame = _world(graph, armature) if armature else np.eye(4)
    unit = np.diag([context.scene.unit_settings.scale_length] * 3 + [1.0])
    stances = _played(context.scene, armature, parts, bones, poses, playing) if armature else [current]
    if len(stances) == 1 and poses not in ("REST", "RANDOM"):
        stances.append(current)
    if armature and draw.wanted(poses):
        stances += _drawn(context.scene, armature, parts, bones, poses, draw)
    rest = stances[0]
    for thing, matrix in zip(parts, rest.parts, strict=True):
        if abs(np.linalg.det(matrix)) < SMALLEST_VOLUME:
            raise without_size(thing)
    out, back = unit @ frame, np.linalg.inv(unit @ frame)
    away = np.linalg.inv(rest.parts)
    found = [Stance(out @ one.bones @ back, out @ one.parts @ away @ back) for one in stances]
    found = [found[0], *(one for one in found[1:] if not _same(one, found[0]))]
    return Poses(
        to_rest=out @ rest.parts,
        bones=np.stack([one.bones for one in found]),
        parts=np.stack([one.parts for one in found]),
    )


@contextmanager
def _stage(scene: bpy.types.Scene) -> Iterator[bpy.types.Scene]:
    """An empty scene beside the artist's, with the same clock, removed afterwards."""
    stage = bpy.data.scenes.new("ClipMatrix poses")
    try:
        stage.render.fps, stage.render.fps_base = scene.render.fps, scene.render.fps_base
        stage.frame_start, stage.frame_end = scene.frame_start, scene.frame_end
        stage.frame_set(scene.frame_current, subframe=scene.frame_subframe)
        yield stage
    finally:
        bpy.data.scenes.remove(stage)


def _played(
    scene: bpy.types.Scene,
    armature: bpy.types.Object,
    parts: Sequence[bpy.types.Object],
    bones: Sequence[str],
    poses: PoseSource,
    playing: Playing,
) -> list[Stance]:
    """The rest pose, and the frames of what is played, where those are asked for and anything is."""
    with _stage(scene) as stage, standing_in(stage, armature, parts) as (double, doubles):
        _take_position(double, "REST")
        stances = [_at(stage, stage.frame_current_final, double, doubles, bones)]
        if poses == "ACTION":
            _take_position(double, "POSE")  # also where the artist has left the armature in Rest Position
            action = chosen(playing, armature)
            if playing.action:
                play(double, action, armature.name)
            frames = _frames(armature, action, playing, stage)
            stances += [_at(stage, time, double, doubles, bones) for time in frames]
        return stances


def _drawn(
    scene: bpy.types.Scene,
    armature: bpy.types.Object,
    parts: Sequence[bpy.types.Object],
    bones: Sequence[str],
    poses: PoseSource,
    draw: Draw,
) -> list[Stance]:
    """Poses at random."""
    with _stage(scene) as stage, standing_in(stage, armature, parts) as (double, doubles):
        play(double, None, armature.name)
        if poses == "RANDOM":
            _take_position(double, "POSE")
        now = stage.frame_current_final
        return [_at(stage, now, double, doubles, bones) for _ in strike(double, poses, draw)]


def _take_position(double: bpy.types.Object, position: Literal["POSE", "REST"]) -> None:
    assert isinstance(double.data, bpy.types.Armature)
    double.data.pose_position = position


def _at(
    stage: bpy.types.Scene,
    time: float,
    armature: bpy.types.Object,
    parts: Sequence[bpy.types.Object],
    bones: Sequence[str],
) -> Stance:
    whole = int(np.floor(time))
    stage.frame_set(whole, subframe=time - whole)
    graph = stage.view_layers[0].depsgraph
    assert graph is not None
    return _stance(graph, armature, parts, bones)


def _stance(
    graph: bpy.types.Depsgraph,
    armature: bpy.types.Object | None,
    parts: Sequence[bpy.types.Object],
    bones: Sequence[str],
) -> Stance:
    frame = np.linalg.inv(_world(graph, armature)) if armature else np.eye(4)
    posed = armature.evaluated_get(graph).pose if armature else None
    matrices = np.empty((len(bones), 4, 4))
    for index, name in enumerate(bones):
        assert posed is not None
        bone = posed.bones[name]
        matrices[index] = np.array(bone.matrix) @ np.linalg.inv(np.array(bone.bone.matrix_local))
    placed = [frame @ _world(graph, thing) for thing in parts]
    return Stance(matrices, np.array(placed))


def _world(graph: bpy.types.Depsgraph, thing: bpy.types.Object) -> np.ndarray:
    return np.array(thing.evaluated_get(graph).matrix_world, np.float64)


def _frames(
    armature: bpy.types.Object, action: bpy.types.Action | None, playing: Playing, scene: bpy.types.Scene
) -> list[float]:
    """Up to 16 times over what the armature plays, none where nothing moves it."""
    found = span(armature, action, playing, scene)
    if found is None:
        return []
    first, last = found
    count = min(MOST_FRAMES, int(last - first) + 1)
    return [float(time) for time in np.linspace(first, last, count)]


def _same(one: Stance, other: Stance) -> bool:
    return all(
        np.allclose(mine, others, rtol=SAME_POSE, atol=SAME_POSE)
        for mine, others in ((one.bones, other.bones), (one.parts, other.parts))
    )
