"""Pose correctives as shape keys of ours: for the pose that is shown, or following an Action."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import bpy
import numpy as np
from clipmatrix_protocol import Correctives

from ..errors import Refusal
from .curves import add_curve, bag_of, bags

NAME = "ClipMatrix pose correctives"
"""The shape key's name; behind an Action there are several, numbered."""


def write_pose(mesh_object: bpy.types.Object, found: Correctives) -> None:
    """Make one key at value 1 of the correctives of one pose; it replaces earlier ones.

    Raises
    ------
    Refusal
        If they are of another mesh.
    """
    _check(mesh_object, found)
    remove(mesh_object)
    if len(found.shapes):
        _add_key(mesh_object, NAME, found.weights[0, 0] * found.shapes[0]).value = 1.0


def write_frames(
    mesh_object: bpy.types.Object, action: bpy.types.Action, found: Correctives, frames: Sequence[int]
) -> None:
    """Make keys that follow ``frames``, one weight a frame; they replace earlier ones.

    Parameters
    ----------
    action
        What moves the rig. Where Actions have slots, it plays the keys as well, so that exporters see one animation.

    Raises
    ------
    Refusal
        If they are of another mesh.
    """
    _check(mesh_object, found)
    remove(mesh_object)
    if not len(found.shapes):
        return
    names = [f"{NAME} {number + 1}" for number in range(len(found.shapes))]
    for name, shape in zip(names, found.shapes, strict=True):
        _add_key(mesh_object, name, shape)
    channels = _channels(mesh_object, action)
    for name, weights in zip(names, found.weights.T, strict=True):
        add_curve(channels, f'key_blocks["{name}"].value', 0, np.array(frames, np.float32), weights)


def remove(mesh_object: bpy.types.Object) -> None:
    """Take our keys and their curves away; the artist's keys and curves stay."""
    mesh = mesh_object.data
    assert isinstance(mesh, bpy.types.Mesh)
    if mesh.shape_keys is None:
        return
    active = mesh_object.active_shape_key.name if mesh_object.active_shape_key else ""
    _remove_curves(mesh.shape_keys.animation_data)
    for key in [key for key in mesh.shape_keys.key_blocks if key.name.startswith(NAME)]:
        mesh_object.shape_key_remove(key)
    mesh_object.active_shape_key_index = max(mesh.shape_keys.key_blocks.find(active), 0)


def _check(mesh_object: bpy.types.Object, found: Correctives) -> None:
    mesh = mesh_object.data
    if not isinstance(mesh, bpy.types.Mesh) or len(mesh.vertices) != found.shapes.shape[1]:
        raise Refusal(
            f"{mesh_object.name} does not have the vertices of its model file any more.",
            "Add the body again; pose correctives need its mesh as it came.",
        )
    if mesh_object.mode == "EDIT":
        raise Refusal(f"{mesh_object.name} is in edit mode.", "Leave it, then ask again.")


def _add_key(mesh_object: bpy.types.Object, name: str, deltas: np.ndarray) -> bpy.types.ShapeKey:
    """A key relative to the Basis, locked, so that a job leaves it alone."""
    mesh = mesh_object.data
    assert isinstance(mesh, bpy.types.Mesh)
    active = mesh_object.active_shape_key_index
    if mesh.shape_keys is None:
        mesh_object.shape_key_add(name="Basis", from_mix=False)
    assert mesh.shape_keys is not None
    basis = mesh.shape_keys.reference_key
    rest = np.empty(len(basis.points) * 3, np.float32)
    basis.points.foreach_get("co", rest)
    key = mesh_object.shape_key_add(name=name, from_mix=False)
    key.relative_key, key.value = basis, 0.0  # Blender 5.0 and newer would begin at 1
    key.points.foreach_set("co", rest + deltas.ravel())
    key.lock_shape = True
    mesh_object.active_shape_key_index = active
    return key


def _channels(mesh_object: bpy.types.Object, action: bpy.types.Action) -> Any:
    """The collection that holds the curves of the mesh's shape keys; what plays them already goes on doing so."""
    mesh = mesh_object.data
    assert isinstance(mesh, bpy.types.Mesh)
    keys: Any = mesh.shape_keys
    data = keys.animation_data_create()
    if data.action is None:
        shared = hasattr(action, "slots") and action.library is None
        data.action = action if shared else bpy.data.actions.new(f"{action.name} correctives")
    if hasattr(data.action, "slots") and data.action_slot is None:
        data.action_slot = data.action.slots.new(id_type="KEY", name=mesh_object.name)
    return bag_of(data.action, getattr(data, "action_slot", None))


def _remove_curves(data: Any) -> None:
    """Remove our curves, and the slot or the Action that was made for them if nothing else is in it."""
    action = data.action if data is not None else None
    if action is None:
        return
    slot = getattr(data, "action_slot", None)
    kept = 0
    for bag in bags(action):
        for curve in list(bag.fcurves):
            if curve.data_path.startswith(f'key_blocks["{NAME}'):
                bag.fcurves.remove(curve)
        kept += len(bag.fcurves) if slot is None or bag.slot_handle == slot.handle else 0
    if kept:
        return
    data.action = None
    if slot is not None:
        action.slots.remove(slot)
    if not any(len(bag.fcurves) for bag in bags(action)):
        bpy.data.actions.remove(action)
