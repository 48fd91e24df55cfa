"""Which objects make up the character the artist has selected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import bpy

from ..errors import Fix, Refusal
from .posing.constraints import holds
from .posing.masks import exclude_each_other
from .wording import an, kind_of, listed

CONVERTIBLE = frozenset({"CURVE", "SURFACE", "META", "FONT"})
"""Object types that Blender can turn into meshes and that look like something."""

SHOWN = frozenset({"CURVES", "GPENCIL", "GREASEPENCIL", "POINTCLOUD", "VOLUME"})
"""Object types that look like something and can't be meshes: hair, drawings, points, smoke."""


@dataclass(frozen=True, eq=False)
class Cast:
    """Who plays in a character; references to objects, not to be kept.

    Attributes
    ----------
    parts
        Its mesh objects with faces, by name; at least one.
    armature
        What moves them, or None.
    hidden
        Meshes of the same armature that are hidden, also by masks, and so left as they are.
    strangers
        Visible objects on the same armature that are no meshes, or have no faces, but do look like something.
    """

    parts: list[bpy.types.Object]
    armature: bpy.types.Object | None
    hidden: list[bpy.types.Object]
    strangers: list[bpy.types.Object]


def selected_parts(context: bpy.types.Context) -> list[bpy.types.Object]:
    """The mesh objects of the selected character; see :func:`selected_cast`."""
    return selected_cast(context).parts


def selected_cast(context: bpy.types.Context) -> Cast:
    """The selected character, in a lasting order (by name).

    With an armature, or anything that hangs on one, at hand: every visible mesh the armature moves. Otherwise the
    selected meshes themselves.

    Raises
    ------
    Refusal
        If nothing suitable is selected.
    """
    chosen = _chosen(context)
    rigs = {rig for rig in map(armature_of, chosen) if rig is not None}
    if len(rigs) > 1:
        raise Refusal(f"Two characters are selected: {listed(_by_name(rigs))}.", "Select one of them.")
    rig = next(iter(rigs), None)
    scene = context.scene
    members = chosen
    if rig is not None and scene is not None:
        members = [thing for thing in scene.objects if thing != rig and armature_of(thing) == rig]
    widgets = _widgets(rig)
    members = _by_name(thing for thing in members if thing not in widgets)
    visible = [thing for thing in members if thing.visible_get(view_layer=context.view_layer)]
    shown = [thing for thing in visible if not exclude_each_other(thing)]
    parts = [thing for thing in shown if _is_solid(thing)]
    if not parts:
        raise _nothing(rig, shown)
    hidden = [thing for thing in members if thing not in shown and _is_solid(thing)]
    strangers = [thing for thing in shown if thing not in parts and _looks_like_something(thing)]
    return Cast(parts, rig, hidden, strangers)


def armature_of(thing: bpy.types.Object) -> bpy.types.Object | None:
    """The armature that deforms or carries the object; the object itself if it is one."""
    seen: list[bpy.types.Object] = []
    current: bpy.types.Object | None = thing
    while current is not None and current not in seen:
        if current.type == "ARMATURE":
            return current
        for modifier in current.modifiers:
            if isinstance(modifier, bpy.types.ArmatureModifier) and modifier.object:
                return modifier.object
        held = _held_by(current)
        if held is not None:
            return held
        seen.append(current)
        current = current.parent
    return None


def instanced(thing: bpy.types.Object) -> bool:
    """Whether the object stands for a collection that is shown in its place."""
    return thing.instance_type == "COLLECTION" and thing.instance_collection is not None


def _held_by(thing: bpy.types.Object) -> bpy.types.Object | None:
    """The armature that a constraint has the object follow."""
    return next((aim.target for aim in holds(thing) if aim.target and aim.target.type == "ARMATURE"), None)


def _chosen(context: bpy.types.Context) -> list[bpy.types.Object]:
    active = context.view_layer.objects.active if context.view_layer else None
    chosen = list(context.selected_objects or ())
    if active is not None and active not in chosen and not chosen:
        chosen.append(active)
    return chosen


def _nothing(rig: bpy.types.Object | None, shown: Sequence[bpy.types.Object]) -> Refusal:
    """Why there is no character among these."""
    bare = [thing for thing in shown if _is_mesh(thing)]
    other = [thing for thing in shown if not _is_mesh(thing)]
    if bare:
        verb = "has" if len(bare) == 1 else "have"
        return Refusal(f"{listed(bare)} {verb} no faces.", "Select a mesh that has some.")
    for thing in other:
        if instanced(thing):
            fix = Fix("clipmatrix.make_real", "Make Instances Real", {"object": thing.name})
            return Refusal(f"{thing.name} only shows a collection that is kept elsewhere.", fix=fix)
        if thing.type in CONVERTIBLE:
            fix = Fix("clipmatrix.convert_to_mesh", "Convert to Mesh", {"object": thing.name})
            return Refusal(f"{thing.name} is {an(kind_of(thing))}, not a mesh.", fix=fix)
    if rig is not None:
        return Refusal(f"{rig.name} moves no visible mesh.", "Parent a mesh to it, or show it.")
    if other:
        return Refusal(f"{other[0].name} is {an(kind_of(other[0]))}, not a mesh.", "Select a mesh or an armature.")
    return Refusal("No character is selected.", "Select a mesh or an armature.")


def _is_mesh(thing: bpy.types.Object) -> bool:
    return isinstance(thing.data, bpy.types.Mesh)


def _is_solid(thing: bpy.types.Object) -> bool:
    """Whether it is a mesh with faces, as far as one can tell while it is being edited."""
    return isinstance(thing.data, bpy.types.Mesh) and (thing.mode == "EDIT" or len(thing.data.polygons) > 0)


def _looks_like_something(thing: bpy.types.Object) -> bool:
    return thing.type in CONVERTIBLE | SHOWN or instanced(thing) or _is_mesh(thing)


def _by_name(things: Iterable[bpy.types.Object]) -> list[bpy.types.Object]:
    return sorted(things, key=lambda thing: thing.name)


def _widgets(rig: bpy.types.Object | None) -> set[bpy.types.Object]:
    """Objects that the armature draws in place of bones."""
    if rig is None or rig.pose is None:
        return set()
    return {bone.custom_shape for bone in rig.pose.bones if bone.custom_shape}
