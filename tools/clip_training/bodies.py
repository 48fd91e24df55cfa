"""Draws bodies and poses for training pictures."""

import numpy as np
from clipmatrix.bodies import Figure, Motion
from clipmatrix.bodies.poses import random_pose

from .meanings import AXES, FloatArray

# Which way along each axis of `AXES` a shape of the figure lies.
_SHAPES: dict[str, tuple[str, str]] = {
    "weight": ("thin", "fat"), "muscle": ("slight", "muscular"), "height": ("short", "tall"), "age": ("child", "old"),
    "gender": ("feminine", "masculine"),
}  # fmt: skip


def draw_body(rng: np.random.Generator) -> FloatArray:
    """A body's place along `AXES`, each in -1..1: ordinary, extreme in one way, or a mixture."""
    values = rng.uniform(-0.12, 0.12, len(AXES))
    chance = rng.random()
    if chance < 0.45:
        axis = rng.choice(len(AXES), p=(0.4, 0.16, 0.16, 0.16, 0.12))
        values[axis] = rng.choice((-1, 1)) * rng.uniform(0.45, 1.0) ** 0.6
    elif chance < 0.85:
        chosen = rng.random(len(AXES)) < 0.45
        values = np.where(chosen, np.clip(rng.normal(0, 0.6, len(AXES)), -1, 1), values)
    return values.astype(np.float32)


def shape_values(figure: Figure, body: FloatArray) -> dict[str, float]:
    """The figure's shape values for a place along `AXES`; 1 is as far as the shape stays clean."""
    values = {}
    for value, axis in zip(body, AXES, strict=True):
        name = _SHAPES[axis][int(value > 0)]
        values[name] = float(abs(value) * figure.shape_max[figure.shape_names.index(name)])
    return values


def draw_pose(motions: tuple[tuple[float, Motion], ...], rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """One frame: rotations (1, 55, 3) and translation (1, 3)."""
    chances = np.array([chance for chance, _ in motions])
    choice = int(rng.choice(len(motions) + 1, p=[*chances, 1 - chances.sum()]))
    motion = motions[choice][1] if choice < len(motions) else random_pose(rng)
    frame = int(rng.integers(len(motion.rotations)))
    return motion.rotations[frame : frame + 1], motion.translation[frame : frame + 1]
