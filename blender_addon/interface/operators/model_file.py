"""Add a body from a SMPL, SMPL-H or SMPL-X model file that the artist owns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from bpy.props import IntProperty, StringProperty
from clipmatrix_protocol import ModelRequest

from ...errors import Refusal
from ...job import session
from ...link.address import is_loopback
from ..guarding import guarded
from ..paragraph import paragraph
from .asking import body_arrived, can_add

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems

TERMS = (
    "The models and the smplx package may be used for non-commercial research, education and art. "
    "What you export from such a body is under the same terms."
)
ELSEWHERE = "The backend runs on another machine: give the path of the file there."


class CLIPMATRIX_OT_add_model(bpy.types.Operator):
    """Ask the backend for a body from a model file; it stands in the scene when it has come."""

    bl_idname = "clipmatrix.add_model"
    bl_label = "Add SMPL Body"
    bl_description = (
        "Add a rigged body from a SMPL, SMPL-H or SMPL-X file that you own; the backend reads it. "
        "The models may be used for non-commercial research, education and art"
    )

    filepath: StringProperty(  # type: ignore[valid-type]
        name="Model File",
        description="The .npz or .pkl file as it was downloaded; a path on the machine the backend runs on",
        subtype="FILE_PATH",
        options={"SKIP_SAVE"},
    )
    filter_glob: StringProperty(default="*.npz;*.pkl", options={"HIDDEN", "SKIP_SAVE"})  # type: ignore[valid-type]
    betas: IntProperty(  # type: ignore[valid-type]
        name="Betas",
        description="How many of the model's body shapes become shape keys, the most telling first",
        default=10,
        min=0,
        max=300,
    )
    expressions: IntProperty(  # type: ignore[valid-type]
        name="Expressions",
        description="How many of the model's facial expressions become shape keys; only SMPL-X has any",
        default=10,
        min=0,
        max=100,
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """In Object Mode, with a backend that is free."""
        return can_add(cls, context)

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[OperatorReturnItems]:
        """Let the artist choose a file, or type its path where it is on another machine."""
        manager = context.window_manager
        assert manager is not None
        if not is_loopback(session.current().address):
            return manager.invoke_props_dialog(self, width=480)
        manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    @guarded
    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Send the request; a later tick builds the body."""
        file = bpy.path.abspath(self.filepath.strip())
        if not file:
            raise Refusal("No model file is chosen.", "Choose an .npz or .pkl file.")
        session.current().request(ModelRequest(file, self.betas, self.expressions), body_arrived)
        return {"FINISHED"}

    def draw(self, context: bpy.types.Context) -> None:
        """Called by Blender, beside the files or in a dialog."""
        layout = self.layout
        assert layout is not None
        layout.use_property_split = True
        if not is_loopback(session.current().address):
            paragraph(layout, ELSEWHERE, width=72)
            layout.prop(self, "filepath")
        layout.prop(self, "betas")
        layout.prop(self, "expressions")
        paragraph(layout, TERMS, width=32 if context.space_data and context.space_data.type == "FILE_BROWSER" else 72)
