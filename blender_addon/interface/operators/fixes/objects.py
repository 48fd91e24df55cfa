"""Objects that are no meshes yet."""

from __future__ import annotations

import bpy

from ....errors import Refusal
from ....scene.characters import CONVERTIBLE, instanced
from .base import Fix, alone


class CLIPMATRIX_OT_convert_to_mesh(Fix):
    """Turn a curve, surface, metaball or text into a mesh."""

    bl_idname = "clipmatrix.convert_to_mesh"
    bl_label = "Convert to Mesh"
    bl_description = "Turn the object into a mesh, as Object > Convert does"

    def fix(self, context: bpy.types.Context) -> None:
        """Convert it; it is selected afterwards, as it was before."""
        thing = self.one()
        if thing.type not in CONVERTIBLE:
            raise Refusal(f"{thing.name} can't be turned into a mesh.")
        name = thing.name
        _select(context, [thing])
        bpy.ops.object.convert(target="MESH")
        made = context.view_layer.objects.active if context.view_layer else None
        if made is None or not isinstance(made.data, bpy.types.Mesh) or not made.data.polygons:
            raise Refusal(f"{name} has no surface, so there are no faces.", "Undo, and give it a bevel or a fill.")
        _select(context, [made])


class CLIPMATRIX_OT_make_real(Fix):
    """Put the objects that an instance shows into the scene."""

    bl_idname = "clipmatrix.make_real"
    bl_label = "Make Instances Real"
    bl_description = "Put copies of the objects that the instance shows into the scene"

    def fix(self, context: bpy.types.Context) -> None:
        """Make them real, armature and parents included, and select them."""
        thing = self.one()
        if not instanced(thing):
            raise Refusal(f"{thing.name} shows no collection.")
        before = set(bpy.data.objects)
        with alone(context, thing):
            bpy.ops.object.duplicates_make_real(use_base_parent=False, use_hierarchy=True)
        made = [new for new in bpy.data.objects if new not in before]
        if not made:
            raise Refusal(f"The collection that {thing.name} shows is empty.")
        armatures = [new for new in made if new.type == "ARMATURE"]
        _select(context, armatures[:1] or [new for new in made if new.type == "MESH"] or made)


def _select(context: bpy.types.Context, things: list[bpy.types.Object]) -> None:
    layer = context.view_layer
    assert layer is not None
    if context.mode != "OBJECT":
        bpy.ops.object.mode_set(mode="OBJECT")
    for other in layer.objects:
        other.select_set(other in things)
    layer.objects.active = things[0]


CLASSES = (CLIPMATRIX_OT_convert_to_mesh, CLIPMATRIX_OT_make_real)
