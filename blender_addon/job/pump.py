"""What calls the session's ``tick()`` in a window: a timer, with handlers for undo, load and save beside it."""

from collections.abc import Callable
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


@persistent
def _saving(*_: Any) -> None:
    session.current().file_will_be_saved()


def _handlers() -> tuple[tuple[list[Any], Callable[..., None]], ...]:
    """Which of our functions goes into which of Blender's lists."""
    lists = bpy.app.handlers
    replaced = (lists.undo_post, lists.redo_post, lists.load_post)
    return (*((handlers, _replaced) for handlers in replaced), (lists.save_pre, _saving))


def register() -> None:
    """Start the timer, which only a window lets run, and listen to undo, redo, load and save."""
    for handlers, ours in _handlers():
        handlers.append(ours)
    bpy.app.timers.register(pump, first_interval=CALM_SECONDS, persistent=True)


def unregister() -> None:
    """Stop both."""
    if bpy.app.timers.is_registered(pump):
        bpy.app.timers.unregister(pump)
    for handlers, ours in _handlers():
        handlers.remove(ours)
