"""Connects by itself when Blender has opened, if the artist wants that."""

from __future__ import annotations

import bpy

from ..errors import Refusal
from ..job import session
from ..job.phases import Phase
from . import preferences
from .reaching import reach

AFTER_SECONDS = 1.0
"""Blender's window first."""


def connect_once() -> None:
    """Connect, unless something is under way already."""
    settings = preferences.of(bpy.context)
    now = session.current()
    if settings.at_once and now.state is Phase.OFFLINE and now.launch is None:
        try:
            reach(settings)
        except Refusal as refusal:
            now.error = refusal


def register() -> None:
    """Have it done once; without a window nobody asked for it."""
    if not bpy.app.background:
        bpy.app.timers.register(connect_once, first_interval=AFTER_SECONDS)


def unregister() -> None:
    """Forget about it, if it is still to come."""
    if bpy.app.timers.is_registered(connect_once):
        bpy.app.timers.unregister(connect_once)
