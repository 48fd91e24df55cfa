"""Where the second colour of a pattern or garment lies on the body."""

import numpy as np
import torch
from torch import Tensor

from .gbuffers import REGIONS
from .meanings import IntArray, Kind

_EDGE = 0.012
"""Half the width of a pattern's soft edge, metres."""
_WAIST = (0.93, 1.06)
"""Heights on the neutral figure, metres, between which trousers end."""


def _uniform(shape: tuple[int, ...], low: float, high: float) -> Tensor:
    return torch.empty(shape).uniform_(low, high)


def _wave(coordinate: Tensor, period: Tensor) -> Tensor:
    """Soft square wave in 0..1 along a coordinate (metres), random phase and duty."""
    shape = period.shape
    phase = (coordinate / period + torch.rand(shape)) % 1.0
    distance = (phase - 0.5).abs() * period
    return ((_uniform(shape, 0.2, 0.3) * period - distance) / (2 * _EDGE) + 0.5).clamp(0, 1)


def _coordinates(positions: Tensor, regions: Tensor) -> tuple[Tensor, Tensor]:
    """Coordinates (N, 1, S, S) along and around the limbs; for half of the pictures simply up and across the body."""
    x, y, z = positions.split(1, dim=1)
    arms = regions[:, 2:5].sum(dim=1, keepdim=True) * (torch.rand(len(x), 1, 1, 1) < 0.6)
    along = z + (x.abs() - z) * (arms > 0.5)
    across = x + (z - x) * (arms > 0.5) + y * torch.sign(torch.rand(len(x), 1, 1, 1) - 0.3)
    return along, across


def _stripes(kind: int, positions: Tensor, regions: Tensor) -> Tensor:
    along, across = _coordinates(positions, regions)
    shape = (len(positions), 1, 1, 1)
    period = _uniform(shape, 0.14, 0.42)
    if kind == Kind.ACROSS:
        return _wave(along, period)
    if kind == Kind.ALONG:
        return _wave(across, period * 0.8)
    one, other = _wave(along, period), _wave(across, period * _uniform(shape, 0.8, 1.2))
    return one + other - 2 * one * other


def _spots(positions: Tensor) -> Tensor:
    shape = (len(positions), 1, 1, 1)
    cell = _uniform(shape, 0.15, 0.32)
    place = positions / cell + torch.rand(len(positions), 3, 1, 1)
    rows = place[:, 2:].floor()
    place = place + torch.cat([0.5 * (rows % 2), 0.35 * (rows % 3), torch.zeros_like(rows)], dim=1)
    distance = (place % 1.0 - 0.5).square().sum(dim=1, keepdim=True).sqrt() * cell
    return ((_uniform(shape, 0.3, 0.45) * cell - distance) / (2 * _EDGE) + 0.5).clamp(0, 1)


def _garments(positions: Tensor, regions: Tensor) -> Tensor:
    """Shares (N, 4, S, S) of top, bottom, skin, shoes."""
    shape = (len(positions), 1, 1, 1)
    share = dict(zip(REGIONS, regions.split(1, dim=1), strict=True))
    above = ((positions[:, 2:] - _uniform(shape, *_WAIST)) / (2 * _EDGE) + 0.5).clamp(0, 1)
    sleeves = _uniform(shape, 0, 1)
    top = share["torso"] * above + share["upper_arms"] * (sleeves > 0.1) + share["forearms"] * (sleeves > 0.45)
    short = 1 - ((positions[:, 2:] - 0.45).abs() < 0.2) * (torch.rand(shape) < 0.12).float() * (positions[:, 2:] < 0.55)
    bottom = (share["legs"] + share["torso"] * (1 - above)) * short
    shoes = share["feet"] * (torch.rand(shape) < 0.75)
    return torch.cat([top, bottom, (1 - top - bottom - shoes).clamp(min=0), shoes], dim=1)


def _halves(positions: Tensor) -> Tensor:
    middle = _uniform((len(positions), 1, 1, 1), 0.85, 1.1)
    return ((middle - positions[:, 2:]) / (2 * _EDGE) + 0.5).clamp(0, 1)


def _blotches(positions: Tensor) -> Tensor:
    """Shares (N, 4, S, S) of four colours in large and small patches: sums of waves through the body."""
    count, waves = len(positions), 5
    frequency = torch.randn(count, 4 * waves, 3) * _uniform((count, 4 * waves, 1), 1.5, 16.0)
    phase = 2 * torch.pi * torch.rand(count, 4 * waves, 1, 1)
    fields = torch.sin(torch.einsum("bkc,bchw->bkhw", frequency, positions) + phase)
    level = fields.unflatten(1, (4, waves)).mean(dim=2) + _uniform((count, 4, 1, 1), -0.4, 0.4)
    return torch.softmax(_uniform((count, 1, 1, 1), 6, 30) * level, dim=1)


def layout(kind: IntArray, positions: Tensor, regions: Tensor) -> Tensor:
    """How much of each of a look's four colours every pixel has.

    Parameters
    ----------
    kind
        (N,) of `Kind`.
    positions, regions
        (N, 3, S, S) metres on the neutral figure; (N, 7, S, S) shares.

    Returns
    -------
    (N, 4, S, S): first, second, skin, shoes; sums to one.
    """
    shares = torch.zeros(len(kind), 4, *positions.shape[2:])
    shares[:, 0] = 1
    for value in np.unique(kind):
        if value == Kind.PLAIN:
            continue
        chosen = torch.from_numpy(np.flatnonzero(kind == value))
        places, parts = positions[chosen], regions[chosen]
        if value in (Kind.GARMENTS, Kind.BLOTCHES):
            shares[chosen] = _garments(places, parts) if value == Kind.GARMENTS else _blotches(places)
            continue
        second = (
            _spots(places) if value == Kind.SPOTS
            else _halves(places) if value == Kind.HALVES
            else _stripes(int(value), places, parts)
        )  # fmt: skip
        shares[chosen, 1:2] = second
        shares[chosen, 0:1] = 1 - second
    return shares
