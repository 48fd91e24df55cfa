"""Preconditioned offsets: to and from differential coordinates (Nicolet et al. 2021, "Large Steps").

u = (I + lambda L) v spreads a gradient that one vertex receives over its neighbourhood, so that descent on u moves the
surface smoothly where descent on v would crumple it.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from scipy import sparse
from scipy.sparse.linalg import splu
from torch import Tensor

LARGEST_INVERSE = 1 << 14
"""Points up to which a GPU holds the inverse: a gigabyte, and another one while it is made."""

Solve = Callable[[Tensor], Tensor]
"""Right-hand sides (V, 3) to solutions, of the same type and on the same device; knows nothing of gradients."""


@dataclass(frozen=True)
class Preconditioner:
    """The matrix I + lambda L and how it is solved for; made once per topology.

    Attributes
    ----------
    matrix
        (V, V) sparse, symmetric positive definite, float64.
    solve
        :func:`by_factors` or :func:`by_inverse`.
    """

    matrix: sparse.csc_matrix
    solve: Solve


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
        with suppress(torch.OutOfMemoryError):  # there is a slower way that needs none of the card's
            return Preconditioner(matrix, by_inverse(matrix, triangles.device))
    return Preconditioner(matrix, by_factors(matrix))


def by_factors(matrix: sparse.csc_matrix) -> Solve:
    """Solve on the CPU in float64, with the sparse LU factors of a symmetric matrix (V, V)."""
    factors = splu(matrix, permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True})

    def solve(right: Tensor) -> Tensor:
        solution = factors.solve(right.cpu().double().numpy())
        return torch.tensor(solution, dtype=right.dtype, device=right.device)

    return solve


def by_inverse(matrix: sparse.csc_matrix, device: torch.device) -> Solve:
    """Multiply with the dense inverse of a symmetric positive definite matrix (V, V), in float32 on a device.

    On a GPU that one product is faster than the way to the CPU and back.
    """
    entries = matrix.tocoo()
    places = torch.tensor(np.stack([entries.row, entries.col]), device=device)
    values = torch.tensor(entries.data, dtype=torch.float32, device=device)
    dense = torch.sparse_coo_tensor(places, values, matrix.shape, check_invariants=False).to_dense()
    torch.linalg.cholesky(dense, out=dense)  # in place: the matrix is as large as all else of a job
    inverse = torch.cholesky_inverse(dense)
    return lambda right: (inverse @ right.to(inverse.dtype)).to(right.dtype)


def laplacian(triangles: np.ndarray, count: int) -> sparse.csc_matrix:
    """Build the combinatorial Laplacian, degree minus adjacency: (V, V), rows sum to 0."""
    ends = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    ends = ends[ends[:, 0] != ends[:, 1]]
    rows, columns = np.concatenate([ends, ends[:, ::-1]]).T
    adjacency = sparse.coo_matrix((np.ones(len(rows)), (rows, columns)), shape=(count, count)).tocsr()
    adjacency.data[:] = 1.0  # an edge counts once, however many triangles share it
    return (sparse.diags(np.asarray(adjacency.sum(axis=1)).ravel()) - adjacency).tocsc()


def from_differential(operator: Preconditioner, differential: Tensor) -> Tensor:
    """Differential coordinates (V, 3) to offsets v = (I + lambda L)^-1 u; differentiable in u."""
    return _Solve.apply(operator, differential)


class _Solve(torch.autograd.Function):
    """The matrix is symmetric: the backward pass is the same solve."""

    @staticmethod
    def forward(ctx: Any, operator: Preconditioner, differential: Tensor) -> Tensor:
        ctx.operator = operator
        return operator.solve(differential.detach())

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[None, Tensor]:
        return None, ctx.operator.solve(gradients[0])
