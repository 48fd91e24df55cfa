"""Measuring free memory beside the router loop, which must not wait for a driver."""

import threading
import time
from collections.abc import Callable

from .worker import Worker

EVERY_SECONDS = 2.0


class Gauge:
    """The newest value of a measurement that may take long.

    Parameters
    ----------
    measure
        What is measured, in MiB; None where it cannot be known. Runs in a thread of the gauge's own.
    """

    def __init__(self, measure: Callable[[], float | None]) -> None:
        self._measure = measure
        self._worker = Worker("clipmatrix-gauge")
        self._idle = threading.Event()
        self._idle.set()
        self._asked = float("-inf")
        self._value: float | None = None

    def read(self) -> float | None:
        """Return the newest value at once, and have it measured anew if it is old and nobody measures already."""
        now = time.monotonic()
        if self._idle.is_set() and now - self._asked > EVERY_SECONDS:
            self._asked = now
            self._idle.clear()
            self._worker.give(self._refresh)
        return self._value

    def close(self) -> None:
        """Let the thread end when it can; a driver that hangs is not waited for."""
        self._worker.stop(0)

    def _refresh(self) -> None:
        try:
            self._value = self._measure()
        finally:
            self._idle.set()
