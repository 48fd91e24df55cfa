"""What holds a result: locked regions stay exactly as they are, mirrored offsets stay mirrored."""

from dataclasses import dataclass, replace
from functools import cached_property

import clipmatrix_protocol as protocol
import numpy as np
import torch
from scipy.spatial import cKDTree
from torch import Tensor

from ...character import Character, Weld

MIRROR_TOLERANCE = 1e-3
"""How far a point may lie from the mirror image of its partner, as a share of the character's size."""


@dataclass(frozen=True)
class Constraints:
    """On P points.

    Attributes
    ----------
    locked
        (P,) in [0, 1]: 1 stays exactly where it is.
    partner
        (P,) int64, the point across x = 0, where offsets are mirrored; a point without one is its own, and then moves
        freely. None where they are not mirrored.
    sign
        (P, 3): what a displacement is multiplied by on its way across.
    """

    locked: Tensor
    partner: Tensor | None
    sign: Tensor

    @property
    def mirrored(self) -> float:
        """Share of the points whose offsets are mirrored, those in the middle among them; 1 where none should be."""
        if self.partner is None:
            return 1.0
        own = self.partner == torch.arange(len(self.partner), device=self.partner.device)
        return float((~own | (self.sign[:, 0] < 0)).float().mean())

    @cached_property
    def freedom(self) -> Tensor | None:
        """(P, 1) in [0, 1], share of a displacement that a point follows; None where all points follow all of it."""
        return (1 - self.locked)[:, None] if bool(self.locked.any()) else None

    def project(self, displacement: Tensor) -> Tensor:
        """Bring a displacement (P, 3) to what is allowed; differentiable."""
        if self.partner is not None:
            displacement = (displacement + self.sign * displacement[self.partner]) / 2
        return displacement if self.freedom is None else displacement * self.freedom


def region_weights(message: protocol.Character, joined: Weld) -> dict[str, Tensor]:
    """Weights (P,) of a character's regions on the points of its welded surface, by name."""
    return {
        region.name: torch.tensor(np.concatenate(region.weights)).to(joined.vertex_of.device)[joined.vertex_of]
        for region in message.regions
    }


def constraints(start: Tensor, brief: protocol.Brief, regions: dict[str, Tensor]) -> Constraints:
    """Work out what a brief holds of a shape (P, 3)."""
    locked = torch.zeros(len(start), device=start.device)
    for name in brief.locked:
        locked = torch.maximum(locked, regions[name])
    if not brief.settings.mirror:
        return Constraints(locked, None, torch.ones_like(start))
    partner = _partners(start.cpu().numpy())
    across = torch.tensor(partner, device=start.device)
    own = across == torch.arange(len(start), device=start.device)
    middle = start[:, 0].abs() <= MIRROR_TOLERANCE * float((start.amax(0) - start.amin(0)).norm())
    sign = torch.where((own & ~middle)[:, None], 1.0, torch.tensor([-1.0, 1.0, 1.0], device=start.device))
    return Constraints(torch.maximum(locked, locked[across]), across, sign)


def pin(surface: Character, locked: Tensor) -> Character:
    """Pin the coefficients whose shapes would move a locked point."""
    moves = (surface.deltas[:, locked >= 1].abs() > 0).flatten(1).any(dim=1)
    return replace(
        surface,
        low=torch.where(moves, surface.values, surface.low),
        high=torch.where(moves, surface.values, surface.high),
    )


def _partners(points: np.ndarray) -> np.ndarray:
    """Find the mutual nearest point across x = 0 for each of (P, 3), itself where there is none near: (P,)."""
    size = float(np.linalg.norm(points.max(0) - points.min(0)))
    tree = cKDTree(points)
    distance, nearest = tree.query(points * [-1, 1, 1])
    itself = np.arange(len(points))
    mutual = (nearest[nearest] == itself) & (distance <= MIRROR_TOLERANCE * size)
    return np.where(mutual, nearest, itself).astype(np.int64)
