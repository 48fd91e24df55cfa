"""How displacements follow the Basis they lie on: they move with it, and are scaled and turned with the whole of it."""

from __future__ import annotations

import numpy as np

EXACT = 1e-4
"""How far vertices may lie from where a scaled or turned mesh has them, relative to its size."""


def turned(then: np.ndarray, now: np.ndarray) -> np.ndarray:
    """What has become of the directions of a mesh that was scaled, turned or mirrored as a whole, as Apply Scale does.

    Parameters
    ----------
    then, now
        (V * 3,) where its vertices were and are, object space.

    Returns
    -------
    (3, 3) float64
        Exactly the identity where vertices were moved in any other way, or not at all.
    """
    before, after = (_centred(flat) for flat in (then, now))
    near = EXACT * float(max(np.abs(before).max(initial=0), np.abs(after).max(initial=0)))
    if not np.abs(after - before).max(initial=0) > near:  # also where something is no number
        return np.eye(3)
    change, _, _, sizes = np.linalg.lstsq(before, after - before, rcond=EXACT)
    if np.abs(before @ change - (after - before)).max() > near:
        return np.eye(3)
    found = np.eye(3) + change.T
    return _with_normal(found, before) if sizes[2] <= EXACT * sizes[0] else found


def carried(points: np.ndarray, then: np.ndarray, now: np.ndarray) -> np.ndarray:
    """Where points, (V * 3,), which lay on the Basis ``then``, lie on the Basis ``now``; the same where it is."""
    change = turned(then, now)
    if np.array_equal(change, np.eye(3)):
        return np.asarray(points + (now - then))  # bit for bit the points unless the Basis was edited
    moved = (points - then).reshape(-1, 3) @ change.T
    return np.asarray(now + moved.reshape(-1).astype(np.float32))


def _centred(flat: np.ndarray) -> np.ndarray:
    places = flat.reshape(-1, 3).astype(np.float64)
    return np.asarray(places - places.mean(axis=0))


def _with_normal(change: np.ndarray, flat: np.ndarray) -> np.ndarray:
    """A flat mesh says nothing of its normal: that turns with the plane, and is scaled as lengths in it are."""
    _, _, axes = np.linalg.svd(flat, full_matrices=False)
    normal = np.cross(axes[0], axes[1])
    image = np.cross(change @ axes[0], change @ axes[1])
    image /= np.sqrt(max(float(np.linalg.norm(image)), 1e-30))
    return np.asarray(change + np.outer(image - change @ normal, normal))
