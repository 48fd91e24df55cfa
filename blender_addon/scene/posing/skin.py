"""Vertex groups to padded joint weights, normalised as Blender's Armature modifier does it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import bpy
import numpy as np

from ..keys import mesh_of

SMALLEST_SUM = 1e-4
"""A vertex whose bones' weights add up to less is not moved (Blender: ``contrib_threshold``)."""


@dataclass(frozen=True, eq=False)
class Skin:
    """Who moves each vertex.

    Attributes
    ----------
    joints, weights
        (V, I) int32 into whatever ``bones`` mapped to, -1 for nobody (stays put); (V, I) float64, sum 1 per row.
    """

    joints: np.ndarray
    weights: np.ndarray


def read_skin(thing: bpy.types.Object, bones: Mapping[str, int], mask: np.ndarray | None) -> Skin:
    """The weights of an object's vertices.

    Parameters
    ----------
    bones
        Index by name of the bones that deform; groups of other names don't count.
    mask
        (V,) in [0, 1], how much of the Armature modifier reaches each vertex; None for all of it.
    """
    count = len(mesh_of(thing).vertices)
    vertex, joint, weight = _entries(thing, bones)
    total = np.bincount(vertex, weight, minlength=count)
    moved = total > SMALLEST_SUM
    share = np.where(moved, 1.0 if mask is None else mask, 0.0)
    kept = moved[vertex] & (weight > 0)
    vertex, joint, weight = vertex[kept], joint[kept], weight[kept]
    weight = weight / total[vertex] * share[vertex]
    resting = np.flatnonzero(share < 1)
    vertex = np.concatenate([vertex, resting])
    joint = np.concatenate([joint, np.full(len(resting), -1)])
    weight = np.concatenate([weight, 1 - share[resting]])
    return _pad(vertex, joint, weight, count)


def group_weights(thing: bpy.types.Object, name: str) -> np.ndarray:
    """(V,) float64 weights in one vertex group, 0 outside of it; all ones if there is no such group."""
    count = len(mesh_of(thing).vertices)
    if name not in thing.vertex_groups:
        return np.ones(count)
    vertex, _, weight = _entries(thing, {name: 0})
    return np.bincount(vertex, weight, minlength=count)


def rigid(count: int, joint: int) -> Skin:
    """All of ``count`` vertices on one joint."""
    return Skin(np.full((count, 1), joint, np.int32), np.ones((count, 1)))


def _entries(thing: bpy.types.Object, wanted: Mapping[str, int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Vertex, joint and weight of every entry in a wanted vertex group, by vertex."""
    joints = {group.index: wanted[group.name] for group in thing.vertex_groups if group.name in wanted}
    rows = [
        (vertex.index, joints[entry.group], entry.weight)
        for vertex in mesh_of(thing).vertices
        for entry in vertex.groups
        if entry.group in joints
    ]
    table = np.array(rows, np.float64).reshape(-1, 3)
    return table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), table[:, 2]


def _pad(vertex: np.ndarray, joint: np.ndarray, weight: np.ndarray, count: int) -> Skin:
    order = np.argsort(vertex, kind="stable")
    vertex, joint, weight = vertex[order], joint[order], weight[order]
    per_vertex = np.bincount(vertex, minlength=count)
    place = np.arange(len(vertex)) - np.repeat(np.cumsum(per_vertex) - per_vertex, per_vertex)
    width = max(int(per_vertex.max(initial=0)), 1)
    joints = np.zeros((count, width), np.int32)
    weights = np.zeros((count, width))
    joints[vertex, place] = joint
    weights[vertex, place] = weight
    return Skin(joints, weights)
