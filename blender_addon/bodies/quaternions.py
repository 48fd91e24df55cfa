"""Rotations of many joints over many frames as unit quaternions, w first."""

import numpy as np


def from_axis_angle(rotations: np.ndarray) -> np.ndarray:
    """Turn axis-angle (F, ..., 3), radians, into quaternions (F, ..., 4) without sign jumps between frames."""
    angle = np.linalg.norm(rotations, axis=-1, keepdims=True)
    scale = 0.5 * np.sinc(angle / (2 * np.pi))  # sin(angle / 2) / angle, also at 0
    found = np.concatenate([np.cos(angle / 2), rotations * scale], axis=-1)
    flips = np.sum(found[1:] * found[:-1], axis=-1) < 0
    odd = np.cumsum(flips, axis=0) % 2 == 1
    signs = np.where(np.concatenate([np.zeros_like(odd[:1], shape=(1, *odd.shape[1:])), odd]), -1.0, 1.0)
    return np.asarray(found * signs[..., None])


def product(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The rotation that does ``second``, then ``first``: (..., 4) each, broadcast against each other."""
    w, v = first[..., :1], first[..., 1:]
    other, along = second[..., :1], second[..., 1:]
    real = w * other - np.sum(v * along, axis=-1, keepdims=True)
    return np.concatenate([real, w * along + other * v + np.cross(v, along)], axis=-1)


def turned(turns: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """Vectors (..., 3) under rotations (..., 4), broadcast against each other."""
    w, v = turns[..., :1], turns[..., 1:]
    across = 2 * np.cross(v, vectors)
    return np.asarray(vectors + w * across + np.cross(v, across))


def at_times(turns: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Rotations (F, J, 4) of whole frames at any times (T,) between them, counted in frames: (T, J, 4).

    Along the chord, which between frames of a recording is as good as along the arc.
    """
    before = np.clip(np.floor(times).astype(int), 0, len(turns) - 1)
    after = np.minimum(before + 1, len(turns) - 1)
    share = (times - before)[:, None, None]
    between = turns[before] * (1 - share) + turns[after] * share
    return np.asarray(between / np.linalg.norm(between, axis=-1, keepdims=True))
