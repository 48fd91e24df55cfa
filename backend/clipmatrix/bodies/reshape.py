"""Give the figure another build or stature for good: new rest vertices, and joints to match."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from .embedded import Figure


def reshaped(figure: Figure, values: Mapping[str, float]) -> Figure:
    """Return the figure with shapes and expressions applied, standing on z = 0, its joints moved along.

    Parameters
    ----------
    figure
        Its shape deltas are kept as they are: they are meant for the neutral figure.
    values
        By name of a shape or expression. A shape's value is best kept within ``shape_min`` and ``shape_max``, an
        expression's within [0, 1].

    Raises
    ------
    KeyError
        If the figure has no shape or expression of that name.
    """
    deltas = dict(zip(figure.shape_names, figure.shape_deltas, strict=True))
    deltas |= dict(zip(figure.expression_names, figure.expression_deltas, strict=True))
    vertices = figure.vertices + sum(
        (np.float32(value) * deltas[name] for name, value in values.items()), np.zeros_like(figure.vertices)
    )
    heads = joint_positions(figure, vertices)
    # The regressor's small error at the neutral is taken out, so that no shape leaves every joint where it was.
    heads += figure.joint_heads - joint_positions(figure, figure.vertices)
    ground = np.array([0.0, 0.0, vertices[:, 2].min()], np.float32)
    return replace(
        figure,
        vertices=vertices - ground,
        joint_heads=heads - ground,
        joint_tails=heads - ground + (figure.joint_tails - figure.joint_heads) * _bone_scale(figure, heads)[:, None],
    )


def joint_positions(figure: Figure, vertices: np.ndarray) -> np.ndarray:
    """Return joint heads (J, 3) of rest vertices (V, 3), as weighted means of the vertices around each joint."""
    return np.einsum("jr,jrc->jc", figure.regressor_weights, vertices[figure.regressor_vertices])


def _bone_scale(figure: Figure, heads: np.ndarray) -> np.ndarray:
    """Return by how much each joint's distance to its parent has grown, (J,); 1 for the root."""
    parents = np.maximum(figure.joint_parents, 0)
    before = np.linalg.norm(figure.joint_heads - figure.joint_heads[parents], axis=1)
    after = np.linalg.norm(heads - heads[parents], axis=1)
    return np.where(figure.joint_parents < 0, 1.0, after / np.maximum(before, 1e-9)).astype(np.float32)
