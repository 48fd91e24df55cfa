"""When to come to an end: once nothing has improved for long enough, the rates begin to fall at once."""

import math

MEMORY = 0.95
"""How much of the smoothed similarity comes from the steps before; single steps see other views each."""

WORTHWHILE = 0.002
"""By how much the smoothed similarity must exceed its best to count as better."""

SHARE, LEAST = 0.25, 40
"""Steps without anything better that are waited for: this share of all, and at least so many."""


class Patience:
    """Listens to the similarity of each step of a job of ``steps`` steps."""

    def __init__(self, steps: int) -> None:
        self._allowed = max(LEAST, round(SHARE * steps))
        self._best = -math.inf
        self._since = 0
        self._steps = 0
        self._sum = 0.0

    def is_lost(self, similarity: float) -> bool:
        """Take a step in; whether it has been too long since anything became better."""
        self._steps += 1
        self._sum = MEMORY * self._sum + (1 - MEMORY) * similarity
        smoothed = self._sum / (1 - MEMORY**self._steps)
        self._since += 1
        if smoothed > self._best + WORTHWHILE:
            self._best, self._since = smoothed, 0
        return self._since >= self._allowed
