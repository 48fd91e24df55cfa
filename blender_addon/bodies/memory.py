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

PROPERTY = "clipmatrix_body"
"""Name of the mesh's custom property."""

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
    moves
        Per shape key that moves joints, (J, 3) metres at value 1.
    """

    file: str
    joints: tuple[str, ...]
    parents: np.ndarray
    heads: np.ndarray
    tails: np.ndarray
    moves: Mapping[str, np.ndarray]


def remember(mesh: bpy.types.Mesh, body: Body, tails: np.ndarray) -> None:
    """Write what :func:`recall` reads; ``tails`` (J, 3) are where the bones really end."""
    ends = np.concatenate([body.heads, tails], axis=1)
    mesh[LICENCE] = body.licence
    mesh[PROPERTY] = {
        "file": body.file,
        "joints": {name: ends[index].tolist() for index, name in enumerate(body.joints)},
        "parents": body.parents.tolist(),
        "moves": {shape.name: shape.joints.ravel().tolist() for shape in body.shapes if shape.joints is not None},
    }


def recall(mesh: bpy.types.ID | None) -> Origin | None:
    """Read where a mesh came from; None for one that no backend built."""
    stored: Any = mesh.get(PROPERTY) if isinstance(mesh, bpy.types.Mesh) else None
    if stored is None:
        return None
    ends = np.array([list(place) for place in stored["joints"].values()])
    return Origin(
        file=stored["file"],
        joints=tuple(stored["joints"].keys()),
        parents=np.array(stored["parents"][:]),
        heads=ends[:, :3],
        tails=ends[:, 3:],
        moves={name: np.array(flat[:]).reshape(-1, 3) for name, flat in stored["moves"].items()},
    )


def licence_of(mesh: bpy.types.ID | None) -> str:
    """Under which terms a mesh's body may be used; empty if it does not say."""
    return str(mesh.get(LICENCE, "")) if isinstance(mesh, bpy.types.Mesh) else ""
