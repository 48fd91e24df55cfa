"""Keeps tracebacks away from artists: whatever an operator raises is said in a sentence."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, TypeVar

import bpy

from ..errors import Refusal
from ..job import session
from .refusing import refuse

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems

    Execute = Callable[["AnyOperator", bpy.types.Context], set[OperatorReturnItems]]

AnyOperator = TypeVar("AnyOperator", bound=bpy.types.Operator)


def guarded(execute: Execute[AnyOperator]) -> Execute[AnyOperator]:
    """Have an operator's ``execute`` say its refusals, and offer a report of whatever nobody foresaw."""

    @wraps(execute)
    def safely(self: AnyOperator, context: bpy.types.Context) -> set[OperatorReturnItems]:
        try:
            return execute(self, context)
        except Refusal as refusal:
            return refuse(self, refusal)
        except Exception as exception:
            return refuse(self, session.current().note_unforeseen(exception))

    return safely
