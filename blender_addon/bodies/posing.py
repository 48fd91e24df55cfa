"""Read a body's pose off its rig, in the way SMPL counts it: each joint's rotation against its parent's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import bpy
import numpy as np
from mathutils import Matrix

from ..errors import Refusal
from .memory import Origin


def rotations_now(rig: bpy.types.Object, origin: Origin, graph: bpy.types.Depsgraph) -> np.ndarray:
    """Read the pose that is shown, constraints and drivers included.

    Returns
    -------
    (J, 3) float32
        Axis-angle in radians, joint frames at rest equal to the armature's axes. Scale and shear are left out.

    Raises
    ------
    Refusal
        If a bone is gone.
    """
    pose = rig.evaluated_get(graph).pose
    assert pose is not None
    turned = np.empty((len(origin.joints), 3, 3))
    for index, name in enumerate(origin.joints):
        bone = pose.bones.get(name)
        if bone is None:
            raise Refusal(f"{rig.name} has no bone {name} any more.", "Give the body's bones their first names again.")
        rest = np.array(bone.bone.matrix_local.to_3x3(), np.float64)
        turned[index] = _nearest_rotation(np.array(bone.matrix.to_3x3(), np.float64) @ np.linalg.inv(rest))
    against = np.array([turned[parent].T if parent >= 0 else np.eye(3) for parent in origin.parents])
    return np.array([_axis_angle(matrix) for matrix in against @ turned], np.float32)


def rotations_over(rig: bpy.types.Object, origin: Origin, frames: Sequence[int], scene: bpy.types.Scene) -> np.ndarray:
    """Read the pose at each frame, (F, J, 3) float32; the scene's own frame and unkeyed poses are not touched.

    Raises
    ------
    Refusal
        If a bone is gone.
    """
    found = np.empty((len(frames), len(origin.joints), 3), np.float32)
    with _stage(rig, scene) as stage:
        for index, frame in enumerate(frames):
            stage.frame_set(frame)
            graph = stage.view_layers[0].depsgraph
            assert graph is not None
            found[index] = rotations_now(rig, origin, graph)
    return found


def action_frames(rig: bpy.types.Object) -> range:
    """Every whole frame of the Action that moves the rig; none without one."""
    data = rig.animation_data
    if data is None or data.action is None:
        return range(0)
    first, last = data.action.frame_range[0], data.action.frame_range[1]
    return range(int(np.floor(first)), int(np.ceil(last)) + 1)


@contextmanager
def _stage(rig: bpy.types.Object, scene: bpy.types.Scene) -> Iterator[bpy.types.Scene]:
    """A scene with the same clock and the rig alone in it, so that no frame of the artist's is evaluated."""
    stage = bpy.data.scenes.new("ClipMatrix poses")
    try:
        stage.render.fps, stage.render.fps_base = scene.render.fps, scene.render.fps_base
        stage.collection.objects.link(rig)
        yield stage
    finally:
        bpy.data.scenes.remove(stage)


def _nearest_rotation(matrix: np.ndarray) -> np.ndarray:
    left, _, right = np.linalg.svd(matrix)
    return np.asarray(left @ np.diag([1.0, 1.0, np.linalg.det(left @ right)]) @ right)


def _axis_angle(matrix: np.ndarray) -> list[float]:
    axis, angle = Matrix(matrix.tolist()).to_quaternion().to_axis_angle()
    return [axis.x * angle, axis.y * angle, axis.z * angle]
