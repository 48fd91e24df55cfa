"""What calls the session's ``tick()`` in a window: a timer, with handlers for undo, load and save beside it."""

from collections.abc import Callable
from typing import Any

import bpy
from bpy.app.handlers import persistent

from . import events, session
from .phases import BUSY, Phase

WRITING_SECONDS = 0.01
"""Between two ticks while a state is half written."""

BUSY_SECONDS = 0.05
"""Between two ticks while something is under way."""

CALM_SECONDS = 0.3
"""Between two ticks otherwise."""


def pump() -> float:
    """Tick, have the panels redrawn if anything changed, and say when to be called again (seconds).

    An exception would end the timer and with it the session, in silence; it becomes an error in the panel instead.
    """
    now = session.current()
    try:
        changed = now.tick()
    except Exception as exception:
        now.tick_failed(exception)
        changed = True
    if changed:
        _redraw()
    if now.is_writing:
        return WRITING_SECONDS
    return BUSY_SECONDS if now.state in BUSY | {Phase.STARTING, Phase.CONNECTING} else CALM_SECONDS


def _redraw() -> None:
    """Have the sidebars drawn anew; what changes in the scene has the viewport drawn by itself."""
    manager = bpy.context.window_manager
    for window in manager.windows if manager else ():
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                for region in area.regions:
                    if region.type == "UI":
                        region.tag_redraw()


def _tell(event: Callable[[session.Session], None]) -> None:
    """Pass on what Blender says; an exception becomes an error in the panel here, too."""
    now = session.current()
    try:
        event(now)
    except Exception as exception:
        now.tick_failed(exception)


@persistent
def _undoing(*_: Any) -> None:
    _tell(events.scene_will_be_replaced)


@persistent
def _replaced(*_: Any) -> None:
    _tell(events.scene_was_replaced)


@persistent
def _loaded(*_: Any) -> None:
    _tell(events.file_was_loaded)


@persistent
def _saving(*_: Any) -> None:
    _tell(events.file_will_be_saved)


@persistent
def _saved(*_: Any) -> None:
    _tell(events.file_was_saved)


def _handlers() -> tuple[tuple[list[Any], Callable[..., None]], ...]:
    """Which of our functions goes into which of Blender's lists."""
    lists = bpy.app.handlers
    return (
        (lists.undo_pre, _undoing),
        (lists.redo_pre, _undoing),
        (lists.undo_post, _replaced),
        (lists.redo_post, _replaced),
        (lists.load_post, _loaded),
        (lists.save_pre, _saving),
        (lists.save_post, _saved),
    )


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
