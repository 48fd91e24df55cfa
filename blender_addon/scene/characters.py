"""Which objects make up the character the artist has selected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import bpy

from ..errors import Refusal


def selected_parts(context: bpy.types.Context) -> list[bpy.types.Object]:
    """The mesh objects of the selected character, in a lasting order (by name).

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
        names = " and ".join(sorted(rig.name for rig in rigs))
        raise Refusal(f"Two characters are selected: {names}.", "Select one of them.")
    scene = context.scene
    if rigs and scene is not None:
        rig = next(iter(rigs))
        parts = [thing for thing in _shown_meshes(scene.objects, context) if armature_of(thing) == rig]
        if not parts:
            raise Refusal(f"{rig.name} moves no visible mesh.", "Parent a mesh to it, or show it.")
    else:
        parts = list(_shown_meshes(chosen, context))
    if not parts:
        raise Refusal("No character is selected.", "Select a mesh or an armature.")
    return sorted(parts, key=lambda thing: thing.name)


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
        seen.append(current)
        current = current.parent
    return None


def _chosen(context: bpy.types.Context) -> list[bpy.types.Object]:
    active = context.view_layer.objects.active if context.view_layer else None
    chosen = list(context.selected_objects or ())
    if active is not None and active not in chosen and not chosen:
        chosen.append(active)
    return chosen


def _shown_meshes(things: Iterable[bpy.types.Object], context: bpy.types.Context) -> Iterator[bpy.types.Object]:
    widgets = _widgets(things)
    for thing in things:
        is_mesh = isinstance(thing.data, bpy.types.Mesh)
        if is_mesh and thing not in widgets and thing.visible_get(view_layer=context.view_layer):
            yield thing


def _widgets(things: Iterable[bpy.types.Object]) -> set[bpy.types.Object]:
    """Objects that armatures draw in place of bones."""
    rigs = [thing for thing in things if thing.pose is not None]
    return {bone.custom_shape for rig in rigs if rig.pose for bone in rig.pose.bones if bone.custom_shape}
