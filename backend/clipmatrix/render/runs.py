"""Unroll runs of whole numbers: how triangles become rows, rows pixels, and edges the lines they cross."""

import torch
from torch import Tensor


def runs(lengths: Tensor, first: Tensor) -> tuple[Tensor, Tensor]:
    """Unroll K runs ``first, first + 1, ...`` of given lengths, both (K,) int64.

    Returns
    -------
    owner, value
        (R,) int64, one after the other: the run each element belongs to, and its value.
    """
    owner = torch.repeat_interleave(lengths)
    origin = first - (lengths.cumsum(0) - lengths)
    return owner, origin.index_select(0, owner) + torch.arange(len(owner), device=lengths.device)
