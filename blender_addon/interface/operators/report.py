"""Copy what a bug report needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from ...job import report, session
from ..guarding import guarded

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems


class CLIPMATRIX_OT_copy_report(bpy.types.Operator):
    """Copy what a bug report needs."""

    bl_idname = "clipmatrix.copy_report"
    bl_label = "Copy Report"
    bl_description = "Copy versions, backend, state and the last error to the clipboard"

    @guarded
    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Put the report into the clipboard."""
        assert context.window_manager is not None
        context.window_manager.clipboard = report.text(session.current())
        self.report({"INFO"}, "The report is in the clipboard")
        return {"FINISHED"}


CLASSES = (CLIPMATRIX_OT_copy_report,)
