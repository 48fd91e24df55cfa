"""How far a shape is strained against another one of the same mesh: edges that grow or shrink, faces that crease.

Offsets are compared with the shape without them, so that the shape basis may change the body as it likes. Gradients are
worked out together with the terms, by hand: as a graph they would be three times as many operations.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ..sparse import Sparse, in_rows, multiplies
from .edges import Edges

SHORTEST = 1e-4
"""Edges of the reference shorter than this share of its mean say nothing: they have no length to be compared with."""

TINY = 1e-15
"""Shorter edges, in metres, and smaller triangles, in square metres, point nowhere."""


@dataclass(frozen=True)
class Differences:
    """What R pairs have at their second item less what they have at their first, of K items.

    Attributes
    ----------
    pairs
        (R, 2) int64.
    matrix
        (R, K), -1 and 1 in each row; None where the device multiplies none.
    """

    pairs: Tensor
    matrix: Sparse | None

    def of(self, values: Tensor) -> Tensor:
        """Differences (R, C) of values (K, C)."""
        if self.matrix is not None:
            return self.matrix.matrix @ values
        first, second = self.pairs.unbind(dim=1)
        return values.index_select(0, second) - values.index_select(0, first)

    def back(self, gradient: Tensor, values: int) -> Tensor:
        """Take gradients (R, C) back to so many values: (K, C)."""
        if self.matrix is not None:
            return self.matrix.transposed @ gradient
        first, second = self.pairs.unbind(dim=1)
        total = gradient.new_zeros(values, gradient.shape[1])
        return total.index_add_(0, second, gradient).index_add_(0, first, gradient, alpha=-1)


def differences(pairs: Tensor, items: int) -> Differences:
    """Lay pairs (R, 2) of so many items out for products, where the device knows sparse ones."""
    if not multiplies(pairs.device):
        return Differences(pairs, None)
    signs = torch.tensor([-1.0, 1.0]).expand(len(pairs), 2)
    return Differences(pairs, in_rows(pairs.cpu(), signs, items, pairs.device))


@dataclass(frozen=True)
class Fabric:
    """What of a mesh is strained.

    Attributes
    ----------
    edges, triangles
        E and T, how many there are.
    sides
        (E + 2 T) pairs of vertices: each edge; from the first corner of each triangle to the second; to the third.
    neighbours
        (F) pairs of triangles at one edge.
    """

    edges: int
    triangles: int
    sides: Differences
    neighbours: Differences


def fabric(triangles: Tensor, edges: Edges, vertices: int) -> Fabric:
    """Lay out what is strained of so many vertices: triangles (T, 3), their edges."""
    sides = torch.cat([edges.ends, triangles[:, [0, 1]], triangles[:, [0, 2]]])
    pairs = differences(sides, vertices), differences(edges.faces, len(triangles))
    return Fabric(len(edges.ends), len(triangles), *pairs)


def strain(vertices: Tensor, reference: Tensor, fabric: Fabric, stretch: float, crease: float) -> Tensor:
    """Price how shapes differ; free of units.

    Parameters
    ----------
    vertices, reference
        (V, 3) each; the second is a constant to the gradient.
    fabric
        Of their mesh.
    stretch
        Price of the mean squared relative change of edges' lengths.
    crease
        Price of the mean squared change of the cosine between neighbouring faces' normals (normal consistency).

    Returns
    -------
    Tensor
        Scalar.
    """
    price: Tensor = _Strain.apply(vertices, reference, fabric, stretch, crease)
    return price


class _Strain(torch.autograd.Function):
    """Both shapes go through every operation side by side."""

    @staticmethod
    def forward(ctx: Any, vertices: Tensor, reference: Tensor, fabric: Fabric, stretch: float, crease: float) -> Tensor:
        sides = fabric.sides.of(torch.cat([vertices, reference], dim=1)).unflatten(1, (2, 3))
        edges, along, across = sides.split([fabric.edges, fabric.triangles, fabric.triangles])
        stretched, to_edges = _stretch(edges)
        creased, to_along, to_across = _crease(along, across, fabric)
        gradient = torch.cat([stretch * to_edges, crease * to_along, crease * to_across])
        ctx.save_for_backward(fabric.sides.back(gradient, len(vertices)))
        return stretch * stretched + crease * creased

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        (gradient,) = ctx.saved_tensors
        return gradients[0] * gradient, None, None, None, None


def _stretch(edges: Tensor) -> tuple[Tensor, Tensor]:
    """Mean squared relative change of edges (E, 2, 3) from the second shape to the first, and its gradient (E, 3)."""
    lengths = torch.linalg.vector_norm(edges, dim=2)
    now, start = lengths.split(1, dim=1)
    known = start > SHORTEST * start.mean()
    change = now - start
    weighted = change * known / start.clamp_min(TINY).square() / known.sum().clamp_min(1)
    return (weighted * change).sum(), 2 * weighted / now.clamp_min(TINY) * edges[:, 0]


def _crease(along: Tensor, across: Tensor, fabric: Fabric) -> tuple[Tensor, Tensor, Tensor]:
    """Mean squared change of the cosine between neighbours' normals, and its gradients by two sides of triangles.

    The sides are (T, 2, 3), the gradients (T, 3). The cosine of unit vectors is 1 - |a - b|^2 / 2, which is more exact
    than their product where they hardly differ.
    """
    normals = torch.linalg.cross(along, across)
    lengths = torch.linalg.vector_norm(normals, dim=2, keepdim=True)
    lengths = lengths.masked_fill(lengths < TINY, torch.inf)  # no normal, and no gradient
    normals = normals / lengths
    turns = fabric.neighbours.of(normals.flatten(1)).unflatten(1, (2, 3))
    now, start = torch.linalg.vecdot(turns, turns).split(1, dim=1)
    change = (start - now) / 2
    each = 1 / max(len(change), 1)  # a mesh may have no edge with two faces
    to_units = fabric.neighbours.back(-2 * each * change * turns[:, 0], fabric.triangles)
    unit = normals[:, 0]
    to_normals = (to_units - torch.linalg.vecdot(unit, to_units)[:, None] * unit) / lengths[:, 0]
    to_along, to_across = torch.linalg.cross(across[:, 0], to_normals), torch.linalg.cross(to_normals, along[:, 0])
    return each * change.square().sum(), to_along, to_across
