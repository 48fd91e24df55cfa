"""Have a body play a recorded motion."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, StringProperty

from ...bodies.motion import assign
from ...bodies.playing import play, stands
from ...bodies.recordings import USUAL_RATE, read_recording
from ...errors import Refusal
from ...scene.posing.actions import BONE
from ...scene.posing.curves import curves
from ..guarding import guarded
from .fitting import Body, active_body, can_change

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems


UNMOVED = {"location": (0.0, 0.0, 0.0), "scale": (1.0, 1.0, 1.0)}
"""Channels of a bone at rest that recordings have no values for, but at the root."""


class CLIPMATRIX_OT_load_motion(bpy.types.Operator):
    """Read a recording, and make it the Action of the selected body."""

    bl_idname = "clipmatrix.load_motion"
    bl_label = "Load Motion"
    bl_description = (
        "Have the body play a recorded motion: an .npz file with poses of SMPL, SMPL-H or SMPL-X, as AMASS has them, "
        "or with parameters of smplx. It becomes an Action; the Action that the body had is kept"
    )
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012 - Blender's own form

    filepath: StringProperty(  # type: ignore[valid-type]
        name="Motion File", description="The .npz file of a motion", subtype="FILE_PATH", options={"SKIP_SAVE"}
    )
    filter_glob: StringProperty(default="*.npz", options={"HIDDEN", "SKIP_SAVE"})  # type: ignore[valid-type]
    upright: EnumProperty(  # type: ignore[valid-type]
        name="Up",
        description="Which axis points up in the world of the recording",
        items=[
            ("AUTO", "Automatic", "The axis along which the body mostly stands"),
            ("Z", "Z Up", "As in AMASS"),
            ("Y", "Y Up", "As in SMPL's own axes"),
            ("-Y", "Y Down", "As a camera sees it: bodies fitted to video"),
        ],
    )
    first: FloatProperty(  # type: ignore[valid-type]
        name="From", description="Where in the recording to begin", default=0.0, min=0.0, unit="TIME_ABSOLUTE"
    )
    seconds: FloatProperty(  # type: ignore[valid-type]
        name="Length",
        description="How much of the recording to take; 0 for all from there on",
        default=0.0,
        min=0.0,
        unit="TIME_ABSOLUTE",
    )
    from_here: BoolProperty(  # type: ignore[valid-type]
        name="Begin at the Armature",
        description="Have the body begin where its armature is; otherwise where the recording has it in its world",
        default=True,
    )
    update_scene_duration: BoolProperty(  # type: ignore[valid-type]
        name="Update Scene Duration",
        description="Have the scene play just as long as the motion does",
        default=False,
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """With a body whose armature can be animated, and no job at work."""

        def hindrance(body: Body) -> str:
            linked = "The body is linked from another file; make a library override of it first"
            return "" if body.rig.is_editable else linked

        return can_change(cls, context, hindrance, "Motions are loaded in Object Mode or Pose Mode")

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[OperatorReturnItems]:
        """Let the artist choose a file."""
        manager = context.window_manager
        assert manager is not None
        manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    @guarded
    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Read it, and assign it."""
        body, scene = active_body(context), context.scene
        assert body is not None
        assert scene is not None
        if not self.filepath.strip():
            raise Refusal("No motion file is chosen.", "Choose an .npz file.")
        _require_free(body)
        recording = read_recording(Path(bpy.path.abspath(self.filepath.strip())))
        fps = scene.render.fps / scene.render.fps_base
        upright = stands(recording) if self.upright == "AUTO" else self.upright
        part = self.first, self.seconds, self.from_here
        action = play(recording, body.rig, body.origin, fps, upright, *part)
        _forget_stretches(body)
        _take_on(body, action)
        if self.update_scene_duration:
            scene.frame_start, scene.frame_end = round(action.frame_start), round(action.frame_end)
        if recording.fps is None:
            self.report({"WARNING"}, f"The file does not say its speed; {USUAL_RATE:g} frames a second are taken")
        if _mixes(body.rig.animation_data):
            self.report({"WARNING"}, f"The NLA of {body.rig.name} changes what is seen of the motion")
        return {"FINISHED"}


def _require_free(body: Body) -> None:
    animation = body.rig.animation_data
    if animation is not None and animation.use_tweak_mode:
        raise Refusal(f"A strip of {body.rig.name} is being tweaked.", "Leave tweak mode (Tab), then load the motion.")


def _mixes(animation: Any) -> bool:
    """Whether the NLA shows something else than the Action: one of its tracks alone, or both, mixed."""
    if not animation.use_nla or not animation.nla_tracks:
        return False
    solo = any(track.is_solo for track in animation.nla_tracks)
    return bool(solo or animation.action_influence < 1 or animation.action_blend_type != "REPLACE")


def _forget_stretches(body: Body) -> None:
    """Put back what the rig's Action does to joints and a recording does not, scales and places; it would stay so."""
    animation = body.rig.animation_data
    assert body.rig.pose is not None
    if animation is None or animation.action is None:
        return
    for curve in curves(animation.action):
        found = BONE.match(curve.data_path)
        name = bpy.utils.unescape_identifier(found[1]) if found else ""
        channel = curve.data_path.rpartition(".")[2]
        if name in body.origin.joints and channel in UNMOVED:
            setattr(body.rig.pose.bones[name], channel, UNMOVED[channel])


def _take_on(body: Body, action: bpy.types.Action) -> None:
    """Have the rig play an Action. The one it had is kept, and bones turn as the new one says."""
    animation: Any = body.rig.animation_data_create()
    if animation.action is not None and animation.action.library is None:
        animation.action.use_fake_user = True
    assign(body.rig, action)
    assert body.rig.pose is not None
    for name in body.origin.joints:
        body.rig.pose.bones[name].rotation_mode = "QUATERNION"


CLASSES = (CLIPMATRIX_OT_load_motion,)
