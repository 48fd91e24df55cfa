"""What keeps a character from being sent, read off its settings alone: cheap enough for a panel to ask at each redraw.

Each check looks at all parts and yields one :class:`~clipmatrix.errors.Refusal` for each thing to be done, with the
button that does it. What only the data itself can tell (positions that are no numbers, parts that move against their
armature) is found by the snapshot, also before anything is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import bpy

from ...errors import Refusal
from . import access, keys, rig, surface

Check = Callable[[Sequence[bpy.types.Object], bpy.types.Object | None], Iterator[Refusal]]
"""Takes the parts and their armature."""

CHECKS: tuple[Check, ...] = (
    access.in_edit_mode,
    access.linked,
    access.shared,
    access.scaled_to_nothing,
    rig.armatures,
    rig.early_modifiers,
    keys.absolute,
    keys.shown_alone,
    surface.without_uvs,
    surface.empty_uvs,
)
"""In the order in which they are best put right."""


def problems(parts: Sequence[bpy.types.Object], armature: bpy.types.Object | None) -> list[Refusal]:
    """Everything that has to be put right before the character can be sent; empty if it can be."""
    return [refusal for check in CHECKS for refusal in check(parts, armature)]
