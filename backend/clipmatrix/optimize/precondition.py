"""Preconditioned offsets: to and from differential coordinates (Nicolet et al. 2021, "Large Steps").

u = (I + lambda L) v spreads a gradient that one vertex receives over its neighbourhood, so that descent on u moves the
surface smoothly where descent on v would crumple it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from scipy import sparse
from scipy.sparse.linalg import SuperLU, splu
from torch import Tensor

LARGEST_INVERSE = 1 << 14
"""Points up to which a GPU holds the inverse: a gigabyte."""


@dataclass(frozen=True)
class Preconditioner:
    """The matrix I + lambda L and its factorisation; made once per topology.

    Attributes
    ----------
    matrix
        (V, V) sparse, symmetric positive definite, float64.
    factor
        Its LU factors, on the CPU; None where the inverse is known.
    inverse
        (V, V) float32, dense, on a GPU: one product there is faster than the way to the CPU and back.
    """

    matrix: sparse.csc_matrix
    factor: SuperLU | None
    inverse: Tensor | None = None


def preconditioner(triangles: Tensor, count: int, smoothness: float) -> Preconditioner:
    """Factorise I + lambda L of a mesh, on a GPU invert it where that fits; each connected piece is a block of its own.

    Parameters
    ----------
    triangles
        (T, 3) int64.
    count
        Number of vertices V; those without a triangle are left alone.
    smoothness
        lambda of the paper (19 to 99 there); smoothing reaches about sqrt(lambda) edges far.
    """
    matrix = (sparse.identity(count, format="csc") + smoothness * laplacian(triangles.cpu().numpy(), count)).tocsc()
    if triangles.is_cuda and count <= LARGEST_INVERSE:
        return Preconditioner(matrix, None, inverse(matrix, triangles.device))
    return Preconditioner(matrix, splu(matrix, permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True}))


def inverse(matrix: sparse.csc_matrix, device: torch.device) -> Tensor:
    """Invert a symmetric positive definite matrix (V, V) on a device, in float32."""
    entries = matrix.tocoo()
    places = torch.tensor(np.stack([entries.row, entries.col]), device=device)
    values = torch.tensor(entries.data, dtype=torch.float32, device=device)
    dense = torch.sparse_coo_tensor(places, values, matrix.shape, check_invariants=False).to_dense()
    return torch.cholesky_inverse(torch.linalg.cholesky(dense))


def laplacian(triangles: np.ndarray, count: int) -> sparse.csc_matrix:
    """Build the combinatorial Laplacian, degree minus adjacency: (V, V), rows sum to 0."""
    ends = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    ends = ends[ends[:, 0] != ends[:, 1]]
    rows, columns = np.concatenate([ends, ends[:, ::-1]]).T
    adjacency = sparse.coo_matrix((np.ones(len(rows)), (rows, columns)), shape=(count, count)).tocsr()
    adjacency.data[:] = 1.0  # an edge counts once, however many triangles share it
    return (sparse.diags(np.asarray(adjacency.sum(axis=1)).ravel()) - adjacency).tocsc()


def to_differential(operator: Preconditioner, offsets: Tensor) -> Tensor:
    """Offsets (V, 3) to differential coordinates u = (I + lambda L) v; the inverse of :func:`from_differential`."""
    product = operator.matrix @ offsets.detach().cpu().double().numpy()
    return torch.tensor(product, dtype=offsets.dtype, device=offsets.device)


def from_differential(operator: Preconditioner, differential: Tensor) -> Tensor:
    """Differential coordinates (V, 3) to offsets v = (I + lambda L)^-1 u; differentiable in u."""
    return _Solve.apply(operator, differential)


def _solve(operator: Preconditioner, right: Tensor) -> Tensor:
    if operator.inverse is not None:
        return (operator.inverse @ right.detach().to(operator.inverse.dtype)).to(right.dtype)
    assert operator.factor is not None
    solution = operator.factor.solve(right.detach().cpu().double().numpy())
    return torch.tensor(solution, dtype=right.dtype, device=right.device)


class _Solve(torch.autograd.Function):
    """The matrix is symmetric: the backward pass is the same solve."""

    @staticmethod
    def forward(ctx: Any, operator: Preconditioner, differential: Tensor) -> Tensor:
        ctx.operator = operator
        return _solve(operator, differential)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[None, Tensor]:
        return None, _solve(ctx.operator, gradients[0])
