"""Are the shape keys a sum of differences to the Basis, as the backend takes them?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import bpy

from ...errors import Fix, Refusal
from ..keys import mesh_of


def absolute(parts: Sequence[bpy.types.Object], armature: bpy.types.Object | None) -> Iterator[Refusal]:
    """Absolute keys are stations on a line of time."""
    for thing in parts:
        block = mesh_of(thing).shape_keys
        if block is not None and not block.use_relative:
            yield Refusal(
                f"{thing.name} has absolute shape keys.",
                "Switch them to Relative in the Data tab.",
                Fix("clipmatrix.relative_keys", "Make Relative", {"object": thing.name}),
            )


def shown_alone(parts: Sequence[bpy.types.Object], armature: bpy.types.Object | None) -> Iterator[Refusal]:
    """Where one key alone is shown, the others' values, and what comes back, would not be seen."""
    for thing in parts:
        if thing.show_only_shape_key and mesh_of(thing).shape_keys is not None:
            yield Refusal(
                f"{thing.name} shows its active shape key only.",
                "Turn off the pin in the Data tab.",
                Fix("clipmatrix.show_all_keys", "Turn Off Pin", {"object": thing.name}),
            )
