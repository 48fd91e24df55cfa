"""Make the figure's arrays small: limit and quantise skin weights, shape deltas and expressions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from figure_source import Floats
from numpy.typing import NDArray

SHAPE_STEP = 1e-4  # metres; a tenth of a millimetre, far below what a render shows
EXPRESSION_THRESHOLD = 5e-5  # metres; vertices an expression moves less are left out


def limit_weights(weights: Floats, most: int) -> Floats:
    """Keep the `most` largest weights of each row (V, J) and make rows sum to 1 again."""
    kept = weights.copy()
    np.put_along_axis(kept, np.argsort(-kept, axis=1, kind="stable")[:, most:], 0.0, axis=1)
    return kept / kept.sum(axis=1, keepdims=True)


def pack_weights(weights: Floats, most: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return joint indices and weights in 255ths, both (V, most) uint8; each row of weights sums to exactly 255."""
    joints = np.argsort(-weights, axis=1, kind="stable")[:, :most]
    exact = np.take_along_axis(weights, joints, axis=1) * 255.0
    whole = np.floor(exact).astype(np.int64)
    missing = 255 - whole.sum(axis=1)
    # Largest remainders get the missing units, so that no row loses or gains weight.
    rank = np.argsort(np.argsort(-(exact - whole), axis=1, kind="stable"), axis=1, kind="stable")
    whole += rank < missing[:, None]
    joints[whole == 0] = 0
    return joints.astype(np.uint8), whole.astype(np.uint8)


def pack_shapes(deltas: Floats) -> tuple[NDArray[np.int16], NDArray[np.float32]]:
    """Return deltas (K, V, 3) in int16 steps and the step of each shape in metres (K,)."""
    return np.rint(deltas / SHAPE_STEP).astype(np.int16), np.full(len(deltas), SHAPE_STEP, np.float32)


def pack_expressions(deltas: Floats) -> dict[str, NDArray[np.generic]]:
    """Keep of expressions (E, V, 3) what moves: counts and steps (E,), vertices (N,), int8 deltas (N, 3)."""
    counts, vertices, steps, packed = [], [], [], []
    for delta in deltas:
        moved = np.flatnonzero(np.abs(delta).max(axis=1) > EXPRESSION_THRESHOLD)
        step = max(float(np.abs(delta).max()) / 127.0, 1e-9)
        counts.append(len(moved))
        vertices.append(moved)
        steps.append(step)
        packed.append(np.rint(delta[moved] / step))
    return {
        "expression_counts": np.array(counts, np.int32),
        "expression_vertices": np.concatenate(vertices).astype(np.uint16),
        "expression_deltas": np.concatenate(packed).astype(np.int8),
        "expression_steps": np.array(steps, np.float32),
    }


def spread_out(points: Floats, count: int) -> NDArray[np.int64]:
    """Return the indices of `count` points far apart from each other (farthest-point sampling)."""
    chosen = [0]
    distance = np.linalg.norm(points - points[0], axis=1)
    while len(chosen) < min(count, len(points)):
        chosen.append(int(distance.argmax()))
        distance = np.minimum(distance, np.linalg.norm(points - points[chosen[-1]], axis=1))
    return np.array(chosen)


def fit_regressor(bodies: Sequence[Floats], heads: Sequence[Floats], near: int, candidates: int) -> tuple[Floats, ...]:
    """Fit each joint's head as a weighted mean of a few vertices around it, over many bodies.

    Parameters
    ----------
    bodies, heads : sequences of (V, 3) and (J, 3) float64
        Training bodies; the first one decides which vertices are near a joint.
    near, candidates : int
        How many nearest vertices are considered, and how many of those, spread out, are used.

    Returns
    -------
    vertices (J, candidates) int64, weights (J, candidates) float64
        Non-negative weights, rows sum to 1 (as in SMPL's joint regressor).
    """
    from scipy.optimize import nnls

    stacked, targets = np.stack(bodies), np.stack(heads)
    indices, weights = [], []
    for joint in range(targets.shape[1]):
        close = np.argsort(np.linalg.norm(stacked[0] - targets[0, joint], axis=1), kind="stable")[:near]
        chosen = close[spread_out(stacked[0][close], candidates)]
        rows = stacked[:, chosen].transpose(0, 2, 1).reshape(-1, len(chosen))
        anchor = 100.0 * np.ones((1, len(chosen)))  # one strong extra row: the weights sum to 1
        solution, _ = nnls(np.concatenate([rows, anchor]), np.append(targets[:, joint].ravel(), 100.0))
        indices.append(chosen)
        weights.append(solution / solution.sum())
    return np.stack(indices), np.stack(weights)
