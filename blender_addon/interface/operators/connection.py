"""Connect and disconnect."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from ...errors import Refusal
from ...job import session
from ...job.phases import BUSY, Phase
from .. import preferences
from ..refusing import refuse

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems


class CLIPMATRIX_OT_connect(bpy.types.Operator):
    """Connect to the backend named in the preferences."""

    bl_idname = "clipmatrix.connect"
    bl_label = "Connect"
    bl_description = "Connect to the ClipMatrix backend"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Not while a request is under way."""
        if session.current().state in BUSY:
            cls.poll_message_set("ClipMatrix is busy; stop the job first")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Start to connect; the ticks do the rest."""
        settings = preferences.of(context)
        try:
            session.current().connect(settings.address, preferences.secret(settings))
        except Refusal as refusal:
            return refuse(self, refusal)
        return {"FINISHED"}


class CLIPMATRIX_OT_disconnect(bpy.types.Operator):
    """Hang up."""

    bl_idname = "clipmatrix.disconnect"
    bl_label = "Disconnect"
    bl_description = "Hang up; a running job goes on in the backend"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only with a connection."""
        return session.current().state is not Phase.OFFLINE

    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Hang up."""
        session.current().disconnect()
        return {"FINISHED"}


CLASSES = (
    CLIPMATRIX_OT_connect,
    CLIPMATRIX_OT_disconnect,
)
