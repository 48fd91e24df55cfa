"""Who sits at this Blender, for the others who share a backend."""

import getpass

LONGEST = 64
"""Letters that a Hello takes."""


def artist() -> str:
    """The name this computer's user has logged in with; empty where there is none."""
    try:
        return getpass.getuser()[:LONGEST]
    except (ImportError, KeyError, OSError):  # which one depends on system and Python version
        return ""
