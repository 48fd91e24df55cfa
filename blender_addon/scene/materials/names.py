"""Names for what a job makes: free, short enough for Blender, and fit for files."""

from __future__ import annotations

import re
from collections.abc import Callable, Container

LONGEST = 34
"""Bytes of an artist's name that go into ours; Blender before 5.0 cuts names at 63 bytes."""

UNFIT = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
"""What some system does not let be in a file's name."""


def cut(name: str) -> str:
    """As much of an artist's name as goes into ours."""
    return name.removeprefix("ClipMatrix ").encode()[:LONGEST].decode(errors="ignore")


def fit(name: str) -> str:
    """A name that a file may have on any system."""
    return UNFIT.sub("_", name)


def free(wanted: str, taken: Container[str], read: Callable[[str], str] = str) -> str:
    """A name that is not taken yet, as ``read`` reads it: most systems care for no case in the names of files."""
    name, number = wanted, 1
    while read(name) in taken:
        name, number = f"{wanted}.{number:03}", number + 1
    return name
