"""The named shapes of the embedded figure: which look of the source body each one reaches at value 1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from figure_source import Look

# anny's age runs newborn -1/3, baby 0, child 1/3, young adult 2/3, old 1; gender from 0 (male) to 1 (female).
NEUTRAL: Mapping[str, float] = {"age": 2 / 3}


@dataclass(frozen=True)
class Shape:
    """One shape: its name, the look it reaches at value 1, how far it may be pushed, and what it does to joints.

    A build ("fat", "old") keeps the joints of the neutral figure and works as a shape key in any pose; a stature
    ("tall", "child") moves them, and needs a skeleton of its own.
    """

    name: str
    phenotypes: Mapping[str, float]
    changes: Mapping[str, float]
    maximum: float
    kind: Literal["build", "stature"] = "build"


def _both(changes: Mapping[str, float]) -> dict[str, float]:
    """Write each of the source's one-sided changes for the left and the right."""
    return {f"{side}-{name}": value for name, value in changes.items() for side in ("l", "r")}


_FAT = {
    "stomach-tone-incr": -1.0,
    "stomach-pregnant-incr": 0.35,
    "measure-waist-circ-incr": 1.0,
    "measure-hips-circ-incr": 1.0,
    "measure-thigh-circ-incr": 0.8,
    "measure-calf-circ-incr": 0.5,
    "measure-upperarm-circ-incr": 1.0,
    "measure-bust-circ-incr": 0.5,
    "measure-underbust-circ-incr": 0.8,
    "measure-neck-circ-incr": 0.6,
    "head-fat-incr": 0.9,
    "neck-double-incr": 0.6,
    "buttocks-volume-incr": 0.6,
} | _both({"upperarm-fat-incr": 1.2, "lowerarm-fat-incr": 1.2, "upperleg-fat-incr": 1.0, "lowerleg-fat-incr": 1.0})

_THIN = {
    "measure-waist-circ-incr": -0.7,
    "measure-hips-circ-incr": -0.5,
    "measure-thigh-circ-incr": -0.5,
    "measure-upperarm-circ-incr": -0.8,
    "measure-underbust-circ-incr": -0.4,
    "head-fat-incr": -0.7,
    "buttocks-volume-incr": -0.6,
} | _both(
    {
        "upperarm-fat-incr": -1.0,
        "lowerarm-fat-incr": -0.8,
        "upperleg-fat-incr": -0.8,
        "lowerleg-fat-incr": -0.6,
        "cheek-volume-incr": -0.6,
    }
)

_MUSCULAR = {
    "torso-muscle-pectoral-incr": 0.8,
    "torso-muscle-dorsi-incr": 0.8,
    "torso-vshape-incr": 0.7,
    "measure-shoulder-dist-incr": 0.4,
    "measure-neck-circ-incr": 0.5,
} | _both(
    {
        "upperarm-muscle-incr": 0.8,
        "upperarm-shoulder-muscle-incr": 0.8,
        "lowerarm-muscle-incr": 0.8,
        "upperleg-muscle-incr": 0.7,
        "lowerleg-muscle-incr": 0.7,
    }
)

SHAPES: tuple[Shape, ...] = (
    Shape("fat", {"weight": 1.0, "muscle": 0.35}, _FAT, 1.5),
    Shape("thin", {"weight": 0.0, "muscle": 0.4}, _THIN, 1.2),
    Shape("muscular", {"muscle": 1.0, "weight": 0.6}, _MUSCULAR, 1.3),
    Shape("slight", {"muscle": 0.0, "weight": 0.4}, {}, 1.3),
    Shape("tall", {"height": 0.75}, {}, 1.3, "stature"),
    Shape("short", {"height": 0.25}, {}, 1.3, "stature"),
    Shape("child", {"age": 1 / 3}, {}, 1.2, "stature"),
    Shape("old", {"age": 1.0}, {"head-age-incr": 0.8}, 1.2),
    Shape("masculine", {"gender": 0.0}, {}, 1.3),
    Shape("feminine", {"gender": 1.0, "cupsize": 0.65}, {}, 1.3),
    Shape("ideal_proportions", {"proportions": 0.0}, {}, 1.5),
    Shape("uncommon_proportions", {"proportions": 1.0}, {}, 1.5),
)


def neutral_look() -> Look:
    """Return the look of the figure with every shape at 0: an adult between all extremes."""
    return Look(NEUTRAL, {}, {})


def shape_look(shape: Shape) -> Look:
    """Return the look of the figure with one shape at 1."""
    return Look({**NEUTRAL, **shape.phenotypes}, shape.changes, {})


def expression_look(action: str) -> Look:
    """Return the neutral look with one face action at 1."""
    return Look(NEUTRAL, {}, {action: 1.0})
