"""Bring a body's bones to its shape, and its shape to its pose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import bpy
from bpy.props import EnumProperty
from clipmatrix_protocol import Correctives, CorrectivesRequest

from ...bodies import correct, fit, posing
from ...bodies.memory import Origin, recall, require_same_size
from ...errors import Refusal
from ...job import session
from ...scene.characters import armature_of
from ...scene.handles import Handle, find, handle
from ..guarding import guarded
from .asking import undo_step, why_busy, why_not_now

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


def can_change(
    operator: type[bpy.types.Operator],
    context: bpy.types.Context,
    hindrance: Callable[[Body], str],
    elsewhere: str,
    busy: Callable[[], str] = why_busy,
) -> bool:
    """Whether something can be done to a body now; says why where it can't.

    Parameters
    ----------
    operator
        Whose poll it is.
    hindrance
        What keeps this body from it, in words; empty if nothing does.
    elsewhere
        What is said in other modes than Object Mode and Pose Mode.
    busy
        What keeps the session from it, in words; empty if nothing does.
    """
    body = active_body(context)
    if body is None:
        why = NO_BODY
    else:
        why = hindrance(body) or ("" if context.mode in ("OBJECT", "POSE") else elsewhere) or busy()
    if why:
        operator.poll_message_set(why)
    return not why


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

        def hindrance(body: Body) -> str:
            return "" if body.origin.moves else "This body's shapes do not move its bones"

        return can_change(cls, context, hindrance, "Bones are fitted in Object Mode or Pose Mode")

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

        def hindrance(body: Body) -> str:
            return "" if body.origin.file else "Only bodies from a SMPL file have pose correctives"

        elsewhere = "Pose correctives are made in Object Mode or Pose Mode"
        return can_change(cls, context, hindrance, elsewhere, why_not_now)

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
