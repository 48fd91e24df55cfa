"""``--fix``: what the Character panel offers a button for is put right before the job."""

from __future__ import annotations

import bpy

from ..errors import Refusal
from ..interface.operators.fixes import CLASSES
from ..scene.characters import selected_parts
from ..scene.snapshot import snapshot
from . import stage
from .announce import Announcer


def fix(say: Announcer) -> None:
    """Press the buttons, one after the other, until the selected character can be sent; say of each that it was.

    Raises
    ------
    Refusal
        If something has no button, or is still wrong after its own was pressed.
    """
    pressed: set[str] = set()
    while True:
        try:
            snapshot(bpy.context, selected_parts(bpy.context))
            return
        except Refusal as refusal:
            if refusal.fix is None or not can_fix(refusal) or refusal.message in pressed:
                raise
            pressed.add(refusal.message)
            stage.press(refusal.operator.removeprefix("clipmatrix."), **refusal.fix.properties)
            say.warning(f"{refusal.message} “{refusal.fix.label}” was pressed.")


def advising(refusal: Refusal) -> Refusal:
    """A refusal as it is told without ``--fix``: with that for a remedy, where it would help."""
    if refusal.fix is None or not can_fix(refusal):
        return refusal
    return Refusal(refusal.message, f"Press “{refusal.fix.label}” in Blender's panel, or add --fix.")


def can_fix(refusal: Refusal) -> bool:
    """Whether its button mends the character by itself; others ask the artist something, or are about the job."""
    return refusal.operator in {fix.bl_idname for fix in CLASSES}
