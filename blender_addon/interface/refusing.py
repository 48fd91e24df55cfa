"""Shows a refusal where the artist looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from ..errors import Refusal
from ..job import session

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems


def refuse(operator: bpy.types.Operator, refusal: Refusal) -> set[OperatorReturnItems]:
    """Show a refusal where the artist looks: in the status bar now, in the panel until the next click."""
    session.current().error = refusal
    operator.report({"ERROR"}, str(refusal))
    return {"CANCELLED"}
