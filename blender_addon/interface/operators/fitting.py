"""Bring a body's bones to its shape, and its shape to its pose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import bpy
from bpy.props import EnumProperty
from clipmatrix_protocol import Correctives, CorrectivesRequest

from ...bodies import correct, fit, posing
from ...bodies.memory import Origin, recall, require_same_size
from ...errors import Refusal
from ...job import session
from ...job.phases import BUSY
from ...scene.characters import armature_of
from ...scene.handles import Handle, find, handle
from ..guarding import guarded
from .asking import undo_step, why_not_now

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems

NO_BODY = "Select a body that ClipMatrix has added"
THIS_POSE, EVERY_FRAME = "CURRENT", "ACTION"


class Body(NamedTuple):
    """A body in the scene, with its rig; not to be kept across undo."""

    mesh_object: bpy.types.Object
    rig: bpy.types.Object
    origin: Origin


def active_body(context: bpy.types.Context) -> Body | None:
    """The body that is active, or whose rig is; None for anything else."""
    active = context.view_layer.objects.active if context.view_layer else None
    if active is None:
        return None
    for thing in (active, *active.children):
        origin, rig = recall(thing.data), armature_of(thing)
        if origin is not None and rig is not None:
            return Body(thing, rig, origin)
    return None


class CLIPMATRIX_OT_fit_bones(bpy.types.Operator):
    """Move a body's bones to the joints of its shape."""

    bl_idname = "clipmatrix.fit_bones"
    bl_label = "Fit Bones to Shape"
    bl_description = (
        "Move the bones to where the body's shape keys have put its joints. "
        "Poses and Actions keep their meaning. Press it again after changing a shape key"
    )
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012 - Blender's own form

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """With a body whose shapes move its joints, outside of edit mode, and no job at work."""
        body = active_body(context)
        if body is None:
            cls.poll_message_set(NO_BODY)
        elif not body.origin.moves:
            cls.poll_message_set("This body's shapes do not move its bones")
        elif context.mode not in ("OBJECT", "POSE"):
            cls.poll_message_set("Bones are fitted in Object Mode or Pose Mode")
        elif session.current().state in BUSY:
            cls.poll_message_set(f"ClipMatrix is {session.current().state.value}")
        else:
            return True
        return False

    @guarded
    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Fit them."""
        body = active_body(context)
        assert body is not None
        fit.fit_bones(*body, context)
        return {"FINISHED"}


class CLIPMATRIX_OT_pose_correctives(bpy.types.Operator):
    """Ask the backend what the pose adds to the body's shape; it becomes a shape key when it has come."""

    bl_idname = "clipmatrix.pose_correctives"
    bl_label = "Refresh Pose Correctives"
    bl_description = (
        "Have the model say how the pose changes the body's shape, as in bent elbows and knees, "
        "and keep that in shape keys. Press it again after changing the pose"
    )

    frames: EnumProperty(  # type: ignore[valid-type]
        name="Frames",
        description="Which poses the shape keys are made for",
        items=[
            (THIS_POSE, "This Pose", "One shape key for the pose that is shown"),
            (EVERY_FRAME, "Every Frame", "A few shape keys that follow the Action's frames, and are exported with it"),
        ],
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """With a body from a model file and a backend that is free, outside of edit mode."""
        body = active_body(context)
        if body is None:
            cls.poll_message_set(NO_BODY)
        elif not body.origin.file:
            cls.poll_message_set("Only bodies from a SMPL file have pose correctives")
        elif context.mode not in ("OBJECT", "POSE"):
            cls.poll_message_set("Pose correctives are made in Object Mode or Pose Mode")
        elif why_not_now():
            cls.poll_message_set(why_not_now())
        else:
            return True
        return False

    @guarded
    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Read the poses and send them; a later tick writes the shape keys."""
        body = active_body(context)
        assert body is not None
        _ask(body, context, posing.action_frames(body.rig) if self.frames == EVERY_FRAME else None)
        return {"FINISHED"}


def _ask(body: Body, context: bpy.types.Context, frames: Sequence[int] | None) -> None:
    """Send the pose that is shown, or the poses at ``frames``."""
    scene = context.scene
    assert scene is not None
    require_same_size(body.mesh_object, body.origin)
    if frames is None:
        rotations = posing.rotations_now(body.rig, body.origin, context.evaluated_depsgraph_get())[None]
    elif not len(frames):
        raise Refusal(f"{body.rig.name} has no Action.", "Animate it, or ask for this pose only.")
    else:
        rotations = posing.rotations_over(body.rig, body.origin, frames, scene)
    mesh_object, rig = handle(body.mesh_object), handle(body.rig)
    session.current().request(
        CorrectivesRequest(body.origin.file, rotations), lambda found: _arrived(found, mesh_object, rig, frames)
    )


def _arrived(found: Correctives, mesh: Handle, rig: Handle, frames: Sequence[int] | None) -> None:
    """Write the correctives that a tick received."""
    mesh_object = find(mesh, bpy.data.objects)
    if mesh_object is None:
        raise Refusal(f"{mesh.name} is no longer in the file.", "Undo, then ask again.")
    with undo_step("Refresh Pose Correctives"):
        if frames is None:
            correct.write_pose(mesh_object, found)
            return
        mover = find(rig, bpy.data.objects)
        data = mover.animation_data if mover else None
        if data is None or data.action is None:
            raise Refusal(f"{rig.name} has no Action any more.", "Animate it again, or ask for this pose only.")
        correct.write_frames(mesh_object, data.action, found, frames)


CLASSES = (CLIPMATRIX_OT_fit_bones, CLIPMATRIX_OT_pose_correctives)
