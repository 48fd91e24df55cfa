"""Seams in the vertex list closed: vertices that always coincide become one point.

Importers split a mesh along UV seams and sharp edges. Offsets that are free to differ on both sides would tear it
open, and the renderer would see a silhouette along every such seam.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from .character import Character

SAME_WEIGHT = 1e-4
"""Weights that differ by less are one: painting and normalising leave the two sides of a seam a last bit apart."""


@dataclass(frozen=True)
class Weld:
    """Which vertices are the same point.

    Attributes
    ----------
    point_of
        (V,) int64, the point each vertex belongs to.
    vertex_of
        (P,) int64, one vertex of each point.
    """

    point_of: Tensor
    vertex_of: Tensor


def weld(character: Character, offsets: Tensor) -> tuple[Character, Weld]:
    """Join vertices that coincide in every shape and every pose.

    Parameters
    ----------
    offsets
        (V, 3) metres, those the character starts from.

    Returns
    -------
    Character
        The same surface over P <= V points; triangles keep their order, ``parts`` is empty.
    Weld
        How to come from points to vertices and back.
    """
    joints, weights = _in_order(character)
    columns = [character.vertices, offsets, *character.deltas, joints]
    leader, group = _alike(columns)
    apart = (weights - weights[leader[group]]).abs().amax(dim=1, keepdim=True) >= SAME_WEIGHT
    first, inverse = _alike([torch.tensor(group)[:, None], torch.where(apart, weights + 1, 0.0)])
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    device = character.device
    joined = Weld(torch.tensor(rank[inverse], device=device), torch.tensor(first[order], device=device))
    keep = joined.vertex_of
    surface = replace(
        character,
        vertices=character.vertices[keep],
        triangles=joined.point_of[character.triangles],
        joints=character.joints[keep],
        weights=character.weights[keep],
        deltas=character.deltas[:, keep],
        parts=(),
    )
    return surface, joined


def _alike(columns: list[Tensor]) -> tuple[np.ndarray, np.ndarray]:
    """Find equal rows of columns (V, ...) side by side: where each kind comes first, and the kind of each row."""
    rows = np.concatenate([column.detach().cpu().numpy().astype(np.float64) for column in columns], axis=1)
    rows = np.ascontiguousarray(rows + 0.0)  # -0.0 becomes 0.0, so that equal numbers are equal bytes
    keys = rows.view(np.dtype((np.void, rows.shape[1] * rows.itemsize))).ravel()
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    return first, inverse


def _in_order(character: Character) -> tuple[Tensor, Tensor]:
    """Joints and weights (V, I) on the CPU, sorted by joint: Blender lists a vertex' groups as they were assigned."""
    joints = torch.where(character.weights > 0, character.joints, -1).cpu()
    joints, order = joints.sort(dim=1, stable=True)
    return joints, character.weights.cpu().gather(1, order)
