"""ClipMatrix for Blender: grow a rigged character into the words of a prompt."""

from .command import command
from .interface import (
    autostart,
    curve,
    keymaps,
    menus,
    operators,
    panels,
    preferences,
    presets,
    properties,
    takes,
    translations,
)
from .interface.operators import body
from .job import pump, records, session
from .scene import light

ROOMS = (
    preferences,
    properties,
    takes,
    light,
    records,
    session,
    pump,
    operators,
    presets,
    body,
    curve,
    panels,
    menus,
    keymaps,
    translations,
    autostart,
    command,
)
"""What has something to register, in order; unregistered in reverse."""


def register() -> None:
    """Switch the extension on; a room that fails takes the earlier ones down with it."""
    done = []
    try:
        for room in ROOMS:
            room.register()
            done.append(room)
    except BaseException:
        for room in reversed(done):
            room.unregister()
        raise


def unregister() -> None:
    """Switch the extension off and leave nothing behind."""
    for room in reversed(ROOMS):
        room.unregister()
