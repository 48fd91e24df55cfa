"""The geometry the optimiser moves: the character's own shape coefficients, and an offset of every point."""

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from ..character import Character
from .mesh.constraints import Constraints
from .mesh.precondition import Preconditioner, from_differential, preconditioner

REFERENCE_POINTS = 10_475
"""Points of an SMPL-X body, for which ``Settings.smoothness`` is the preconditioner's lambda (19 to 99 in the paper).

It grows with the point count, so that smoothing reaches equally far on any mesh.
"""


@dataclass(frozen=True)
class Geometry:
    """Changes of the shape and what they are added to.

    Attributes
    ----------
    surface
        The welded character, P points.
    start
        (P, 3) metres, the offsets the job starts from.
    constraints
        What may not move freely.
    size
        Diagonal of the start's bounding box, metres.
    operator
        Of the preconditioned offsets.
    free
        (F,) int64, which coefficients may move.
    start_portions
        (F,) where in its range each free coefficient stood at the start, in [0, 1].
    portions
        (F,) leaf: change of these.
    differential
        (P, 3) leaf: change of the offsets as differential coordinates, in units of ``size``.
    """

    surface: Character
    start: Tensor
    constraints: Constraints
    size: float
    operator: Preconditioner
    free: Tensor
    start_portions: Tensor
    portions: Tensor
    differential: Tensor

    def coefficients(self) -> Tensor:
        """(K,) values of all coefficients; pinned ones stay at their start."""
        start, span = self._ranges
        return self.surface.values.index_copy(0, self.free, torch.addcmul(start, self.portions, span))

    @cached_property
    def _ranges(self) -> tuple[Tensor, Tensor]:
        """(F,) each, of the free coefficients: their start; how far it is from one end of their range to the other."""
        surface, free = self.surface, self.free
        return surface.values[free], surface.high[free] - surface.low[free]

    def offsets(self) -> Tensor:
        """(P, 3) metres."""
        return self.start + self.constraints.project(self.size * from_differential(self.operator, self.differential))


def begin(surface: Character, start: Tensor, held: Constraints, smoothness: float) -> Geometry:
    """The geometry as it came.

    Parameters
    ----------
    surface
        Welded, P points.
    start
        (P, 3) metres, the offsets to start from.
    held
        What may not move freely.
    smoothness
        As in ``Settings``.
    """
    free = surface.free.nonzero()[:, 0]
    low, high = surface.low[free], surface.high[free]
    points = len(surface.vertices)
    return Geometry(
        surface=surface,
        start=start,
        constraints=held,
        size=float((surface.vertices.amax(0) - surface.vertices.amin(0)).norm()),
        operator=preconditioner(surface.triangles, points, smoothness * points / REFERENCE_POINTS),
        free=free,
        start_portions=(surface.values[free] - low) / (high - low),
        portions=torch.zeros(len(free), device=surface.device),
        differential=torch.zeros(points, 3, device=surface.device),
    )
