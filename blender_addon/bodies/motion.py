"""Motions as Actions: rotations in world-aligned joint frames become pose-bone channels."""

from collections.abc import Sequence
from typing import Any

import bpy
import numpy as np
from clipmatrix_protocol import Body, Motion

from .curves import add_curve, bag_of
from .quaternions import from_axis_angle

FIRST_FRAME = 1.0


def add_action(rig: bpy.types.Object, body: Body, motion: Motion, fps: float) -> bpy.types.Action:
    """Make an Action that plays ``motion`` on ``rig``; it is kept in the file but not assigned.

    A motion whose last frame leads into its first gets a closing key and repeats for ever.

    Parameters
    ----------
    rig
        An armature built from ``body``.
    fps
        The scene's frames per second; keys are spaced so that the motion keeps its own speed.
    """
    looping = loops(motion)
    order = [*range(len(motion.rotations)), 0] if looping else [*range(len(motion.rotations))]
    frames = FIRST_FRAME + np.arange(len(order)) * (fps / motion.fps)
    turns = from_axis_angle(motion.rotations[order].astype(np.float64))
    places = motion.translation[order].astype(np.float64)
    return add_keys(rig, motion.name, body.joints, body.parents, frames, turns, places, looping)


def add_keys(
    rig: bpy.types.Object,
    name: str,
    joints: Sequence[str],
    parents: np.ndarray,
    frames: np.ndarray,
    turns: np.ndarray,
    places: np.ndarray,
    looping: bool = False,
) -> bpy.types.Action:
    """Make an Action of poses; it is kept in the file but not assigned.

    With B the bone's rest axes (columns, armature space), a rotation R in the world-aligned joint frame is
    ``B^T R B`` in the bone's own frame, and the root's translation t is the location ``B^T t``; with Local
    Location off, its parent's axes take B's place, or the armature's.

    Parameters
    ----------
    rig
        An armature with a bone for each joint.
    name
        The Action's.
    joints, parents
        Names, and (J,) int with -1 at the root.
    frames
        (F,) of the keys.
    turns
        (F, J, 4) quaternions, joint frames at rest equal to the armature's axes.
    places
        (F, 3) metres, where the root is beside its place at rest.
    looping
        Whether it repeats for ever.
    """
    armature = rig.data
    assert isinstance(armature, bpy.types.Armature)
    action = bpy.data.actions.new(name)
    action.use_fake_user = True
    if not hasattr(action, "slots"):  # before 4.4 an Action of no kind is left out by the glTF exporter
        action.id_root = "OBJECT"  # type: ignore[attr-defined]
    curves = _new_curves(action, rig)
    for index, joint in enumerate(joints):
        axes = np.array(armature.bones[joint].matrix_local.to_3x3(), dtype=np.float64)
        path = f'pose.bones["{bpy.utils.escape_identifier(joint)}"].'
        local = np.concatenate([turns[:, index, :1], turns[:, index, 1:] @ axes], axis=1)
        _add_channels(curves, joint, path + "rotation_quaternion", frames, local, looping)
        if parents[index] < 0:
            along = places @ _location_axes(armature.bones[joint])
            _add_channels(curves, joint, path + "location", frames, along, looping)
    action.use_frame_range = True
    action.frame_start, action.frame_end = float(frames[0]), float(frames[-1])
    action.use_cyclic = looping
    return action


def assign(rig: bpy.types.Object, action: bpy.types.Action) -> None:
    """Make ``action`` the one that moves ``rig``."""
    animation: Any = rig.animation_data_create()
    animation.action = action
    if hasattr(action, "slots"):
        animation.action_slot = action.slots[0]


def loops(motion: Motion) -> bool:
    """Tell whether the step from the last frame to the first is like the steps between the others."""
    if len(motion.rotations) < 3:
        return False
    steps = np.abs(np.diff(motion.rotations, axis=0)).max(axis=(1, 2))
    closing = float(np.abs(motion.rotations[0] - motion.rotations[-1]).max())
    travel = float(np.abs(motion.translation[0] - motion.translation[-1]).max())
    return closing <= 1.5 * float(steps.max()) + 1e-6 and travel < 0.05


def _location_axes(bone: bpy.types.Bone) -> np.ndarray:
    """(3, 3) axes in columns, armature space, along which Blender counts a bone's location."""
    counted = bone if bone.use_local_location else bone.parent
    return np.eye(3) if counted is None else np.array(counted.matrix_local.to_3x3(), dtype=np.float64)


def _new_curves(action: Any, rig: bpy.types.Object) -> Any:
    """Return the collection that takes new curves: the Action itself, or the channel bag of a new slot."""
    slot = action.slots.new(id_type="OBJECT", name=rig.name) if hasattr(action, "slots") else None
    return bag_of(action, slot)


def _add_channels(bag: Any, group: str, path: str, frames: np.ndarray, values: np.ndarray, repeat: bool) -> None:
    """Add one curve per column of ``values`` (F, C), keyed at ``frames`` (F,)."""
    for channel in range(values.shape[1]):
        curve = add_curve(bag, path, channel, frames, values[:, channel])
        curve.group = _group(bag, group)
        if repeat:
            curve.modifiers.new("CYCLES")


def _group(bag: Any, name: str) -> Any:
    return bag.groups.get(name) or bag.groups.new(name)
