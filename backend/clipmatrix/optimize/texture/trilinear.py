"""Looking grids up at places that never move: a sparse matrix, made once, instead of sampling anew in each step.

Values equal those of ``grid_sample`` with corners aligned and the border repeated; the gradient is a product with the
transposed matrix, so that it is exact, repeatable and several times faster than scattering.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import torch
from torch import Tensor

from ..sparse import Sparse, in_rows


@dataclass(frozen=True)
class Trilinear:
    """Weights of the nodes of some grids at R places.

    Attributes
    ----------
    nodes
        Along a side of each grid.
    weights
        (R, K); K is the sum of nodes^3. Eight weights for each place and grid.
    """

    nodes: tuple[int, ...]
    weights: Sparse

    def __call__(self, grids: Sequence[Tensor]) -> Tensor:
        """Look grids (C, n, n, n) along z, y, x up, and add up what is found: (C, R), differentiable."""
        found: Tensor = _Product.apply(torch.cat([grid.flatten(1) for grid in grids], dim=1), self.weights)
        return found


def trilinear(places: Tensor, *nodes: int) -> Trilinear:
    """Work the weights out for places (..., 3), x, y, z in [-1, 1] over the nodes' cube, in grids of so many nodes."""
    planes = _side_by_side(places.reshape(-1, 3).cpu().float()).clamp(-1, 1)
    starts = [sum(before**3 for before in nodes[:index]) for index in range(len(nodes))]
    each = [_nearest(planes, count, start) for count, start in zip(nodes, starts, strict=True)]
    columns, values = (torch.cat(parts, dim=1) for parts in zip(*each, strict=True))
    return Trilinear(nodes, in_rows(columns, values, sum(count**3 for count in nodes), places.device))


def own_places(nodes: int) -> Tensor:
    """Where the nodes of a grid themselves lie: (nodes^3, 3), in their order."""
    axis = torch.linspace(-1, 1, nodes)
    return torch.stack(torch.meshgrid(axis, axis, axis, indexing="ij"), dim=-1).flip(-1).reshape(-1, 3)


def _nearest(places: Tensor, nodes: int, start: int) -> tuple[Tensor, Tensor]:
    """The eight nodes around places (3, R), counted from ``start``, and their weights: (R, 8) each."""
    steps = (places + 1) * ((nodes - 1) / 2)
    cell = steps.floor().clamp(0, max(nodes - 2, 0))
    beyond = steps - cell
    x, y, z = cell.int()
    first = (z * nodes + y) * nodes + x
    corners = list(product((0, 1), repeat=3))  # along z, y, x, so that a place's nodes come in their order
    further = [(up * nodes + back) * nodes + right for up, back, right in corners]
    near_x, near_y, near_z = zip(1 - beyond, beyond, strict=True)
    values = torch.stack([near_z[up] * near_y[back] * near_x[right] for up, back, right in corners])
    columns = first[:, None] + torch.tensor(further, dtype=torch.int32)
    # A grid of one node has none beyond it: they weigh nothing.
    return columns.clamp_max_(nodes**3 - 1).add_(start), _texel_by_texel(values)


class _Product(torch.autograd.Function):
    """A sparse matrix (R, K) times values (C, K), planar: (C, R). Its transpose serves for the gradient."""

    @staticmethod
    def forward(ctx: Any, values: Tensor, weights: Sparse) -> Tensor:
        ctx.weights = weights
        return _side_by_side(weights.matrix @ _texel_by_texel(values))

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        return _side_by_side(ctx.weights.transposed @ _texel_by_texel(gradient)), None


def _texel_by_texel(planes: Tensor) -> Tensor:
    """Turn planes (C, R) into rows (R, C). As a change of layout torch does it in a quarter of the usual time."""
    return planes[None, :, None].contiguous(memory_format=torch.channels_last)[0, :, 0].t()


def _side_by_side(rows: Tensor) -> Tensor:
    """Turn rows (R, C) into planes (C, R); see :func:`_texel_by_texel`."""
    return rows[None, None].permute(0, 3, 1, 2).contiguous()[0, :, 0]
