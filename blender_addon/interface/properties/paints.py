"""Which parts' textures a prompt may change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import bpy
from clipmatrix_protocol import Brief

from ...errors import Refusal
from ...scene import characters

if TYPE_CHECKING:
    from .prompts import ClipMatrixPrompt

BETWEEN = ";"
"""What stands between the names of several parts."""


def painted(one: ClipMatrixPrompt) -> tuple[str, ...]:
    """Names of the parts that a prompt paints; empty for all. The inverse of :func:`have_paint`."""
    return tuple(filter(None, (name.strip() for name in one.paints.split(BETWEEN))))


def have_paint(one: ClipMatrixPrompt, names: tuple[str, ...]) -> None:
    """Have a prompt paint these parts alone; none means all."""
    one.paints = f"{BETWEEN} ".join(names)


def offered(_one: ClipMatrixPrompt, context: bpy.types.Context, typed: str) -> list[str]:
    """Names of the selected character's parts."""
    try:
        parts = characters.selected_cast(context).parts
    except Refusal:
        return []
    return [part.name for part in parts if typed.casefold() in part.name.casefold()]


def refuse_strangers(brief: Brief, parts: Sequence[bpy.types.Object]) -> None:
    """Refuse a brief one of whose prompts paints what is no part of the character.

    Raises
    ------
    Refusal
        If there is one.
    """
    names = [part.name for part in parts]
    for name in (name for prompt in brief.prompts for name in prompt.paints):
        if name not in names:
            raise Refusal(
                f"A prompt paints “{name}”, which is no part of this character.", "Choose another in Look From."
            )
