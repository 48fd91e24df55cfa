"""Scene to message: a character as the backend takes it, and the binding that brings results home."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import bpy
import numpy as np
from clipmatrix_protocol import Character, Look, Part, Settings, Shape

from ..errors import Refusal
from . import geometry, light
from .binding import Binding, PartBinding
from .characters import armature_of
from .checks import problems
from .handles import handle
from .joints import deforming_bones, joints, skin_of
from .materials import surface
from .materials.paint import Paint, paint
from .materials.relief import FLAT, Relief, relief
from .posing import rigging
from .posing.actions import OWN_ACTION, Playing
from .posing.drawn_poses import NO_JITTER, Draw
from .posing.pose_source import PoseSource
from .posing.poses import Poses, sample
from .posing.skin import Skin
from .regions import Stretch, read_regions
from .remarks import cramped, remarks, stacked

DRIFT = 1e-4
"""How far a skinned part may move against its armature, relative to its place, before it is refused."""

SMALLEST_SIZE = 1e-7
"""Width, height or depth, metres, that some part must have for anything to be seen."""


StartFrom = Literal["CURRENT", "FRESH"]
"""What a job starts from: the take that is worn, without one the artist's own paint; or the bare mesh in plain grey."""


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A character as it goes to the backend, and what its answers and the artist need to know of it.

    Attributes
    ----------
    character
        The message.
    binding
        How results come home.
    remarks
        What was left out or taken differently, for the artist to read.
    unread
        A sentence for each material whose relief can't be sent: a new normal map would take its place.
    """

    character: Character
    binding: Binding
    remarks: tuple[str, ...]
    unread: tuple[str, ...] = ()


def snapshot(
    context: bpy.types.Context,
    objects: Sequence[bpy.types.Object],
    poses: PoseSource = "ACTION",
    start: StartFrom = "CURRENT",
    playing: Playing = OWN_ACTION,
    stretches: Sequence[Stretch] = (),
    draw: Draw = NO_JITTER,
    texture_size: int = Settings().texture_size,
) -> Snapshot:
    """Read a character out of the scene, which is left exactly as it is.

    Parameters
    ----------
    objects
        Its mesh objects, moved by one armature or by none.
    poses
        Where its poses come from.
    start
        What a job starts from.
    playing
        Which Action its poses are of, and which frames.
    stretches
        What cameras frame and the brief locks; they become the character's regions.
    draw
        How poses are drawn, where some are.
    texture_size
        Side of the textures the job works with, texels; no larger ones are sent.

    Raises
    ------
    Refusal
        If something is missing, or can't be described to the backend.
    """
    armature = armature_of(objects[0])
    for refusal in problems(objects, armature):
        raise refusal
    rigs = [rigging.read_rigging(thing) for thing in objects]
    bones = deforming_bones(armature)
    by_bone = [skin_of(thing, rig, bones) for thing, rig in zip(objects, rigs, strict=True)]
    sampled = sample(context, armature, objects, list(bones), poses, playing, draw)
    _refuse_lost_poses(armature, sampled)
    _refuse_drift(objects, rigs, sampled)
    names, matrices, skins = joints(objects, by_bone, list(bones), sampled)
    keys = [geometry.keys(thing) for thing in objects]
    shapes, places = _shapes(objects, keys)
    name = armature.name if armature else objects[0].name
    with _sendable(name):
        parts = tuple(
            _part(index, thing, sampled.to_rest[index], skins[index], keys[index], places[index])
            for index, thing in enumerate(objects)
        )
        paints = [_paint(thing, texture_size) for thing in objects]
        reliefs = [_relief(thing, start, texture_size) for thing in objects]
        character = Character(
            name=name,
            parts=parts,
            shapes=shapes,
            joints=names,
            poses=matrices.astype(np.float32),
            textures=len(parts),
            start_textures=tuple(one.texture for one in paints),
            repaint=start == "FRESH",
            start_offsets=_start_offsets(objects, sampled.to_rest) if start == "CURRENT" else (),
            start_normal_maps=_start_normal_maps(reliefs),
            start_look=light.worn_look(objects) if start == "CURRENT" else Look(),
            regions=read_regions(stretches, objects, armature, by_bone, bones),
        )
    _refuse_sizeless(character)
    return Snapshot(
        character=character,
        binding=_binding(character, armature, objects, sampled.to_rest, keys, places),
        remarks=_remarks(objects, armature, parts, paints if start == "CURRENT" else ()),
        unread=tuple(dict.fromkeys(sentence for one in reliefs for sentence in one.unread)),
    )


def _remarks(
    objects: Sequence[bpy.types.Object],
    armature: bpy.types.Object | None,
    parts: Sequence[Part],
    paints: Sequence[Paint],
) -> tuple[str, ...]:
    """What the artist should know of the objects, their UVs, and the paint that the job starts from; each once."""
    layouts = [remark for part in parts for remark in (*cramped(part), *stacked(part))]
    painted = [remark for one in paints for remark in one.remarks]
    return tuple(dict.fromkeys([*remarks(objects, armature), *layouts, *painted]))


@contextmanager
def _sendable(name: str) -> Iterator[None]:
    """Turn the protocol's own checks into a refusal: whatever has slipped through ours is not sent either."""
    try:
        yield
    except ValueError as error:
        raise Refusal(f"{name} can't be sent: {error}.", "Copy the report, and tell us of it.") from error


def _refuse_lost_poses(armature: bpy.types.Object | None, sampled: Poses) -> None:
    """Refuse poses in which something is nowhere."""
    if armature is not None and not (np.isfinite(sampled.bones).all() and np.isfinite(sampled.parts).all()):
        raise Refusal(f"{armature.name} takes a pose that is no number.", "Look for a driver or constraint that fails.")


def _refuse_drift(objects: Sequence[bpy.types.Object], rigs: Sequence[rigging.Rigging], sampled: Poses) -> None:
    """Refuse a part that its armature deforms and that moves against it as well: no skin says that."""
    for index, (thing, rig) in enumerate(zip(objects, rigs, strict=True)):
        moves = sampled.parts[:, index]
        if rig.skinned and np.abs(moves - np.eye(4)).max() > DRIFT * max(1.0, np.abs(sampled.to_rest[index]).max()):
            raise Refusal(
                f"{thing.name} is deformed by its armature and moves against it as well.",
                "Parent it to the armature object, not to a bone.",
            )


def _refuse_sizeless(character: Character) -> None:
    """Refuse a character of which nothing could be seen."""
    if max(float(np.ptp(part.vertices, axis=0).max()) for part in character.parts) < SMALLEST_SIZE:
        raise Refusal(f"{character.name} has no size: all its vertices are in one place.", "Scale it up in edit mode.")


def _shapes(
    objects: Sequence[bpy.types.Object], keys: Sequence[list[geometry.Key]]
) -> tuple[tuple[Shape, ...], list[list[int]]]:
    """The shape basis, and per part the places of its keys in it.

    Keys of one name are one coefficient where they agree on value and range, else one each.
    """
    shapes: dict[tuple[str, float, float, float], Shape] = {}
    places = []
    for thing, found in zip(objects, keys, strict=True):
        mine = []
        for key in found:
            identity = (key.name, key.value, key.low, key.high)
            if identity not in shapes:
                names = {shape.name for shape in shapes.values()}
                name = key.name if key.name not in names else f"{key.name} ({thing.name})"
                shapes[identity] = Shape(name=name, value=key.value, low=key.low, high=key.high)
            mine.append(list(shapes).index(identity))
        places.append(mine)
    return tuple(shapes.values()), places


def _part(
    index: int,
    thing: bpy.types.Object,
    to_rest: np.ndarray,
    skin: Skin,
    keys: list[geometry.Key],
    places: list[int],
) -> Part:
    linear = to_rest[:3, :3]
    rest = geometry.basis(thing) @ linear.T + to_rest[:3, 3]
    mesh = geometry.surface(thing)
    # A mirrored object shows the other side of its triangles: turn them, so that outside stays outside.
    turn = slice(None, None, -1) if np.linalg.det(linear) < 0 else slice(None)
    deltas = np.zeros((len(keys), *rest.shape), np.float32)
    for row, key in enumerate(keys):
        deltas[row] = key.delta @ linear.T
    return Part(
        name=thing.name,
        vertices=rest.astype(np.float32),
        triangles=np.ascontiguousarray(mesh.triangles[:, turn]),
        corner_uvs=np.ascontiguousarray(mesh.corner_uvs[:, turn]),
        texture=index,
        skin_joints=skin.joints.astype(np.int32),
        skin_weights=skin.weights.astype(np.float32),
        shapes=np.array(places, np.int32),
        shape_deltas=deltas,
    )


def _start_offsets(objects: Sequence[bpy.types.Object], to_rest: np.ndarray) -> tuple[np.ndarray, ...]:
    earlier = [geometry.earlier_offsets(thing) for thing in objects]
    if all(offsets is None for offsets in earlier):
        return ()
    return tuple(
        (np.zeros_like(geometry.basis(thing)) if offsets is None else offsets @ matrix[:3, :3].T).astype(np.float32)
        for thing, offsets, matrix in zip(objects, earlier, to_rest, strict=True)
    )


def _paint(thing: bpy.types.Object, texture_size: int) -> Paint:
    """What an object shows: the take it wears, or the artist's own materials."""
    worn = surface.worn_texture(thing)
    return paint(thing, texture_size) if worn is None else Paint(worn, ())


def _relief(thing: bpy.types.Object, start: StartFrom, texture_size: int) -> Relief:
    """What leans an object's normals: the take it wears, or the artist's own materials; not for the bare mesh."""
    if start == "FRESH":
        return Relief(None, surface.own_relief(thing))
    worn = surface.worn_normal_map(thing)
    return relief(thing, texture_size) if worn is None else Relief(worn)


def _start_normal_maps(reliefs: Sequence[Relief]) -> tuple[np.ndarray, ...]:
    """One map for each object, flat for one without; none where no object has any."""
    maps = [one.texture for one in reliefs]
    if all(found is None for found in maps):
        return ()
    return tuple(np.array([[FLAT]], np.uint8) if found is None else found for found in maps)


def _binding(
    character: Character,
    armature: bpy.types.Object | None,
    objects: Sequence[bpy.types.Object],
    to_rest: np.ndarray,
    keys: Sequence[list[geometry.Key]],
    places: Sequence[list[int]],
) -> Binding:
    parts = tuple(
        PartBinding(
            object=handle(thing),
            vertices=len(part.vertices),
            weave=geometry.weave(thing),
            to_object=np.linalg.inv(matrix[:3, :3]),
            basis=geometry.basis(thing).astype(np.float32).reshape(-1),
            shapes=tuple((place, key.name) for place, key in zip(mine, found, strict=True) if key.low < key.high),
            texture=part.texture,
        )
        for thing, part, matrix, found, mine in zip(objects, character.parts, to_rest, keys, places, strict=True)
    )
    return Binding(character.name, parts, handle(armature) if armature else None)
