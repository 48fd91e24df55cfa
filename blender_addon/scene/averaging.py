"""The second half of a step of subdivision: the averaging that makes a split mesh smooth.

A subdivision surface is linear subdivision, then averaging (Warren and Schaefer 2004, "A Factored Approach to
Subdivision Surfaces"): for quads that is Catmull-Clark's surface, for triangles Loop's, and it is defined where both
meet. The same weights serve the basis and every shape key, so that a key's displacement is averaged like the surface it
moves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import bpy
import numpy as np

CREASED = 0.5
"""From which crease on an edge counts as sharp."""

SHARES = {3: (2.0, np.array([2.0, 3.0, 3.0]) / 8), 4: (3.0, np.array([1.0, 1.0, 1.0, 1.0]) / 4)}
"""By a face's corners: what it counts for at each of them (60 and 90 degrees), and the weights of its centroid, seen
from a corner: that corner first.
"""


@dataclass(frozen=True, eq=False)
class Averaging:
    """A sparse matrix (V, V) whose rows add up to 1: entries ``weights`` at ``rows``, ``columns``."""

    rows: np.ndarray
    columns: np.ndarray
    weights: np.ndarray

    def __call__(self, places: np.ndarray) -> np.ndarray:
        """Average places (V, 3)."""
        moved = self.weights[:, None] * places[self.columns]
        return np.stack([np.bincount(self.rows, axis, len(places)) for axis in moved.T], axis=1)


def averaging(mesh: bpy.types.Mesh) -> Averaging:
    """The averaging of a mesh of triangles and quads.

    Borders, edges of more than two faces, sharp and creased edges are averaged along themselves, as curves; where
    three of them meet, and where there is no face, a vertex stays.
    """
    corners, faces = _corners(mesh)
    first, second = _sharp(mesh)
    count = len(mesh.vertices)
    meeting = np.bincount(np.concatenate([first, second]), minlength=count)
    touched = np.bincount(corners, minlength=count) > 0
    smooth, curved = touched & (meeting < 2), touched & (meeting == 2)
    entries = [*_by_faces(faces, smooth), *_by_curves(first, second, curved)]
    still = np.flatnonzero(~smooth & ~curved)
    entries.append((still, still, np.ones(len(still))))
    rows, columns, weights = (np.concatenate(found) for found in zip(*entries, strict=True))
    return Averaging(rows, columns, weights / np.bincount(rows, weights, count)[rows])


def _by_faces(faces: list[np.ndarray], smooth: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """The centroids around each smooth vertex."""
    for polygons in faces:
        share, centroid = SHARES[polygons.shape[1]]
        for place, weight in enumerate(centroid):
            rows, columns = polygons, np.roll(polygons, -place, axis=1)
            wanted = smooth[rows]
            yield rows[wanted], columns[wanted], np.full(int(wanted.sum()), share * weight)


def _by_curves(
    first: np.ndarray, second: np.ndarray, curved: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """A vertex on a curve: half of itself, a quarter of each neighbour."""
    for rows, columns in ((first, second), (second, first)):
        wanted = curved[rows]
        yield rows[wanted], columns[wanted], np.full(int(wanted.sum()), 0.25)
    own = np.flatnonzero(curved)
    yield own, own, np.full(len(own), 0.5)


def _corners(mesh: bpy.types.Mesh) -> tuple[np.ndarray, list[np.ndarray]]:
    """The vertices of all corners, and the triangles (T, 3) and quads (Q, 4) that they make."""
    corners = _read(mesh.loops, "vertex_index")
    starts, totals = _read(mesh.polygons, "loop_start"), _read(mesh.polygons, "loop_total")
    return corners, [corners[starts[totals == sides][:, None] + np.arange(sides)] for sides in SHARES]


def _sharp(mesh: bpy.types.Mesh) -> tuple[np.ndarray, np.ndarray]:
    """Both ends of each edge that is averaged along itself."""
    ends = np.empty(len(mesh.edges) * 2, np.int32)
    mesh.edges.foreach_get("vertices", ends)
    faces = np.bincount(_read(mesh.loops, "edge_index"), minlength=len(mesh.edges))
    hard = (faces != 2) | _marked(mesh, "sharp_edge", 0.5) | _marked(mesh, "crease_edge", CREASED)
    first, second = ends.reshape(-1, 2)[hard & (faces > 0)].T
    return first, second


def _marked(mesh: bpy.types.Mesh, name: str, least: float) -> np.ndarray:
    """Which edges have at least so much of an attribute."""
    found = np.zeros(len(mesh.edges))
    attribute = mesh.attributes.get(name)
    if attribute is not None and attribute.domain == "EDGE":
        attribute.data.foreach_get("value", found)
    return found >= least


def _read(items: bpy.types.bpy_prop_collection, name: str) -> np.ndarray:
    found = np.empty(len(items), np.int32)
    items.foreach_get(name, found)
    return found
