"""Reaching the backend in the way that the preferences say."""

from __future__ import annotations

import bpy

from ..job import session
from ..link.find import backend_command
from ..link.launch import Launch
from ..link.target import invitation
from . import preferences
from .preferences import ClipMatrixPreferences


def reach(settings: ClipMatrixPreferences) -> None:
    """Start a backend, or connect to one; later ticks do the rest.

    Raises
    ------
    Refusal
        If the address or the line is no good, Blender has to stay offline, or no backend is installed.
    """
    now = session.current()
    if settings.way == "START":
        if now.launch is None:
            start(settings)
        elif now.launch.address:
            now.connect(now.launch.address, now.launch.secret)
        return
    if settings.way == "ADDRESS":
        now.connect(settings.address, preferences.secret(settings))
    else:
        now.connect(settings.line, "")
    now.end_launch()


def start(settings: ClipMatrixPreferences) -> None:
    """Start a backend on this computer; later ticks connect to it.

    Raises
    ------
    Refusal
        If none is installed, or it can't be run.
    """
    command = backend_command(bpy.path.abspath(settings.python))
    session.current().start(Launch.start(command, preferences.logs()))
    settings.way = "START"


def take_line(settings: ClipMatrixPreferences, line: str) -> str:
    """Keep a line that was pasted, if it is one; return the machine that it leads to.

    Raises
    ------
    Refusal
        If it is none, or was not copied whole.
    """
    found = invitation(line)
    settings.line = line.strip()
    return found.host
