"""A thread that does one task after another, and what it does with a job."""

import logging
import queue
import threading
from collections.abc import Callable

from clipmatrix_protocol import Done, Failed, Progress, Submit, Update

from .failures import failure
from .services import Services

log = logging.getLogger(__name__)

Task = Callable[[], None]


NOTICE = 0.2
"""Seconds within which a job that is held notices that the backend ends."""


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


def run_job(
    submit: Submit,
    services: Services,
    cancel: threading.Event,
    free: threading.Event,
    stopping: threading.Event,
    post: Callable[[Progress | Update | Done | Failed], None],
) -> None:
    """Run one job in the calling thread and post all it has to say, last of all ``Done`` or ``Failed``.

    Parameters
    ----------
    submit
        The job.
    services
        Who computes.
    cancel
        Set when the job should end with what it has reached, be it held or not.
    free
        Set unless the job is held; a job that is held waits where it asks whether it was cancelled.
    stopping
        Set when it should end with nothing, because the backend ends.
    post
        Takes the messages.
    """

    def report(message: Progress | Update) -> None:
        if stopping.is_set():
            raise ShuttingDown
        post(message)

    def cancelled() -> bool:
        while True:
            if stopping.is_set():
                raise ShuttingDown
            if cancel.is_set() or free.wait(NOTICE):
                return cancel.is_set()

    log.info("job %s begins", submit.job)
    outcome: Done | Failed
    try:
        outcome = services.optimise(submit, report, cancelled)
    except Exception as error:
        outcome = failure(error, submit.job)
    log.info("job %s ends: %s", submit.job, outcome.code if isinstance(outcome, Failed) else "done")
    post(outcome)
