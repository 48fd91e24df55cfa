"""Does linear blend skinning say all of how the armature moves the parts?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import bpy

from ...errors import Fix, Refusal
from ..keys import mesh_of
from ..posing.masks import masks
from ..posing.rigging import KEEP_VERTICES, armature_modifiers, deformed_by_parent, shown_modifiers

SMOOTHING = frozenset({"SUBSURF", "MULTIRES", "TRIANGULATE", "EDGE_SPLIT", "BEVEL", "SOLIDIFY"})
"""Modifier types that do as well below the Armature modifier, or better."""


def armatures(parts: Sequence[bpy.types.Object], armature: bpy.types.Object | None) -> Iterator[Refusal]:
    """One armature deforms a part, and by vertex groups."""
    for thing in parts:
        found = armature_modifiers(thing)
        if len(found) + deformed_by_parent(thing) > 1:
            last = found[-1]
            yield Refusal(
                f"{thing.name} is deformed by two armatures at once.",
                "Leave one Armature modifier switched on.",
                Fix("clipmatrix.switch_off_modifier", f"Switch Off {last.name}", _which(thing, last)),
            )
        elif found and found[0].use_bone_envelopes:
            yield Refusal(
                f"{thing.name} is deformed by bone envelopes.",
                "Turn them off in its Armature modifier, or give it weights by parenting it With Automatic Weights.",
                _only_groups(thing, found[0], "Turn Off Envelopes") if thing.vertex_groups else None,
            )
        elif found and found[0].use_multi_modifier:
            fix = _only_groups(thing, found[0], "Turn Off Multi Modifier")
            yield Refusal(f"{thing.name}'s Armature modifier uses Multi Modifier.", fix=fix)


def early_modifiers(parts: Sequence[bpy.types.Object], armature: bpy.types.Object | None) -> Iterator[Refusal]:
    """A modifier above the Armature modifier must not add or remove vertices, but for a mask, which hides some."""
    for thing in parts:
        found = armature_modifiers(thing)
        if not found:
            continue
        shown, known = shown_modifiers(thing), masks(thing)
        for modifier in shown[: shown.index(found[0])]:
            if modifier.type not in KEEP_VERTICES and modifier not in known:
                remedy, fix = _way_out(thing, modifier)
                yield Refusal(
                    f"{thing.name}'s {modifier.name} modifier changes the mesh before the armature moves it.",
                    remedy,
                    fix,
                )
                break  # the others are seen again once this one is settled


def _way_out(thing: bpy.types.Object, modifier: bpy.types.Modifier) -> tuple[str, Fix]:
    where = _which(thing, modifier)
    if modifier.type in SMOOTHING:
        fix = Fix("clipmatrix.move_modifier", f"Move {modifier.name} Down", where)
        return "It can go below the Armature modifier.", fix
    if mesh_of(thing).shape_keys:
        fix = Fix("clipmatrix.switch_off_modifier", f"Switch Off {modifier.name}", where)
        return "It can't be applied to a mesh with shape keys; switch it off, or put it below the armature's.", fix
    return "Apply it first.", Fix("clipmatrix.apply_modifier", f"Apply {modifier.name}", where)


def _only_groups(thing: bpy.types.Object, modifier: bpy.types.Modifier, label: str) -> Fix:
    return Fix("clipmatrix.only_vertex_groups", label, _which(thing, modifier))


def _which(thing: bpy.types.Object, modifier: bpy.types.Modifier) -> dict[str, str]:
    return {"object": thing.name, "modifier": modifier.name}
