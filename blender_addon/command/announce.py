"""What a headless command says while it works: JSON lines for a program that listens, or plain text for a person."""

import ctypes
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Literal, Protocol, TextIO

from clipmatrix_protocol import Progress

Manner = Literal["json", "text"]

End = Literal["bad_arguments", "failed", "cancelled"]
"""Why a command ends early, for programs."""


class Announcer(Protocol):
    """Says one thing a call, each on a line of its own."""

    def run(self, name: str, number: int, count: int) -> None:
        """Say which of several runs begins now."""

    def phase(self, text: str) -> None:
        """Say what begins now."""

    def progress(self, progress: Progress) -> None:
        """Say where the job stands."""

    def warning(self, text: str) -> None:
        """Say what the artist should know, though it goes on."""

    def written(self, path: Path) -> None:
        """Name a file that is there now."""

    def failed(self, code: End, message: str, remedy: str) -> None:
        """Say why it ends here, and what helps."""


class JsonLines:
    """One JSON object a line, told apart by its ``event``."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def run(self, name: str, number: int, count: int) -> None:
        """``{"event": "run", "name": ..., "number": ..., "count": ...}``."""
        self._say("run", name=name, number=number, count=count)

    def phase(self, text: str) -> None:
        """``{"event": "phase", "text": ...}``."""
        self._say("phase", text=text)

    def progress(self, progress: Progress) -> None:
        """``{"event": "progress", "step": ..., "steps": ..., "steps_per_second": ..., ...}``."""
        self._say(
            "progress",
            step=progress.step,
            steps=progress.steps,
            steps_per_second=progress.steps_per_second,
            seconds_left=progress.seconds_left,
            similarity=progress.similarity,
        )

    def warning(self, text: str) -> None:
        """``{"event": "warning", "text": ...}``."""
        self._say("warning", text=text)

    def written(self, path: Path) -> None:
        """``{"event": "written", "path": ...}``."""
        self._say("written", path=str(path))

    def failed(self, code: End, message: str, remedy: str) -> None:
        """``{"event": "failed", "code": ..., "message": ..., "remedy": ...}``."""
        self._say("failed", code=code, message=message, remedy=remedy)

    def _say(self, event: str, **facts: str | float) -> None:
        print(json.dumps({"event": event, **facts}), file=self._stream, flush=True)


class PlainText:
    """Sentences; progress once before the first step, and once for every twentieth of the way."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._twentieth = -2

    def run(self, name: str, number: int, count: int) -> None:
        """Print its name, and how many there are."""
        self._twentieth = -2
        print(f"{number} of {count}: {name}", file=self._stream, flush=True)

    def phase(self, text: str) -> None:
        """Print it with three dots."""
        print(f"{text} ...", file=self._stream, flush=True)

    def progress(self, progress: Progress) -> None:
        """Print step, speed, time left, similarity; before the first step only the time left until it."""
        twentieth = 20 * progress.step // max(progress.steps, 1) if progress.step else -1
        if twentieth == self._twentieth:
            return
        self._twentieth = twentieth
        left = f"{progress.seconds_left:.0f} s left"
        if progress.step:
            how = f"{progress.steps_per_second:.1f} steps/s, {left}, similarity {progress.similarity:.3f}"
            print(f"  step {progress.step}/{progress.steps}, {how}", file=self._stream, flush=True)
        else:
            print(f"  trying first colours, {left}", file=self._stream, flush=True)

    def warning(self, text: str) -> None:
        """Print it as a note."""
        print(f"note: {text}", file=self._stream, flush=True)

    def written(self, path: Path) -> None:
        """Print the path."""
        print(f"wrote {path}", file=self._stream, flush=True)

    def failed(self, code: End, message: str, remedy: str) -> None:
        """Print message and remedy to the error stream."""
        print(f"clipmatrix: {message} {remedy}".rstrip(), file=sys.stderr, flush=True)


def announcer(manner: Manner, stream: TextIO) -> Announcer:
    """Return the announcer for a manner of speaking."""
    return JsonLines(stream) if manner == "json" else PlainText(stream)


@contextmanager
def own_stdout() -> Iterator[TextIO]:
    """Keep standard output for us, and send Blender's talk, from Python and from C, to standard error."""
    _flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        with os.fdopen(os.dup(kept), "w", encoding="utf-8") as stream, redirect_stdout(sys.stderr):
            yield stream
    finally:
        _flush()
        os.dup2(kept, 1)
        os.close(kept)


def _flush() -> None:
    """Have everything written that was printed so far, by Python or by Blender's C, whose buffer Python can't reach."""
    sys.stdout.flush()
    if os.name == "posix":
        ctypes.CDLL(None).fflush(None)
