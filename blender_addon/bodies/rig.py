"""The armature of a body from the wire: one deform bone per joint, with rolls that do not depend on chance."""

import bpy
import numpy as np
from clipmatrix_protocol import Body
from mathutils import Vector

from .editing import edit_bones

SHORTEST = 0.01
"""Metres; Blender silently deletes bones of no length, so a joint without extent gets a bone this long."""

FRONT = Vector((0.0, -1.0, 0.0))
UP = Vector((0.0, 0.0, 1.0))


def build_rig(body: Body, context: bpy.types.Context, collection: bpy.types.Collection) -> bpy.types.Object:
    """Make the armature object with the body's joints as bones, in object mode, not posed.

    Parameters
    ----------
    body
        Heads and tails in metres, Z up.
    context
        Its view layer must show ``collection``; its mode must be Object Mode.
    collection
        Where the armature goes.
    """
    armature = bpy.data.armatures.new(f"{body.name} rig")
    rig = bpy.data.objects.new(f"{body.name} rig", armature)
    collection.objects.link(rig)
    if context.view_layer is not None:
        context.view_layer.update()  # the view layer does not know before what has just been linked
    with edit_bones(rig, context) as new:
        bones: list[bpy.types.EditBone] = []
        for index, name in enumerate(body.joints):
            bone = new.new(name)
            bone.head = Vector(body.heads[index].tolist())
            bone.tail = bone.head + _direction(body.heads[index], body.tails[index])
            bone.align_roll(_roll_axis(bone.tail - bone.head))
            parent = int(body.parents[index])
            if parent >= 0:
                bone.parent = bones[parent]
            bones.append(bone)
    armature.display_type = "STICK"
    rig.show_in_front = True
    return rig


def tails(rig: bpy.types.Object, body: Body) -> np.ndarray:
    """Read where the bones end, (J, 3) metres, armature space, in the body's order."""
    armature = rig.data
    assert isinstance(armature, bpy.types.Armature)
    return np.array([armature.bones[name].tail_local[:] for name in body.joints])


def bind(mesh_object: bpy.types.Object, rig: bpy.types.Object) -> None:
    """Let the armature move the mesh by its vertex groups: parenting and an Armature modifier."""
    mesh_object.parent = rig
    modifier = mesh_object.modifiers.new("Armature", "ARMATURE")
    assert isinstance(modifier, bpy.types.ArmatureModifier)
    modifier.object = rig
    modifier.use_vertex_groups = True
    modifier.use_bone_envelopes = False


def _direction(head: np.ndarray, tail: np.ndarray) -> Vector:
    along = Vector((tail - head).tolist())
    return along if along.length >= SHORTEST else UP * SHORTEST


def _roll_axis(along: Vector) -> Vector:
    """Where a bone's Z axis should look: to the front, or up for bones that run along front and back."""
    return UP if abs(along.normalized().dot(FRONT)) > 0.7 else FRONT
