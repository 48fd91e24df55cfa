"""Add > Mesh > ClipMatrix: ask the backend for a body, and stand it in the scene when it has come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import bpy
from bpy.props import StringProperty

from ...job import session
from ..guarding import guarded
from . import fitting, recorded
from .asking import body_arrived, can_add
from .model_file import CLIPMATRIX_OT_add_model

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems

FIGURE = "figure"
"""The backend's name of the embedded figure."""


class CLIPMATRIX_OT_add_body(bpy.types.Operator):
    """Ask the backend for a body; it stands in the scene when it has come."""

    bl_idname = "clipmatrix.add_body"
    bl_label = "ClipMatrix Figure"
    bl_description = "Add a rigged figure with UVs, shape keys and a walk; the backend sends it"

    name: StringProperty(  # type: ignore[valid-type]
        name="Body", description="One of the bodies the backend offers", default=FIGURE
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """In Object Mode, with a backend that is free."""
        return can_add(cls, context)

    @guarded
    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Send the request; a later tick builds the body."""
        session.current().request_body(self.name, body_arrived)
        return {"FINISHED"}


class CLIPMATRIX_MT_bodies(bpy.types.Menu):
    """The bodies there are."""

    bl_idname = "CLIPMATRIX_MT_bodies"
    bl_label = "ClipMatrix"

    def draw(self, context: bpy.types.Context | None) -> None:
        """Called by Blender."""
        assert self.layout is not None
        self.layout.operator(CLIPMATRIX_OT_add_body.bl_idname, text="Figure", icon="OUTLINER_OB_ARMATURE")
        self.layout.operator(CLIPMATRIX_OT_add_model.bl_idname, text="SMPL, SMPL-H or SMPL-X…", icon="FILE_FOLDER")


def _menu_entry(menu: Any, _context: object) -> None:
    menu.layout.menu(CLIPMATRIX_MT_bodies.bl_idname, icon="OUTLINER_OB_ARMATURE")


def _menu() -> Any:
    return bpy.types.VIEW3D_MT_mesh_add


CLASSES = (CLIPMATRIX_OT_add_body, CLIPMATRIX_OT_add_model, *fitting.CLASSES, *recorded.CLASSES, CLIPMATRIX_MT_bodies)

_register, _unregister = bpy.utils.register_classes_factory(CLASSES)


def register() -> None:
    """Register operators and menu, and put the menu into Add > Mesh."""
    _register()
    _menu().append(_menu_entry)


def unregister() -> None:
    """Take all away."""
    _menu().remove(_menu_entry)
    _unregister()
