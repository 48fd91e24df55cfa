"""Whom we talk to, and what is wrong."""

import bpy

from ... import errors
from ...job import session
from ...job.phases import BUSY, FREE, Phase
from .. import preferences
from .base import Panel

ICONS = {
    Phase.OFFLINE: "UNLINKED",
    Phase.CONNECTING: "SORTTIME",
    Phase.REFUSED: "CANCEL",
    Phase.LOST: "ERROR",
}
"""By state; every other one is connected."""


def show_connection(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """The state of the connection in one line, with what changes it."""
    now = session.current()
    where = f" to {now.welcome.device}" if now.welcome and now.state in BUSY | FREE else ""
    state = f"Connected{where}" if now.state in BUSY | FREE else now.state.value.capitalize()
    layout.label(text=state, icon=ICONS.get(now.state, "LINKED"))  # type: ignore[arg-type]
    if now.state in (Phase.OFFLINE, Phase.REFUSED):
        preferences.draw(preferences.of(context), layout.column(align=True))
    if now.state is Phase.OFFLINE:
        layout.operator("clipmatrix.connect")
    elif now.state not in BUSY:
        layout.operator("clipmatrix.disconnect")
    if now.error:
        errors.draw(now.error, layout)
        layout.operator("clipmatrix.copy_report", icon="COPYDOWN")


class CLIPMATRIX_PT_connection(Panel):
    """Whom we talk to, and what is wrong."""

    bl_idname = "CLIPMATRIX_PT_connection"
    bl_label = "Connection"
    show = staticmethod(show_connection)
