"""What has happened lately: a line for each change, and the trace of what nobody foresaw."""

from __future__ import annotations

import time
import traceback
from collections import deque
from dataclasses import dataclass, field
from pathlib import PurePath

LINES = 60
"""Lines kept."""


@dataclass
class Log:
    """The newest lines, and the trace of the last exception; neither names a folder of the artist's."""

    lines: deque[str] = field(default_factory=lambda: deque(maxlen=LINES))
    trace: str = ""
    facts: tuple[str, ...] = ()

    def add(self, *facts: str) -> None:
        """Note the facts, unless they are those of the last time; empty ones are left out."""
        if facts != self.facts:
            self.facts = facts
            self.lines.append(f"{time.strftime('%H:%M:%S')} {'; '.join(filter(None, facts))}")

    def keep(self, exception: BaseException) -> None:
        """Keep an exception's trace for the report, and print it once, however often it comes."""
        text = trace(exception)
        if text != self.trace:
            print(f"ClipMatrix: {text}")
        self.trace = text


def trace(exception: BaseException) -> str:
    """An exception and where it came from, innermost last; of files only their names."""
    frames = traceback.extract_tb(exception.__traceback__)
    places = [f"  {PurePath(frame.filename).name}:{frame.lineno} in {frame.name}" for frame in frames]
    return "\n".join([*places, f"{type(exception).__name__}: {exception}"])
