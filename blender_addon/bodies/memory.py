"""What a body remembers, in the .blend, of where it came from: how its joints move with its shape keys, its file.

Written once, when the body is built; a copy of the mesh carries a copy of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np
from clipmatrix_protocol import Body

from ..errors import Refusal

PROPERTY = "clipmatrix_body"
"""Name of the mesh's custom property."""

ALLOWED = 0.1
"""How far a mesh's corners may have moved since it was built, in parts of its size: as much as sculpting does."""

LICENCE = "licence"
"""Name of the custom property that holds the terms, for everybody to read."""


@dataclass(frozen=True, eq=False)
class Origin:
    """A body as it was built.

    Attributes
    ----------
    file
        The model file on the backend's machine that pose correctives are asked for with; empty for none.
    joints
        Bone names, a parent before its children.
    parents
        (J,) int, -1 at the root.
    heads, tails
        (J, 3) metres, armature space, with all shape keys at 0.
    box
        (2, 3) metres, lowest and highest corner of the mesh without shape keys.
    moves
        Per shape key that moves joints, (J, 3) metres at value 1.
    """

    file: str
    joints: tuple[str, ...]
    parents: np.ndarray
    heads: np.ndarray
    tails: np.ndarray
    box: np.ndarray
    moves: Mapping[str, np.ndarray]


def remember(mesh: bpy.types.Mesh, body: Body, tails: np.ndarray) -> None:
    """Write what :func:`recall` reads; ``tails`` (J, 3) are where the bones really end."""
    ends = np.concatenate([body.heads, tails], axis=1)
    mesh[LICENCE] = body.licence
    mesh[PROPERTY] = {
        "file": body.file,
        "joints": {name: ends[index].tolist() for index, name in enumerate(body.joints)},
        "parents": body.parents.tolist(),
        "box": [*body.vertices.min(axis=0).tolist(), *body.vertices.max(axis=0).tolist()],
        "moves": {shape.name: shape.joints.ravel().tolist() for shape in body.shapes if shape.joints is not None},
    }


def recall(mesh: bpy.types.ID | None) -> Origin | None:
    """Read where a mesh came from; None for one that no backend built, or whose memory somebody has edited."""
    stored: Any = mesh.get(PROPERTY) if isinstance(mesh, bpy.types.Mesh) else None
    if stored is None:
        return None
    try:
        return _read(stored)
    except (AttributeError, KeyError, IndexError, TypeError, ValueError):
        return None


def require_same_size(mesh_object: bpy.types.Object, origin: Origin) -> None:
    """Raise a :class:`Refusal` if the mesh was scaled or turned for good since it was built: its joints are unknown."""
    mesh = mesh_object.data
    assert isinstance(mesh, bpy.types.Mesh)
    points = mesh.shape_keys.reference_key.points if mesh.shape_keys else mesh.vertices
    flat = np.empty(len(points) * 3, np.float32)
    points.foreach_get("co", flat)
    places = flat.reshape(-1, 3)
    box = np.array([places.min(axis=0, initial=np.inf), places.max(axis=0, initial=-np.inf)])
    if np.abs(box - origin.box).max() > ALLOWED * np.ptp(origin.box, axis=0).max():
        raise Refusal(
            f"{mesh_object.name} was scaled, turned or remodelled for good since it was added.",
            "Undo that, or add the body again and scale its armature without applying the scale.",
        )


def _read(stored: Any) -> Origin:
    ends = np.array([list(place) for place in stored["joints"].values()])
    return Origin(
        file=stored["file"],
        joints=tuple(stored["joints"].keys()),
        parents=np.array(stored["parents"][:]),
        heads=ends[:, :3],
        tails=ends[:, 3:],
        box=np.array(stored["box"][:]).reshape(2, 3),
        moves={name: np.array(flat[:]).reshape(-1, 3) for name, flat in stored["moves"].items()},
    )


def licence_of(mesh: bpy.types.ID | None) -> str:
    """Under which terms a mesh's body may be used; empty if it does not say."""
    return str(mesh.get(LICENCE, "")) if isinstance(mesh, bpy.types.Mesh) else ""
