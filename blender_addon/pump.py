"""What calls the session's ``tick()`` in a window: a timer, with handlers for undo and file load beside it."""

from typing import Any

import bpy
from bpy.app.handlers import persistent

from . import session
from .phases import BUSY, Phase

BUSY_SECONDS = 0.05
"""Between two ticks while something is under way."""

CALM_SECONDS = 0.3
"""Between two ticks otherwise."""


def pump() -> float:
    """Tick, have the panels redrawn if anything changed, and say when to be called again (seconds)."""
    if session.tick():
        _redraw()
    busy = session.current().state in BUSY | {Phase.CONNECTING}
    return BUSY_SECONDS if busy else CALM_SECONDS


def _redraw() -> None:
    manager = bpy.context.window_manager
    for window in manager.windows if manager else ():
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                area.tag_redraw()


@persistent
def _replaced(*_: Any) -> None:
    session.current().scene_was_replaced()


def _handler_lists() -> tuple[list[Any], ...]:
    handlers = bpy.app.handlers
    return handlers.undo_post, handlers.redo_post, handlers.load_post


def register() -> None:
    """Start the timer, which only a window lets run, and listen to undo, redo and load."""
    for handlers in _handler_lists():
        handlers.append(_replaced)
    bpy.app.timers.register(pump, first_interval=CALM_SECONDS, persistent=True)


def unregister() -> None:
    """Stop both."""
    if bpy.app.timers.is_registered(pump):
        bpy.app.timers.unregister(pump)
    for handlers in _handler_lists():
        handlers.remove(_replaced)
