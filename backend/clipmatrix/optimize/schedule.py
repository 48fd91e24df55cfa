"""What changes over a job's steps: the rate rises, holds and falls."""

import math

WARM_UP = 0.05
"""Share of the steps in which the rate rises from nothing, while Adam's moments are still guesses."""

DECAY = 0.4
"""Share of the steps, the last ones, over which the rate falls along half a cosine."""

FLOOR = 0.05
"""What is left of the rate at the end."""


def rate(step: int, steps: int) -> float:
    """Scale the learning rates of step ``step`` (from 0) of ``steps``: a factor in (0, 1]."""
    done = (step + 1) / steps
    rising = min(1.0, (step + 1) / max(1.0, WARM_UP * steps))
    falling = max(0.0, (done - (1 - DECAY)) / DECAY)
    return rising * (FLOOR + (1 - FLOOR) * (1 + math.cos(math.pi * falling)) / 2)


def last_stretch(steps: int) -> int:
    """The step of ``steps`` from which on the rate falls."""
    return math.ceil((1 - DECAY) * steps)
