"""Operators that remove the cause of a refusal: the buttons under its sentences."""

from typing import TYPE_CHECKING

import bpy
from bpy.props import StringProperty

from ...errors import Refusal
from ...job import session
from ..refusing import refuse

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems


class CLIPMATRIX_OT_unwrap(bpy.types.Operator):
    """Give an object UVs."""

    bl_idname = "clipmatrix.unwrap"
    bl_label = "Unwrap"
    bl_description = "Give the object a UV layer, by Smart UV Project"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012 - Blender's own form

    object: StringProperty(name="Object", options={"SKIP_SAVE"})  # type: ignore[valid-type]

    def execute(self, context: bpy.types.Context) -> "set[OperatorReturnItems]":
        """Unwrap the named object, or the active one, and leave selection and mode as they were."""
        layer = context.view_layer
        thing = bpy.data.objects.get(self.object) if self.object else context.object
        if layer is None or thing is None or not isinstance(thing.data, bpy.types.Mesh):
            return refuse(self, Refusal(f"There is no mesh object “{self.object}”.", "Select one."))
        if context.mode != "OBJECT":
            bpy.ops.object.mode_set(mode="OBJECT")
        active, selected = layer.objects.active, list(context.selected_objects or ())
        for other in selected:
            other.select_set(False)
        thing.select_set(True)
        layer.objects.active = thing
        bpy.ops.object.mode_set(mode="EDIT")
        bpy.ops.mesh.select_all(action="SELECT")
        bpy.ops.uv.smart_project(island_margin=0.01)
        bpy.ops.object.mode_set(mode="OBJECT")
        thing.select_set(False)
        for other in selected:
            other.select_set(True)
        layer.objects.active = active
        session.current().error = None
        return {"FINISHED"}


class CLIPMATRIX_OT_single_user(bpy.types.Operator):
    """Give an object mesh data of its own."""

    bl_idname = "clipmatrix.single_user"
    bl_label = "Make Single-User"
    bl_description = "Give the object a copy of its mesh data, so that others that share it stay as they are"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012 - Blender's own form

    object: StringProperty(name="Object", options={"SKIP_SAVE"})  # type: ignore[valid-type]

    def execute(self, context: bpy.types.Context) -> "set[OperatorReturnItems]":
        """Copy the mesh data of the named object."""
        thing = bpy.data.objects.get(self.object)
        if thing is None or thing.data is None:
            return refuse(self, Refusal(f"There is no object “{self.object}”."))
        thing.data = thing.data.copy()
        session.current().error = None
        return {"FINISHED"}


CLASSES = (CLIPMATRIX_OT_unwrap, CLIPMATRIX_OT_single_user)
