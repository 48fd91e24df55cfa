"""How a worker's thread runs one job."""

import logging
import threading
from collections.abc import Callable

from clipmatrix_protocol import Done, Failed, Progress, Submit, Update

from .failures import failure
from .services import Services
from .worker import ShuttingDown

log = logging.getLogger(__name__)

NOTICE = 0.2
"""Seconds within which a job that is held notices that the backend ends."""


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
