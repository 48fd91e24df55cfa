"""Builds a ``Body`` of the backend into the scene: mesh, armature, weights, UVs, shape keys and Actions."""

from __future__ import annotations

from typing import NamedTuple

import bpy
from clipmatrix_protocol import Body

from ..errors import Refusal
from .memory import remember
from .mesh import add_shapes, add_weights, build_mesh
from .motion import add_action, assign
from .rig import bind, build_rig, tails
from .unwrap import unwrap


class AddedBody(NamedTuple):
    """What stands in the scene now; object references, not to be kept across undo."""

    mesh_object: bpy.types.Object
    rig: bpy.types.Object


def build_body(body: Body, context: bpy.types.Context) -> AddedBody:
    """Build a body in the active collection, select it, and make its mesh the active object.

    Mesh and bones are in metres; the armature object is scaled to the scene's unit.
    The first motion is assigned; the others are kept in the file as Actions of the same bones.

    Parameters
    ----------
    body
        As it came over the wire.
    context
        In Object Mode.

    Raises
    ------
    Refusal
        If the mode is another, or Blender does not accept the geometry; nothing is left in the scene.
    """
    scene, layer = context.scene, context.view_layer
    assert scene is not None
    assert layer is not None
    if context.mode != "OBJECT":
        raise Refusal("A body is added in Object Mode.", "Leave the other mode, then add it again.")
    chosen = context.collection
    collection = chosen if chosen and not (chosen.library or chosen.override_library) else scene.collection
    mesh = build_mesh(body)
    mesh_object = bpy.data.objects.new(body.name, mesh)
    collection.objects.link(mesh_object)
    if not len(body.polygon_uvs):
        unwrap(mesh_object, context)
    add_weights(mesh_object, body)
    add_shapes(mesh_object, body)
    rig = build_rig(body, context, collection)
    rig.scale = (1 / scene.unit_settings.scale_length,) * 3
    bind(mesh_object, rig)
    remember(mesh, body, tails(rig, body))
    fps = scene.render.fps / scene.render.fps_base
    actions = [add_action(rig, body, motion, fps) for motion in body.motions]
    if actions:
        assign(rig, actions[0])
    for other in layer.objects:
        other.select_set(other == mesh_object)
    layer.objects.active = mesh_object
    return AddedBody(mesh_object, rig)
