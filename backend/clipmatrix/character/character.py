"""The character as one surface of tensors."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Character:
    """All parts of a character, one after the other; rest space, metres.

    Attributes
    ----------
    vertices
        (V, 3) float32, Basis positions.
    triangles
        (T, 3) int64 into ``vertices``, counter-clockwise seen from outside.
    corner_uvs
        (T, 3, 2) float32, UV per triangle corner, v up, moved by whole tiles into [0, 1] where a triangle fits there.
    slots
        (T,) int64, the texture each triangle's UVs address.
    joints
        (V, I) int64 into the joints of ``poses``.
    weights
        (V, I) float32, rows sum to 1.
    deltas
        (K, V, 3) float32, shape basis: key minus Basis; zero where a part lacks the key.
    low, high, values
        (K,) float32, range and start value of each coefficient; ``low == high`` pins it.
    poses
        (P, J, 4, 4) float32, rest space to posed space.
    textures
        How many textures there are.
    parts
        Per part the slice of its vertices.
    """

    vertices: Tensor
    triangles: Tensor
    corner_uvs: Tensor
    slots: Tensor
    joints: Tensor
    weights: Tensor
    deltas: Tensor
    low: Tensor
    high: Tensor
    values: Tensor
    poses: Tensor
    textures: int
    parts: tuple[slice, ...]

    @property
    def device(self) -> torch.device:
        """Where the tensors live."""
        return self.vertices.device

    @property
    def free(self) -> Tensor:
        """(K,) bool, the coefficients that are not pinned."""
        return self.low < self.high
