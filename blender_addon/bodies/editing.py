"""Edit mode, the only way Blender has to make or move bones, and back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import bpy

from ..errors import Refusal


@contextmanager
def edit_bones(rig: bpy.types.Object, context: bpy.types.Context) -> Iterator[bpy.types.ArmatureEditBones]:
    """Lend the armature's edit bones; active object and mode are as before when the block ends.

    Raises
    ------
    Refusal
        If Blender does not let the armature be edited: it belongs to another file, or is in another scene.
    """
    armature, layer = rig.data, context.view_layer
    assert isinstance(armature, bpy.types.Armature)
    assert layer is not None
    if rig.library or armature.library:
        raise Refusal(f"{rig.name} is linked from another file.", "Make it local, then try again.")
    if rig.name not in layer.objects:
        raise Refusal(f"{rig.name} is not in this view layer.", "Put it into the scene, then try again.")
    active = layer.objects.active
    mode = active.mode if active else "OBJECT"
    mirrored = armature.use_mirror_x
    if mode != "OBJECT":
        bpy.ops.object.mode_set(mode="OBJECT")
    layer.objects.active = rig
    try:
        _enter(rig)
        armature.use_mirror_x = False  # it would move the other side's bones along
        yield armature.edit_bones
    finally:
        armature.use_mirror_x = mirrored
        if rig.mode != "OBJECT":
            bpy.ops.object.mode_set(mode="OBJECT")
        layer.objects.active = active
        if mode != "OBJECT":
            bpy.ops.object.mode_set(mode=mode)


def _enter(rig: bpy.types.Object) -> None:
    try:
        bpy.ops.object.mode_set(mode="EDIT")
    except RuntimeError as error:
        raise Refusal(f"The bones of {rig.name} cannot be edited now ({error}).", "Show it, then try again.") from error
