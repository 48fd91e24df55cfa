"""How results come home: which object each part is, and how rest space maps back to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .carrying import turned
from .handles import Handle


@dataclass(frozen=True, eq=False)
class PartBinding:
    """One part's way home.

    Attributes
    ----------
    object
        The mesh object.
    vertices
        How many vertices it had when it was sent.
    weave
        What :func:`.geometry.weave` said of them then.
    to_object
        (3, 3) float64: a displacement in rest space, metres, to one in the object's own space, as that was then.
    basis
        (V * 3,) float32: where its vertices were then, object space, without shape keys; see :func:`way_home`.
    shapes
        Index among the character's shapes and the name of this object's shape key, for each it has.
    texture
        Index among the character's textures.
    """

    object: Handle
    vertices: int
    weave: int
    to_object: np.ndarray
    basis: np.ndarray
    shapes: tuple[tuple[int, str], ...]
    texture: int


def way_home(part: PartBinding, basis: np.ndarray) -> np.ndarray:
    """``to_object`` for an object whose vertices, (V, 3), may have been scaled or turned meanwhile (Apply Scale)."""
    return np.asarray(turned(part.basis, basis) @ part.to_object)


@dataclass(frozen=True, eq=False)
class Binding:
    """A character's way home; parts in the order of the message."""

    name: str
    parts: tuple[PartBinding, ...]
    armature: Handle | None
