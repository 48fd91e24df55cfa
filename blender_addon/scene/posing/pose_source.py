"""Where a character's poses come from, as the artist chooses it."""

from typing import Literal

PoseSource = Literal["ACTION", "CURRENT", "RANDOM", "REST"]
"""Frames of what is played; the current pose, and others near it if that is asked for; poses drawn within the limits of
the joints; or the rest pose alone, which each of the others brings along.
"""
