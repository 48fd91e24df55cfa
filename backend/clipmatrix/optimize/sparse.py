"""Products with a sparse matrix that never changes: its transpose, which gradients ask for, is made only once.

Sums come in the same order each time, which scattering by index does on CUDA only after sorting. cuSPARSE's may differ
from run to run where it is told to transpose (its manual, on cusparseSpMM), so the transpose is a matrix of its own.
"""

import warnings
from dataclasses import dataclass
from functools import cached_property

import torch
from scipy.sparse import csr_array
from torch import Tensor


@dataclass(frozen=True)
class Sparse:
    """A constant matrix.

    Attributes
    ----------
    matrix
        (R, K), sparse rows.
    """

    matrix: Tensor

    @cached_property
    def transposed(self) -> Tensor:
        """(K, R), sparse rows; made when the first gradient asks for it."""
        parts = self.matrix.values(), self.matrix.col_indices(), self.matrix.crow_indices()
        made = csr_array(tuple(part.cpu().numpy() for part in parts), shape=tuple(self.matrix.shape)).T.tocsr()
        rows, columns, values = map(torch.from_numpy, (made.indptr, made.indices, made.data))
        return _sparse(rows, columns, values, made.shape).to(self.matrix.device)


def in_rows(columns: Tensor, values: Tensor, width: int, device: torch.device) -> Sparse:
    """A matrix (R, ``width``) that has equally many entries in each row.

    Parameters
    ----------
    columns, values
        (R, k) where in its row each entry lies, and what it is; on the CPU.
    device
        Where it is to be.
    """
    starts = torch.arange(len(columns) + 1, dtype=torch.int32) * columns.shape[1]
    return Sparse(_sparse(starts, columns.flatten(), values.flatten(), (len(columns), width)).to(device))


def multiplies(device: torch.device) -> bool:
    """Whether torch multiplies sparse matrices on a device."""
    return device.type != "mps"


def _sparse(rows: Tensor, columns: Tensor, values: Tensor, shape: tuple[int, ...]) -> Tensor:
    """A matrix in sparse rows. Its indices have 32 bits: torch would convert others each time it multiplies."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Sparse CSR tensor support is in beta", UserWarning)
        return torch.sparse_csr_tensor(rows.int(), columns.int(), values, shape, check_invariants=False)
