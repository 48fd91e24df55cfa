"""Vectors made as long as one, as CLIP compares them: ``F.normalize``, whose gradient is thirteen small operations."""

from typing import Any

import torch
from torch import Tensor


def unit(vectors: Tensor, shortest: float = 1e-12) -> Tensor:
    """Scale vectors (..., D) to unit length, those below ``shortest`` as if they were that long; differentiable."""
    scaled: Tensor = _Unit.apply(vectors, shortest)
    return scaled


class _Unit(torch.autograd.Function):
    """A gradient loses what it has along the vector."""

    @staticmethod
    def forward(ctx: Any, vectors: Tensor, shortest: float) -> Tensor:
        lengths = torch.linalg.vector_norm(vectors, dim=-1, keepdim=True).clamp_min_(shortest)
        scaled = vectors / lengths
        ctx.save_for_backward(scaled, lengths)
        return scaled

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        scaled, lengths = ctx.saved_tensors
        along = torch.linalg.vecdot(scaled, gradient).unsqueeze(-1)
        return torch.addcmul(gradient, scaled, along, value=-1).div_(lengths), None
