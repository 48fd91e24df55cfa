"""What the loop has to know of a step as numbers, read in one go: on a GPU every single number is a wait."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from .objective import Terms
from .parameters import Parameters


@dataclass(frozen=True)
class Readings:
    """A step in numbers, after its gradients were taken and before any of them was changed.

    Attributes
    ----------
    similarity, reach
        As in :class:`~.objective.Terms`.
    sums
        The loss, and the sum of each leaf's gradient: what is not finite stays so in a sum.
    colour, shape
        Squared length of the gradients of the whole body's colour and of the shape coefficients; None without one.
    """

    similarity: float
    reach: float
    sums: tuple[float, ...]
    colour: float | None = None
    shape: float | None = None


def take_readings(terms: Terms, parameters: Parameters, leaves: Sequence[Tensor]) -> Readings:
    """Wait for the device, once."""
    colour, shape = parameters.pyramid.grids[0].grad, parameters.portions.grad
    gradients = [leaf.grad for leaf in leaves if leaf.grad is not None]
    pulls = [] if colour is None or shape is None else [colour.square().sum(), shape.square().sum()]
    sums = [terms.loss.detach(), *(gradient.sum() for gradient in gradients)]
    similarity, reach, *rest = torch.stack([terms.similarity, terms.reach, *sums, *pulls]).tolist()
    return Readings(similarity, reach, tuple(rest[: len(sums)]), *rest[len(sums) :])
