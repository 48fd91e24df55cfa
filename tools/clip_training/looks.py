"""Draws what a batch of pictures looks like: layouts, colours, finishes."""

import colorsys
from dataclasses import dataclass
from typing import Literal

import numpy as np

from .meanings import COLOURS, PAINTS, FloatArray, Framing, IntArray, Kind, Pictures

# Hue in degrees, saturation and value ranges in sRGB-encoded HSV.
_RANGES: dict[str, tuple[tuple[float, float], tuple[float, float], tuple[float, float]]] = {
    "red": ((-8, 8), (0.75, 1), (0.55, 1)),
    "green": ((95, 145), (0.55, 1), (0.4, 1)),
    "blue": ((212, 246), (0.7, 1), (0.45, 1)),
    "yellow": ((50, 62), (0.7, 1), (0.85, 1)),
    "purple": ((268, 305), (0.5, 1), (0.4, 0.85)),
    "orange": ((22, 37), (0.8, 1), (0.88, 1)),
    "black": ((0, 360), (0, 0.3), (0, 0.1)),
    "white": ((0, 360), (0, 0.04), (0.92, 1)),
    "grey": ((0, 360), (0, 0.06), (0.38, 0.66)),
    "brown": ((16, 32), (0.5, 0.85), (0.25, 0.55)),
    "pink": ((318, 350), (0.25, 0.6), (0.9, 1)),
    "cyan": ((174, 193), (0.65, 1), (0.8, 1)),
    "skin": ((12, 28), (0.25, 0.6), (0.4, 0.97)),
    "gold": ((40, 50), (0.55, 0.85), (0.75, 1)),
    "silver": ((200, 240), (0, 0.05), (0.72, 0.9)),
    "stone": ((25, 50), (0.03, 0.15), (0.4, 0.7)),
}
# The shade meant when nothing else is said, drawn often because people ask for it.
_PURE: dict[str, tuple[float, float, float]] = {
    "red": (1, 0, 0), "green": (0, 0.8, 0), "blue": (0, 0, 1), "yellow": (1, 1, 0), "purple": (0.5, 0, 0.5),
    "orange": (1, 0.5, 0), "black": (0, 0, 0), "white": (1, 1, 1), "grey": (0.5, 0.5, 0.5), "brown": (0.45, 0.25, 0.1),
    "pink": (1, 0.55, 0.75), "cyan": (0, 1, 1),
}  # fmt: skip
_PURE_SHARE = 0.25
_DRAWN = (Kind.PLAIN, Kind.ACROSS, Kind.ALONG, Kind.CHECKS, Kind.SPOTS, Kind.GARMENTS, Kind.HALVES, Kind.BLOTCHES)
CHANCES = (0.31, 0.1, 0.1, 0.1, 0.1, 0.13, 0.06, 0.1)
LATE_CHANCES = (0.16, 0.06, 0.06, 0.06, 0.06, 0.42, 0.13, 0.05)
"""Which colour is worn where is learnt last: towards the end most pictures are of clothes."""


@dataclass(frozen=True)
class Looks:
    """How B pictures are painted.

    Attributes
    ----------
    kind, first, second, finish
        As in `Pictures`.
    rgb
        (B, 4, 3) float32 sRGB-encoded: first, second, skin and shoes.
    """

    kind: IntArray
    first: IntArray
    second: IntArray
    finish: IntArray
    rgb: FloatArray


def shade(paint: str, rng: np.random.Generator) -> tuple[float, float, float]:
    """A shade of the named paint, sRGB-encoded 0..1."""
    if paint in _PURE and rng.random() < _PURE_SHARE:
        return _PURE[paint]
    hue, saturation, value = (rng.uniform(*bounds) for bounds in _RANGES[paint])
    return colorsys.hsv_to_rgb((hue / 360) % 1, saturation, value)


Pairs = Literal["training", "held-out"]


def is_held_out(first: int, second: int) -> bool:
    """Whether this unordered pair of colours is kept out of the training, to measure how new ones fare."""
    low, high = min(first, second), max(first, second)
    return (5 * low + 3 * high) % 8 == 0


def _two_colours(pairs: Pairs, rng: np.random.Generator) -> tuple[int, int]:
    while True:
        first, second = (int(colour) for colour in rng.choice(len(COLOURS), 2, replace=False))
        if is_held_out(first, second) == (pairs == "held-out"):
            return first, second


def draw_looks(
    count: int,
    body_share: float,
    rng: np.random.Generator,
    pairs: Pairs = "training",
    chances: tuple[float, ...] = CHANCES,
) -> Looks:
    """Looks for ``count`` pictures; ``body_share`` of them are grey or skin-coloured so that only the body tells."""
    kind = np.zeros(count, np.int64)
    first = np.zeros(count, np.int64)
    second = np.full(count, -1, np.int64)
    finish = (rng.random(count) < 0.3).astype(np.int64)
    rgb = np.zeros((count, 4, 3), np.float32)
    kinds = rng.choice(_DRAWN, count, p=chances)
    bare = rng.random(count) < body_share
    for i in range(count):
        if bare[i]:
            kind[i], first[i] = Kind.PLAIN, PAINTS.index("grey" if rng.random() < 0.6 else "skin")
        elif kinds[i] == Kind.PLAIN:
            kind[i] = Kind.PLAIN
            first[i] = rng.integers(len(COLOURS)) if rng.random() < 0.88 else rng.integers(len(COLOURS), len(PAINTS))
        elif kinds[i] == Kind.BLOTCHES:
            kind[i], first[i] = Kind.BLOTCHES, -1
            rgb[i] = [shade(COLOURS[colour], rng) for colour in rng.choice(len(COLOURS), 4, replace=False)]
            continue
        else:
            kind[i] = kinds[i]
            first[i], second[i] = _two_colours(pairs, rng)
        if PAINTS[first[i]] in ("gold", "silver"):
            finish[i] = 1
        elif PAINTS[first[i]] == "stone":
            finish[i] = 0
        rgb[i, 0] = shade(PAINTS[first[i]], rng)
        rgb[i, 1] = shade(PAINTS[second[i]], rng) if second[i] >= 0 else rgb[i, 0]
        rgb[i, 2] = shade("skin", rng)
        rgb[i, 3] = shade(COLOURS[rng.integers(len(COLOURS))], rng) if rng.random() < 0.6 else shade("black", rng)
    return Looks(kind, first, second, finish, rgb)


def describe(looks: Looks, view: IntArray, framing: IntArray, body: FloatArray) -> Pictures:
    """What pictures with these looks on these bodies show."""
    crop = np.isin(framing, (Framing.HEAD,)) & np.isin(looks.kind, (Kind.GARMENTS, Kind.HALVES))
    # A head alone does not show what is worn: nothing but its skin is left to say.
    kind = np.where(crop, int(Kind.PLAIN), looks.kind)
    first = np.where(crop & (looks.kind == Kind.GARMENTS), PAINTS.index("skin"), looks.first)
    return Pictures(kind, first, np.where(crop, -1, looks.second), looks.finish, view, framing, body)
