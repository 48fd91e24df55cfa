"""What can be done about a body that ClipMatrix has added, and under which terms it may be used."""

from typing import Any

import bpy

from ...bodies import fit
from ...bodies.memory import licence_of
from ...errors import Refusal
from ..operators.fitting import EVERY_FRAME, THIS_POSE, Body, active_body
from ..paragraph import paragraph
from .base import CLOSED, Panel


def show_body(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """Bones, motion, correctives, licence."""
    body = active_body(context)
    if body is None:
        return
    if body.origin.moves:
        if not _fits(body):
            layout.label(text="The bones do not fit the shape", icon="ERROR")
        layout.operator("clipmatrix.fit_bones", icon="BONE_DATA")
    layout.operator("clipmatrix.load_motion", text="Motion from File…", icon="ACTION")
    if body.origin.file:
        column = layout.column(align=True)
        column.label(text="Pose correctives")
        row = column.row(align=True)
        for frames, text in ((THIS_POSE, "This Pose"), (EVERY_FRAME, "Every Frame")):
            button: Any = row.operator("clipmatrix.pose_correctives", text=text)
            button.frames = frames
    paragraph(layout, licence_of(body.mesh_object.data))


def _fits(body: Body) -> bool:
    try:
        return fit.fits(*body)
    except Refusal:  # a bone is gone: the button says so when it is pressed
        return False


class CLIPMATRIX_PT_body(Panel):
    """The body that is selected; not shown for other characters."""

    bl_idname = "CLIPMATRIX_PT_body"
    bl_label = "Body"
    bl_parent_id = "CLIPMATRIX_PT_character"
    bl_options = CLOSED
    show = staticmethod(show_body)

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """For bodies only."""
        return active_body(context) is not None
