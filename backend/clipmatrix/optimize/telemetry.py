"""What a running job says about itself, and how often."""

import math
import time
from collections import deque
from collections.abc import Callable
from itertools import pairwise
from statistics import median

import clipmatrix_protocol as protocol

Report = Callable[[protocol.Progress | protocol.Update], None]

PROGRESS_EVERY = 0.1
"""Seconds between two Progress messages, at least; the last step is always told."""

MEMORY = 0.9
"""How much of the smoothed similarity comes from the steps before."""

UPDATES_SHARE = 0.2
"""Of a job's time that making updates may take: large textures go out less often than the settings ask for, unless
these ask for one at every step.
"""

RECENT = 20
"""Steps over which speed is measured."""


class Telemetry:
    """Throttles what is reported.

    Parameters
    ----------
    job
        Its id.
    settings
        Seconds between updates.
    report
        Takes the messages.
    """

    def __init__(self, job: str, settings: protocol.Settings, report: Report) -> None:
        self._job = job
        self._settings = settings
        self._report = report
        # Not the monotonic clock: on Windows that of Python 3.11 takes steps of 16 ms, as long as steps of ours.
        self._times = deque([time.perf_counter()], maxlen=RECENT + 1)
        self._began = self._times[0]
        self._told = self._shown = float("-inf")
        self._took = 0.0
        self._similarity: float | None = None

    def looked(self, looks: int, total: int) -> None:
        """Tell of a look at the character before the first step, if it is time."""
        now = time.perf_counter()
        self._times = deque([now], maxlen=RECENT + 1)
        if now - self._told >= PROGRESS_EVERY:
            self._told = now
            left = (total - looks) * (now - self._began) / looks
            self._report(protocol.Progress(self._job, 0, self._settings.steps, 0.0, left, 0.0))

    def step_done(self, step: int, steps: int, similarity: float, state: Callable[[], protocol.State]) -> None:
        """Tell of a step of ``steps``, if it is time; ``state`` is called only when an update is due."""
        now = time.perf_counter()
        self._times.append(now)
        if math.isfinite(similarity):  # a step that went wrong says nothing, and no number can't travel
            before = similarity if self._similarity is None else self._similarity
            self._similarity = MEMORY * before + (1 - MEMORY) * similarity
        if now - self._told >= PROGRESS_EVERY or step == steps:
            self._told = now
            self._report(self._progress(step, steps))
        every = self._settings.update_every
        if now - self._shown >= (max(every, self._took / UPDATES_SHARE) if every else 0.0):
            made = state()
            self._shown, self._took = now, time.perf_counter() - now
            self._report(protocol.Update(job=self._job, step=step, state=made))

    def _progress(self, step: int, steps: int) -> protocol.Progress:
        # The median: a job that was held has one step among them that took as long as it was held.
        speed = 1 / max(median(later - earlier for earlier, later in pairwise(self._times)), 1e-9)
        return protocol.Progress(
            job=self._job,
            step=step,
            steps=steps,
            steps_per_second=speed,
            seconds_left=(steps - step) / speed,
            similarity=self._similarity or 0.0,
        )
