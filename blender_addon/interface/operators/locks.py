"""What stays exactly as it is: add to the list, and take out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from bpy.props import EnumProperty

from ...errors import Refusal
from ...scene import characters
from .. import properties
from ..guarding import guarded
from ..properties.regions import KINDS

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems


class CLIPMATRIX_OT_lock_add(bpy.types.Operator):
    """Lock the active vertex group or bone."""

    bl_idname = "clipmatrix.lock_add"
    bl_label = "Lock"
    bl_description = "Have the active vertex group, or what the active bone moves, stay exactly as it is"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012 - Blender's own form

    kind: EnumProperty(  # type: ignore[valid-type]
        name="Kind", description="Whether a vertex group or a bone says what stays", items=KINDS, default="GROUP"
    )

    @guarded
    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Append it; where none is active, an empty line waits for a name."""
        assert context.scene is not None
        settings = properties.of(context.scene)
        one: properties.ClipMatrixLocked = settings.locked.add()
        one.kind = self.kind
        one.region = _active_bone(context) if self.kind == "BONE" else _active_group(context)
        settings.active_locked = len(settings.locked) - 1
        return {"FINISHED"}


class CLIPMATRIX_OT_lock_remove(bpy.types.Operator):
    """Unlock the active line."""

    bl_idname = "clipmatrix.lock_remove"
    bl_label = "Unlock"
    bl_description = "Take the active line out of the list, so that this part may change again"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012 - Blender's own form

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """With something in the list."""
        assert context.scene is not None
        if not properties.of(context.scene).locked:
            cls.poll_message_set("Nothing is locked")
            return False
        return True

    @guarded
    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Remove it; the one before it becomes the active one."""
        assert context.scene is not None
        settings = properties.of(context.scene)
        active = min(settings.active_locked, len(settings.locked) - 1)
        settings.locked.remove(active)
        settings.active_locked = max(active - 1, 0)
        return {"FINISHED"}


def _active_group(context: bpy.types.Context) -> str:
    """Name of the active mesh's active vertex group; empty without one."""
    thing = context.object
    group = thing.vertex_groups.active if thing is not None and isinstance(thing.data, bpy.types.Mesh) else None
    return group.name if group else ""


def _active_bone(context: bpy.types.Context) -> str:
    """Name of the active bone of the selected character's armature; empty without one."""
    try:
        rig = characters.selected_cast(context).armature
    except Refusal:
        return ""
    bone = rig.data.bones.active if rig and isinstance(rig.data, bpy.types.Armature) else None
    return bone.name if bone else ""


CLASSES = (CLIPMATRIX_OT_lock_add, CLIPMATRIX_OT_lock_remove)
