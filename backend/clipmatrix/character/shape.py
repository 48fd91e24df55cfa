"""The shape basis: coefficients and offsets to vertices."""

import torch
from torch import Tensor

from .character import Character


def shaped(character: Character, coefficients: Tensor, offsets: Tensor) -> Tensor:
    """Shape the character at rest: S(beta, delta) = basis + sum_k beta_k B_k + delta.

    This is Blender's sum of relative shape keys against the Basis, and SMPL's blend shapes (Loper et al. 2015, eq. 8).

    Parameters
    ----------
    coefficients
        (K,) one per shape.
    offsets
        (V, 3) metres, rest space.

    Returns
    -------
    Tensor
        (V, 3) metres, rest space; differentiable in both.
    """
    if not len(character.deltas):
        return character.vertices + offsets
    basis = character.deltas.flatten(1).t()
    return torch.addmv(character.vertices.flatten(), basis, coefficients).view_as(character.vertices) + offsets
