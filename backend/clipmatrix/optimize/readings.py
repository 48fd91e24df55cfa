"""What the loop has to know of a step as numbers, read in one go: on a GPU every single number is a wait."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.utils import get_total_norm

from .objective import Terms
from .parameters import Parameters


@dataclass(frozen=True)
class Readings:
    """A step in numbers, after its gradients were taken and before any of them was changed.

    Attributes
    ----------
    similarity, reach
        As in :class:`~.objective.Terms`.
    loss, pull
        The loss, and the length of all gradients together: what is not finite anywhere makes it so.
    colour, shape
        Squared length of the gradients of the whole body's colour and of the shape coefficients; None without one.
    """

    similarity: float
    reach: float
    loss: float
    pull: float
    colour: float | None = None
    shape: float | None = None


def take_readings(terms: Terms, parameters: Parameters, leaves: Sequence[Tensor]) -> Readings:
    """Wait for the device, once."""
    colour, shape = parameters.paint.pyramid.grids[0].grad, parameters.geometry.portions.grad
    pull = get_total_norm([leaf.grad for leaf in leaves if leaf.grad is not None])
    speaks = [] if colour is None or shape is None else [colour.square().sum(), shape.square().sum()]
    scalars = [terms.similarity, terms.reach, terms.loss.detach(), pull.to(terms.loss), *speaks]
    return Readings(*torch.stack(scalars).tolist())
