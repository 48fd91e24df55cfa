"""Whom we talk to, and what is wrong."""

import bpy

from ...job import session
from ...job.phases import BUSY, Phase
from ...job.session import Session
from .. import preferences
from ..paragraph import refusal_box
from ..status_text import standing
from .base import Panel


def show_connection(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """The one line of truth, with what changes it."""
    now = session.current()
    line = standing(now)
    column = layout.column(align=True)
    column.label(text=line.text, icon=line.icon)  # type: ignore[arg-type]
    for detail in line.details:
        column.label(text=detail, icon="BLANK1")
    if now.error:
        refusal_box(layout, now.error)
        layout.operator("clipmatrix.copy_report", icon="COPYDOWN")
    _show_ways(now, layout, context)


def _show_ways(now: Session, layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """The buttons: on to a backend, or back."""
    settings = preferences.of(context)
    if now.state in (Phase.OFFLINE, Phase.REFUSED) and now.launch is None:
        preferences.draw_way(settings, layout)
        begin = "clipmatrix.start_backend" if settings.way == "START" else "clipmatrix.connect"
        layout.operator(begin, icon="PLAY" if settings.way == "START" else "LINKED")
    elif now.launch is not None:
        if now.state in (Phase.OFFLINE, Phase.REFUSED):
            layout.operator("clipmatrix.connect", icon="LINKED")
        layout.operator("clipmatrix.stop_backend", icon="SNAP_FACE")
    elif now.state is Phase.CONNECTING:
        layout.operator("clipmatrix.disconnect", text="Cancel", icon="CANCEL")
    elif now.state not in BUSY:
        layout.operator("clipmatrix.disconnect", icon="UNLINKED")


class CLIPMATRIX_PT_connection(Panel):
    """Whom we talk to, and what is wrong."""

    bl_idname = "CLIPMATRIX_PT_connection"
    bl_label = "Connection"
    show = staticmethod(show_connection)
