"""The way back when a step goes wrong: the last good state is kept, and a bad step returns to it."""

import math
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from ..errors import JobError
from .readings import Readings

EVERY = 10
"""Good steps between two copies of the state."""

FARTHEST = 1.0
"""No point of a sound result is this many times the character's size away from where it was."""

SLOWER = 0.5
"""What is left of the rates after each return."""

PATIENCE = 5
"""So many returns in a row without a good step between two copies, and the job is given up."""


@dataclass
class Guard:
    """Keeps a copy of tensors and optimisers.

    Attributes
    ----------
    tensors
        What is watched; leaves of the optimisation.
    optimisers
        Their state goes back together with the tensors.
    pace
        What is left of the rates; every return slows the job down.
    returns
        How often the job has gone back.
    """

    tensors: Sequence[Tensor]
    optimisers: Sequence[torch.optim.Optimizer]
    pace: float = field(default=1.0, init=False)
    returns: int = field(default=0, init=False)
    _good: list[Tensor] = field(default_factory=list, init=False)
    _moments: list[dict[str, Any]] = field(default_factory=list, init=False)
    _steps: int = field(default=0, init=False)
    _in_a_row: int = field(default=0, init=False)

    def healthy(self, readings: Readings) -> bool:
        """Whether the loss and every gradient are finite, and no point is out of reach (a share of the size)."""
        return readings.reach <= FARTHEST and math.isfinite(readings.loss) and math.isfinite(readings.pull)

    def keep(self) -> None:
        """Count a good step; copy the state now and then."""
        if self._steps % EVERY == 0:
            self._good = [tensor.detach().clone() for tensor in self.tensors]
            self._moments = [deepcopy(optimiser.state_dict()) for optimiser in self.optimisers]
            self._in_a_row = 0
        self._steps += 1

    def restore(self) -> None:
        """Go back to the last copy.

        Raises
        ------
        JobError
            ``diverged``, when this has happened :data:`PATIENCE` times since the last copy.
        """
        self._in_a_row += 1
        self.returns += 1
        self.pace *= SLOWER
        if self._in_a_row > PATIENCE or not self._good:
            raise JobError(
                "diverged",
                "The optimisation ran away, again and again.",
                "Lower the strengths under What May Change, or look for broken weights or shape keys in the character.",
            )
        with torch.no_grad():
            for tensor, good in zip(self.tensors, self._good, strict=True):
                tensor.copy_(good)
        for optimiser, moments in zip(self.optimisers, self._moments, strict=True):
            optimiser.load_state_dict(deepcopy(moments))  # it keeps what it is given, and steps change that in place
        self._steps = 1
