"""Add a body to the scene: mesh, armature, weights, UVs, shape keys and Actions, from a ``Body`` of the backend."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, NamedTuple

import bpy
from bpy.props import StringProperty
from clipmatrix_protocol import Body

from . import session
from .add_mesh import add_shapes, add_weights, build_mesh
from .add_motion import add_action, assign
from .add_rig import bind, build_rig
from .errors import Refusal
from .operators import refuse
from .phases import BUSY, FREE

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems

FIGURE = "figure"
"""The backend's name of the embedded figure."""


class AddedBody(NamedTuple):
    """What stands in the scene now; object references, not to be kept across undo."""

    mesh_object: bpy.types.Object
    rig: bpy.types.Object


def build_body(body: Body, context: bpy.types.Context) -> AddedBody:
    """Build a body in the active collection, select it, and make its mesh the active object.

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
    collection = context.collection or scene.collection
    mesh = build_mesh(body)
    mesh["licence"] = body.licence
    mesh_object = bpy.data.objects.new(body.name, mesh)
    collection.objects.link(mesh_object)
    add_weights(mesh_object, body)
    add_shapes(mesh_object, body)
    rig = build_rig(body, context, collection)
    bind(mesh_object, rig)
    fps = scene.render.fps / scene.render.fps_base
    actions = [add_action(rig, body, motion, fps) for motion in body.motions]
    if actions:
        assign(rig, actions[0])
    for other in layer.objects:
        other.select_set(other == mesh_object)
    layer.objects.active = mesh_object
    return AddedBody(mesh_object, rig)


class CLIPMATRIX_OT_add_body(bpy.types.Operator):
    """Ask the backend for a body; it stands in the scene when it has come."""

    bl_idname = "clipmatrix.add_body"
    bl_label = "ClipMatrix figure"
    bl_description = "Add a rigged figure with UVs, shape keys and a walk; the backend sends it"

    name: StringProperty(  # type: ignore[valid-type]
        name="Body", description="One of the bodies the backend offers", default=FIGURE
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """In Object Mode, with a backend that is free."""
        state = session.current().state
        if state in BUSY:
            cls.poll_message_set(f"ClipMatrix is {state.value}")
            return False
        if state not in FREE:
            cls.poll_message_set(f"Connect to a backend first ({state.value})")
            return False
        if context.mode != "OBJECT":
            cls.poll_message_set("A body is added in Object Mode")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Send the request; a later tick builds the body."""
        try:
            session.current().request_body(self.name, _arrived)
        except Refusal as refusal:
            return refuse(self, refusal)
        return {"FINISHED"}


def _arrived(body: Body) -> None:
    """Build the body that a tick received, as one undo step where there is undo."""
    with _window():
        build_body(body, bpy.context)
        if not bpy.app.background:
            bpy.ops.ed.undo_push(message=f"Add {body.name}")


def _window() -> AbstractContextManager[object]:
    """Lend a timer, which has none, the first window; a Blender without windows needs none."""
    manager = bpy.context.window_manager
    if bpy.context.window is None and manager is not None and len(manager.windows):
        return bpy.context.temp_override(window=manager.windows[0])
    return nullcontext()


def _menu_entry(menu: Any, _context: object) -> None:
    menu.layout.operator(CLIPMATRIX_OT_add_body.bl_idname, icon="OUTLINER_OB_ARMATURE")


def _menu() -> Any:
    return bpy.types.VIEW3D_MT_mesh_add


def register() -> None:
    """Register the operator, and put it into Add > Mesh."""
    bpy.utils.register_class(CLIPMATRIX_OT_add_body)
    _menu().append(_menu_entry)


def unregister() -> None:
    """Take both away."""
    _menu().remove(_menu_entry)
    bpy.utils.unregister_class(CLIPMATRIX_OT_add_body)
