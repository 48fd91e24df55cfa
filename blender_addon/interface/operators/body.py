"""Add > Mesh > ClipMatrix: ask the backend for a body, and stand it in the scene when it has come."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

import bpy
from bpy.props import StringProperty
from clipmatrix_protocol import Body

from ...bodies.build import build_body
from ...errors import Refusal
from ...job import session
from ...job.phases import BUSY, FREE
from ..refusing import refuse

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems

FIGURE = "figure"
"""The backend's name of the embedded figure."""


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
