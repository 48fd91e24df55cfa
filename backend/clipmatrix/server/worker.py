"""A thread that does one task after another."""

import logging
import queue
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)

Task = Callable[[], None]


class ShuttingDown(BaseException):
    """Unwinds a running job when the backend ends; not an ``Exception``, so that no handler on the way keeps it."""


class Worker:
    """A daemon thread with a queue of tasks; a task that raises is logged, and the next one comes."""

    def __init__(self, name: str) -> None:
        self._tasks: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self.stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def give(self, task: Task) -> None:
        """Queue a task; any thread."""
        self._tasks.put(task)

    def stop(self, seconds: float) -> bool:
        """Ask the thread to end, wait for it, and return whether it did within ``seconds``."""
        self.stopping.set()
        self._tasks.put(None)
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None and not self.stopping.is_set():
            try:
                task()
            except ShuttingDown:
                return
            except Exception:
                log.exception("a task of %s failed", self._thread.name)
