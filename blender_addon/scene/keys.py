"""Offsets and shape coefficients as they live in a mesh object: its shape keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

import bpy
import numpy as np

from .carrying import carried
from .posing.curves import curves

OFFSETS = "ClipMatrix offsets"
"""Name of the shape key that holds a take's geometry, until the artist gives it another."""

Value = TypeVar("Value")

MARK: Final = "KEY_CATMULL_ROM"
"""The interpolation that key gets, so that it is known under any name: shape keys have no custom properties.

It means nothing where keys are relative, as a character's always are, and goes with the key through renaming, moving,
copying, saving and undo.
"""


@dataclass(frozen=True, eq=False)
class KeysBefore:
    """An object's shape keys before a job wrote into them.

    Attributes
    ----------
    existed
        Whether there were any.
    offsets
        (V * 3,) float32, the points of an earlier take's key; None if there was none.
    offsets_value
        That key's value.
    values
        Value by name of the keys the job may move.
    active
        Index of the active key.
    basis
        (V * 3,) float32, the Basis under ``offsets``, so that they follow what is sculpted meanwhile; None without any.
    muted
        Whether that key was muted.
    frames
        Frame by name of all keys. Relative keys make no use of theirs, and keep it under another name.
    """

    existed: bool
    offsets: np.ndarray | None
    offsets_value: float
    values: Mapping[str, float]
    active: int
    basis: np.ndarray | None = None
    muted: bool = False
    frames: Mapping[str, float] = field(default_factory=dict)


def points(key: bpy.types.ShapeKey) -> np.ndarray:
    """The key's positions, (V * 3,) float32, object space."""
    flat = np.empty(len(key.points) * 3, np.float32)
    key.points.foreach_get("co", flat)
    return flat


def mesh_of(thing: bpy.types.Object) -> bpy.types.Mesh:
    """The object's mesh; a TypeError for objects of other types, which never get this far."""
    if not isinstance(thing.data, bpy.types.Mesh):
        raise TypeError(f"{thing.name} is no mesh")
    return thing.data


def offsets_key(block: bpy.types.Key | None) -> bpy.types.ShapeKey | None:
    """The key that holds a take's geometry, also where the artist has renamed it; None without one."""
    if block is None:
        return None
    marked = (key for key in block.key_blocks if key.interpolation == MARK)
    return block.key_blocks.get(OFFSETS) or next(marked, None)


def remove_offsets(thing: bpy.types.Object, key: bpy.types.ShapeKey) -> None:
    """Remove the key of a take; duplicates that the artist has made of it, mark and all, are the artist's own."""
    block = mesh_of(thing).shape_keys
    for other in block.key_blocks if block else ():
        if other.interpolation == MARK:
            other.interpolation = "KEY_LINEAR"
    thing.shape_key_remove(key)


def animated_keys(block: bpy.types.Key) -> frozenset[str]:
    """Names of the keys whose values a driver or an Action sets, be it by way of the NLA."""
    data = block.animation_data
    if data is None:
        return frozenset()
    played = [data.action, *(strip.action for track in data.nla_tracks for strip in track.strips)]
    moving = [*data.drivers, *(curve for action in filter(None, played) for curve in curves(action))]
    paths = {curve.data_path for curve in moving}
    if not paths:
        return frozenset()
    return frozenset(
        key.name for key in block.key_blocks if f'key_blocks["{bpy.utils.escape_identifier(key.name)}"].value' in paths
    )


def record(thing: bpy.types.Object, names: tuple[str, ...]) -> KeysBefore:
    """Remember everything :func:`restore` needs; ``names`` are the keys the job may move."""
    keys = mesh_of(thing).shape_keys
    if keys is None:
        return KeysBefore(existed=False, offsets=None, offsets_value=0.0, values={}, active=0)
    earlier = offsets_key(keys)
    return KeysBefore(
        existed=True,
        offsets=points(earlier) if earlier else None,
        offsets_value=earlier.value if earlier else 0.0,
        values={name: keys.key_blocks[name].value for name in names if name in keys.key_blocks},
        active=thing.active_shape_key_index or 0,
        basis=points(keys.reference_key) if earlier else None,
        muted=earlier.mute if earlier else False,
        frames={key.name: key.frame for key in keys.key_blocks},
    )


def write_offsets(thing: bpy.types.Object, displacement: np.ndarray) -> None:
    """Put displacements (V, 3), object space, into the offsets key, which is made if it is not there."""
    mesh = mesh_of(thing)
    active = thing.active_shape_key_index
    if mesh.shape_keys is None:
        thing.shape_key_add(name="Basis", from_mix=False)
    assert mesh.shape_keys is not None
    key = offsets_key(mesh.shape_keys)
    if key is None:
        key = thing.shape_key_add(name=OFFSETS, from_mix=False)
        thing.active_shape_key_index = active
    basis = mesh.shape_keys.reference_key
    key.relative_key = basis
    key.mute, key.value, key.interpolation = False, 1.0, MARK
    key.points.foreach_set("co", points(basis) + displacement.reshape(-1).astype(np.float32))


def renamed(thing: bpy.types.Object, values: Mapping[str, Value], before: KeysBefore) -> dict[str, Value]:
    """Values by the names that shape keys had before, as values by their names now; keys that are gone are left out.

    A key that the artist has renamed meanwhile is known by its frame, which stays.
    """
    block = mesh_of(thing).shape_keys
    blocks = block.key_blocks if block else ()
    there = {key.name for key in blocks}
    strangers = {key.frame: key.name for key in blocks if key.name not in before.frames}
    now = {name: name if name in there else strangers.get(before.frames.get(name, -1.0)) for name in values}
    return {today: values[name] for name, today in now.items() if today is not None}


def write_values(thing: bpy.types.Object, values: Mapping[str, float]) -> None:
    """Set shape keys' values by name; a key that is gone is passed over."""
    keys = mesh_of(thing).shape_keys
    if keys is None:
        return
    for name, value in values.items():
        key = keys.key_blocks.get(name)
        if key is not None:
            key.value = value


def restore(thing: bpy.types.Object, before: KeysBefore) -> None:
    """Undo :func:`write_offsets` and :func:`write_values`."""
    block = mesh_of(thing).shape_keys
    key = offsets_key(block)
    if not before.existed:
        if block is None or key is None:
            return  # the job has made none, so whatever there is now is the artist's
        if len(block.key_blocks) > 2:  # the artist has made some meanwhile
            before = replace(before, offsets=None, active=thing.active_shape_key_index or 0)
        else:
            thing.shape_key_clear()
            return
    if key is not None and before.offsets is None:
        remove_offsets(thing, key)
    elif block and key and before.offsets is not None and len(before.offsets) == len(key.points) * 3:
        basis = points(block.reference_key)
        then = basis if before.basis is None else before.basis
        key.points.foreach_set("co", carried(before.offsets, then, basis))
        key.value, key.mute = before.offsets_value, before.muted
    write_values(thing, renamed(thing, before.values, before))
    thing.active_shape_key_index = before.active
