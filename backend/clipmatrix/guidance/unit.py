"""Vectors made as long as one, as CLIP compares them: ``F.normalize``, whose gradient is thirteen small operations."""

from typing import Any

import torch
from torch import Tensor

SHORTEST = 1e-12
"""Shorter vectors are scaled as if they were that long."""


def unit(vectors: Tensor) -> Tensor:
    """Scale vectors (..., D) to unit length; differentiable where none is below :data:`SHORTEST`, and finite at 0.

    Where lengths may be as small as rounding it is no substitute: it takes a part of gradients that should stay whole.
    """
    scaled: Tensor = _Unit.apply(vectors)
    return scaled


class _Unit(torch.autograd.Function):
    """A gradient loses what it has along the vector."""

    @staticmethod
    def forward(ctx: Any, vectors: Tensor) -> Tensor:
        lengths = torch.linalg.vector_norm(vectors, dim=-1, keepdim=True).clamp_min_(SHORTEST)
        scaled = vectors / lengths
        ctx.save_for_backward(scaled, lengths)
        return scaled

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        scaled, lengths = ctx.saved_tensors
        along = torch.linalg.vecdot(scaled, gradient).unsqueeze(-1)
        return torch.addcmul(gradient, scaled, along, value=-1).div_(lengths)
