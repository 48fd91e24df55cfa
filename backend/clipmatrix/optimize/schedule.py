"""What changes over a job's steps: the rate rises, holds and falls; colours wander at first and come to rest."""

import math

WARM_UP = 0.05
"""Share of the steps in which the rate rises from nothing, while Adam's moments are still guesses."""

DECAY = 0.4
"""Share of the steps, the last ones, over which the rate falls along half a cosine."""

FLOOR = 0.05
"""What is left of the rate at the end."""

WANDER = 1.5
"""How far the whole body's colour wanders at the start, before the sigmoid: from grey to nearly any other."""

WANDERING = 0.35
"""Share of the steps, the first ones, over which that falls to nothing."""


def rate(step: int, steps: int) -> float:
    """Scale the learning rates of step ``step`` (from 0) of ``steps``: a factor in (0, 1]."""
    done = (step + 1) / steps
    rising = min(1.0, (step + 1) / max(1.0, WARM_UP * steps))
    falling = max(0.0, (done - (1 - DECAY)) / DECAY)
    return rising * (FLOOR + (1 - FLOOR) * (1 + math.cos(math.pi * falling)) / 2)


def wander(step: int, steps: int) -> float:
    """Standard deviation of the whole body's colour around itself at step ``step`` (from 0) of ``steps``.

    The gradient at a colour that wanders is, on average, that of the landscape blurred so far: hollows in which a
    descent from grey would end vanish, the wide basin of the colour that is meant stays (graduated optimisation,
    Blake and Zisserman 1987). As the wandering ends, the landscape sharpens.
    """
    return WANDER * max(0.0, 1.0 - step / (WANDERING * steps))
