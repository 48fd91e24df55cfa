"""A file's primitives as parts of a character."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count

import clipmatrix_protocol as protocol
import numpy as np
from pygltflib import Mesh, Primitive

from .container import Container
from .skins import Carried

TRIANGLES = 4
"""glTF's number of the mode in which every three indices are a triangle."""


@dataclass(frozen=True, eq=False)
class Morph:
    """A morph target that is not at 0.

    Attributes
    ----------
    name, weight
        As the file has them.
    target
        Its place among the mesh's targets.
    """

    name: str
    weight: float
    target: int


def morphs(mesh: Mesh, own: Sequence[float] | None) -> tuple[Morph, ...]:
    """Find the morph targets that shape a mesh, by its node's ``own`` weights if it has any; those at 0 do nothing."""
    names = (mesh.extras or {}).get("targetNames") or []
    return tuple(
        Morph(names[target] if target < len(names) else f"target {target}", float(weight), target)
        for target, weight in enumerate(own or mesh.weights or ())
        if weight
    )


def read_part(
    container: Container,
    name: str,
    primitive: Primitive,
    carried: Carried,
    shapes: Mapping[Morph, int],
    texture: int,
    uv_set: int,
) -> protocol.Part:
    """Read one primitive.

    Parameters
    ----------
    carried
        How its mesh comes into rest space, and what moves it.
    shapes
        The mesh's morphs, and which of the character's shapes each is.
    texture, uv_set
        Which texture it shows, and by which UVs.
    """
    attributes = primitive.attributes
    linear, shift = carried.into_rest[:3, :3], carried.into_rest[:3, 3]
    points = container.array(attributes.POSITION).astype(float)
    order = np.arange(len(points)) if primitive.indices is None else container.array(primitive.indices)
    triangles = order[: len(order) // 3 * 3].reshape(-1, 3).astype(np.int32)
    if np.linalg.det(linear) < 0:
        triangles = triangles[:, ::-1].copy()
    joints, weights = _skin(container, primitive, carried, len(points))
    targets = [primitive.targets[morph.target].get("POSITION") for morph in shapes]
    deltas = [np.zeros((len(points), 3)) if at is None else container.array(at) @ linear.T for at in targets]
    return protocol.Part(
        name=name,
        vertices=(points @ linear.T + shift).astype(np.float32),
        triangles=triangles,
        corner_uvs=_uvs(container, primitive, uv_set, len(points))[triangles],
        texture=texture,
        skin_joints=joints,
        skin_weights=weights,
        shapes=np.array(list(shapes.values()), np.int32),
        shape_deltas=np.array(deltas, np.float32).reshape(len(shapes), len(points), 3),
    )


def _uvs(container: Container, primitive: Primitive, uv_set: int, points: int) -> np.ndarray:
    """Read UVs, (V, 2) float32, v up; glTF's v goes down."""
    accessor = getattr(primitive.attributes, f"TEXCOORD_{uv_set}", None)
    if accessor is None:
        return np.zeros((points, 2), np.float32)
    return np.asarray(container.array(accessor).astype(np.float32) * [1, -1] + [0, 1], np.float32)


def _skin(container: Container, primitive: Primitive, carried: Carried, points: int) -> tuple[np.ndarray, np.ndarray]:
    """Read the joints and weights of a primitive, (V, I) each; rows sum to 1."""
    joints, weights = [], []
    for number in count():
        who = getattr(primitive.attributes, f"JOINTS_{number}", None)
        share = getattr(primitive.attributes, f"WEIGHTS_{number}", None)
        if who is None or share is None or len(carried.joints) == 1:
            break
        joints.append(carried.joints[container.array(who).astype(np.int64)])
        weights.append(container.array(share).astype(np.float64))
    if not joints:
        return np.full((points, 1), carried.joints[0], np.int32), np.ones((points, 1), np.float32)
    shares = np.concatenate(weights, axis=1)
    total = shares.sum(axis=1, keepdims=True)
    shares = np.where(total > 0, shares / np.where(total > 0, total, 1), np.eye(1, shares.shape[1]))
    return np.concatenate(joints, axis=1).astype(np.int32), shares.astype(np.float32)
