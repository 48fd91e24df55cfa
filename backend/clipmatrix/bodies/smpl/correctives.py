"""What poses add to a body's shape: SMPL's pose blend shapes (Loper et al. 2015, eq. 9), for the poses asked about.

A rig of bones alone thins elbows and knees; the models learnt from scans what to add there for each pose. All of it
would be 9 shapes a joint, 61 MB for SMPL-X: so Blender asks for the poses it has.
"""

from bisect import bisect_left

import clipmatrix_protocol as protocol
import numpy as np

from ...errors import JobError
from ..kinematics import from_smplx, rotation_matrices, to_smplx
from .load import Model

MOST_FRAMES = 1000
"""More poses in one question are refused."""

TOLERANCE = 2e-4
"""Metres by which a frame of several may differ from the model, per coordinate; smaller ones cost many shape keys."""

NOTHING = 1e-7
"""Metres; less is no correction at all."""


def correctives(model: Model, rotations: np.ndarray) -> protocol.Correctives:
    """Work out the correctives of poses.

    Parameters
    ----------
    rotations
        (F, J, 3) axis-angle in radians, Blender's axes, as in ``CorrectivesRequest``.

    Raises
    ------
    JobError
        ``bad_request`` if they are of another number of joints, or too many.
    """
    joints, vertices = len(model.kind.joints), len(model.template)
    if rotations.shape[1:] != (joints, 3):
        raise JobError(
            "bad_request",
            f"The poses are of {rotations.shape[1]} joints where {model.kind.name} has {joints}.",
            "Add the body again from this file.",
        )
    if len(rotations) > MOST_FRAMES:
        raise JobError(
            "bad_request",
            f"{len(rotations)} frames are too many for pose correctives.",
            f"Use an Action of at most {MOST_FRAMES} frames, or the current pose.",
        )
    turned = rotation_matrices(to_smplx(rotations[:, 1:].astype(np.float64))) - np.eye(3)
    added = turned.reshape(len(rotations), -1).astype(np.float32) @ model.pose_basis
    moved = np.asarray(from_smplx(added.reshape(-1, vertices, 3)), np.float32)
    shapes, weights = compress(moved.reshape(len(rotations), -1), TOLERANCE)
    return protocol.Correctives(shapes.reshape(-1, vertices, 3), weights)


def compress(frames: np.ndarray, tolerance: float) -> tuple[np.ndarray, np.ndarray]:
    """Write frames (F, N) as few shapes (R, N) times weights (F, R) in [0, 1], to within ``tolerance`` per element.

    The shapes are the frames' principal ones, without a mean, so that one frame is one shape with weight 1. What they
    have of negative weights is moved into one shape more, which is always there.
    """
    _, axes = np.linalg.eigh((frames @ frames.T).astype(np.float64))
    weights = axes[:, ::-1]  # eigh sorts the smallest first
    largest = np.take_along_axis(weights, np.abs(weights).argmax(axis=0, keepdims=True), axis=0)
    weights = weights * np.sign(largest)  # eigh leaves the signs to chance
    shapes = weights.T.astype(np.float32) @ frames
    if np.abs(frames).max(initial=0.0) <= NOTHING:
        needed = 0
    else:
        needed = 1 + bisect_left(
            range(1, len(frames)), True, key=lambda count: _error(frames, shapes, weights, count) <= tolerance
        )
    return _without_negatives(shapes[:needed].astype(np.float64), weights[:, :needed])


def _error(frames: np.ndarray, shapes: np.ndarray, weights: np.ndarray, count: int) -> float:
    """How far any element is off with the first ``count`` shapes alone."""
    return float(np.abs(frames - weights[:, :count].astype(np.float32) @ shapes[:count]).max())


def _without_negatives(shapes: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Shift and scale weights (F, R) into [0, 1]; what the shift takes from every frame becomes a shape of its own."""
    lowest = np.minimum(weights.min(axis=0, initial=0.0), 0.0)
    span = np.maximum((weights - lowest).max(axis=0, initial=0.0), 1e-12)
    scaled, shifted = shapes * span[:, None], (weights - lowest) / span
    if lowest.any():
        scaled = np.concatenate([(lowest @ shapes)[None], scaled])
        shifted = np.concatenate([np.ones((len(weights), 1)), shifted], axis=1)
    return scaled.astype(np.float32), np.clip(shifted, 0, 1).astype(np.float32)
