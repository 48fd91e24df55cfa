"""Start a backend, connect to one, and the ways back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from ...job import session
from ...job.phases import BUSY, Phase
from .. import preferences
from ..guarding import guarded
from ..reaching import reach, start, take_line

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems


def _why_not() -> str:
    """Why the connection can't be changed now, in words; empty if it can."""
    state = session.current().state
    if state in BUSY:
        return "ClipMatrix is busy; stop the job first"
    return "The backend is starting" if state is Phase.STARTING else ""


class CLIPMATRIX_OT_connect(bpy.types.Operator):
    """Reach the backend in the way that the preferences say."""

    bl_idname = "clipmatrix.connect"
    bl_label = "Connect"
    bl_description = "Connect to the ClipMatrix backend; starts it where Blender is to do that"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Not while a request is under way."""
        why_not = _why_not()
        if why_not:
            cls.poll_message_set(why_not)
        return not why_not

    @guarded
    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Start to connect; the ticks do the rest."""
        reach(preferences.of(context))
        return {"FINISHED"}


class CLIPMATRIX_OT_start_backend(bpy.types.Operator):
    """Start a backend on this computer."""

    bl_idname = "clipmatrix.start_backend"
    bl_label = "Start Backend"
    bl_description = "Start a backend on this computer and connect to it; it ends with Blender"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only one at a time."""
        why_not = _why_not()
        if not why_not and session.current().launch is not None:
            why_not = "A backend has been started already; stop it first"
        if why_not:
            cls.poll_message_set(why_not)
        return not why_not

    @guarded
    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Start the process; the ticks wait for it and connect."""
        start(preferences.of(context))
        return {"FINISHED"}


class CLIPMATRIX_OT_stop_backend(bpy.types.Operator):
    """End the backend that Blender has started."""

    bl_idname = "clipmatrix.stop_backend"
    bl_label = "Stop Backend"
    bl_description = "End the backend that Blender has started; what it has sent stays in the scene"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only with a backend of our own."""
        if session.current().launch is None:
            cls.poll_message_set("Blender has not started a backend")
            return False
        return True

    @guarded
    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Hang up and end it."""
        session.current().stop_backend()
        return {"FINISHED"}


class CLIPMATRIX_OT_disconnect(bpy.types.Operator):
    """Hang up."""

    bl_idname = "clipmatrix.disconnect"
    bl_label = "Disconnect"
    bl_description = "Hang up; a running job goes on in the backend"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only with a connection."""
        state = session.current().state
        if state is Phase.OFFLINE:
            cls.poll_message_set("There is no connection")
        if state is Phase.STARTING:
            cls.poll_message_set("The backend is starting; stop it instead")
        return state not in (Phase.OFFLINE, Phase.STARTING)

    @guarded
    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Hang up."""
        session.current().disconnect()
        return {"FINISHED"}


class CLIPMATRIX_OT_paste_line(bpy.types.Operator):
    """Take the line for a backend on another machine from the clipboard."""

    bl_idname = "clipmatrix.paste_line"
    bl_label = "Paste Line"
    bl_description = "Take the line that “clipmatrix keys add” printed from the clipboard"

    @guarded
    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Check what is in the clipboard and keep it in the preferences."""
        assert context.window_manager is not None
        host = take_line(preferences.of(context), context.window_manager.clipboard)
        session.current().error = None
        self.report({"INFO"}, f"The line leads to {host}")
        return {"FINISHED"}


CLASSES = (
    CLIPMATRIX_OT_connect,
    CLIPMATRIX_OT_start_backend,
    CLIPMATRIX_OT_stop_backend,
    CLIPMATRIX_OT_disconnect,
    CLIPMATRIX_OT_paste_line,
)
