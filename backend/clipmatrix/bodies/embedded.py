"""Load the embedded figure: a neutral adult in T-pose with a rig, texture coordinates, shapes and expressions.

``figure/PROVENANCE.md`` says where it comes from (CC0); ``tools/bake_figure.py`` makes the file and documents its
format.
"""

import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .skeleton import JOINT_NAMES, JOINT_PARENTS

FIGURE_FILE = Path(__file__).parent / "figure" / "figure.npz"
FORMAT = 1

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]


class FigureDamaged(RuntimeError):
    """The embedded figure's file cannot be used; the message says why and what to do."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"The embedded figure {path} is damaged: {reason}. Reinstall the clipmatrix package to restore it."
        )


@dataclass(frozen=True, eq=False)
class Figure:
    """The embedded figure. Metres, Z up, facing -Y, the character's left at +X, feet on z = 0, T-pose.

    V = 13,718 vertices, F = 13,710 quads, J = 55 joints, K = 12 shapes, E = 52 expressions. All arrays are read-only.

    Attributes
    ----------
    vertices
        (V, 3) float32, the neutral adult.
    faces
        (F, 4) int32, counter-clockwise seen from outside; -1 in the fourth place would mark a triangle.
    uvs
        (U, 2) float32, texture coordinates in [0, 1], v up.
    face_uvs
        (F, 4) int32 into ``uvs``, for each face corner.
    joint_names
        SMPL-X names in SMPL-X order.
    joint_parents
        (J,) int32, -1 for the root; a parent stands before its children.
    joint_heads, joint_tails
        (J, 3) float32, where each joint turns, and where its drawn bone ends. Joint frames at rest are the world's
        axes.
    skin_joints, skin_weights
        (V, 4) int32, (V, 4) float32; rows of weights sum to 1, unused places have weight 0.
    shape_names
        "fat", "thin", "muscular", ...; value 1 reaches the named look.
    shape_deltas
        (K, V, 3) float32, displacement at value 1.
    shape_kinds
        "build" keeps the joints where they are and works as a shape key in any pose; "stature" (tall, short, child)
        moves them and needs :func:`.reshaped` before posing.
    shape_min, shape_max
        (K,) float32, the range within which a shape stays clean.
    expression_names, expression_deltas
        Face actions by ARKit-like names, (E, V, 3) float32; values in [0, 1].
    regressor_vertices, regressor_weights
        (J, R) int32, (J, R) float32: a shaped body's joint heads are these weighted means of its vertices; rows sum
        to 1.
    """

    vertices: Floats
    faces: Ints
    uvs: Floats
    face_uvs: Ints
    joint_names: tuple[str, ...]
    joint_parents: Ints
    joint_heads: Floats
    joint_tails: Floats
    skin_joints: Ints
    skin_weights: Floats
    shape_names: tuple[str, ...]
    shape_deltas: Floats
    shape_kinds: tuple[str, ...]
    shape_min: Floats
    shape_max: Floats
    expression_names: tuple[str, ...]
    expression_deltas: Floats
    regressor_vertices: Ints
    regressor_weights: Floats


def load_figure(path: Path = FIGURE_FILE) -> Figure:
    """Read the figure; a second call for the same file returns the same object.

    Raises
    ------
    FigureDamaged
        If the file is missing, unreadable, or its arrays do not fit each other.
    """
    return _load(path.resolve())


@cache
def _load(path: Path) -> Figure:
    try:
        with np.load(path, allow_pickle=False) as archive:
            stored = dict(archive)
        figure = _unpack(stored)
    except FileNotFoundError as error:
        raise FigureDamaged(path, "the file is missing") from error
    except KeyError as error:
        raise FigureDamaged(path, f"it lacks {error}") from error
    except (ValueError, IndexError, OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise FigureDamaged(path, str(error)) from error
    return figure


def _unpack(stored: Mapping[str, np.ndarray]) -> Figure:
    """Dequantise the stored arrays and check that they fit each other."""
    if int(stored["format"]) != FORMAT:
        raise ValueError(f"it has format {int(stored['format'])}, this version reads format {FORMAT}")
    count = len(stored["vertices"])
    weights = stored["skin_weights"].astype(np.float32)
    shape_steps = stored["shape_steps"].astype(np.float32)[:, None, None]
    figure = Figure(
        vertices=_floats(stored["vertices"]),
        faces=_ints(stored["faces"]),
        uvs=_floats(stored["uvs"]),
        face_uvs=_ints(stored["face_uvs"]),
        joint_names=tuple(str(name) for name in stored["joint_names"]),
        joint_parents=_ints(stored["joint_parents"]),
        joint_heads=_floats(stored["joint_heads"]),
        joint_tails=_floats(stored["joint_tails"]),
        skin_joints=_ints(stored["skin_joints"]),
        skin_weights=_floats(weights / weights.sum(axis=1, keepdims=True)),
        shape_names=tuple(str(name) for name in stored["shape_names"]),
        shape_deltas=_floats(stored["shape_deltas"] * shape_steps),
        shape_kinds=tuple(str(kind) for kind in stored["shape_kinds"]),
        shape_min=_floats(stored["shape_min"]),
        shape_max=_floats(stored["shape_max"]),
        expression_names=tuple(str(name) for name in stored["expression_names"]),
        expression_deltas=_floats(_expressions(stored, count)),
        regressor_vertices=_ints(stored["regressor_vertices"]),
        regressor_weights=_floats(stored["regressor_weights"]),
    )
    _check(figure)
    return figure


def _floats(array: np.ndarray) -> Floats:
    copy = np.ascontiguousarray(array, np.float32)
    copy.flags.writeable = False
    return copy


def _ints(array: np.ndarray) -> Ints:
    copy = np.ascontiguousarray(array, np.int32)
    copy.flags.writeable = False
    return copy


def _expressions(stored: Mapping[str, np.ndarray], count: int) -> Floats:
    """Spread the moved vertices of each expression over all vertices, (E, V, 3) metres."""
    counts = stored["expression_counts"].astype(np.int64)
    owner = np.repeat(np.arange(len(counts)), counts)
    deltas = np.zeros((len(counts), count, 3), np.float32)
    steps = stored["expression_steps"].astype(np.float32)[owner, None]
    deltas[owner, stored["expression_vertices"].astype(np.int64)] = stored["expression_deltas"] * steps
    return deltas


def _check(figure: Figure) -> None:
    vertices, joints = len(figure.vertices), len(figure.joint_names)
    shapes, expressions = len(figure.shape_names), len(figure.expression_names)
    wanted = {
        "vertices": (vertices, 3),
        "faces": (len(figure.faces), 4),
        "face_uvs": (len(figure.faces), 4),
        "uvs": (len(figure.uvs), 2),
        "joint_heads": (joints, 3),
        "joint_tails": (joints, 3),
        "skin_joints": (vertices, 4),
        "skin_weights": (vertices, 4),
        "shape_deltas": (shapes, vertices, 3),
        "shape_min": (shapes,),
        "shape_max": (shapes,),
        "expression_deltas": (expressions, vertices, 3),
    }
    for name, shape in wanted.items():
        if getattr(figure, name).shape != shape:
            raise ValueError(f"{name} has shape {getattr(figure, name).shape}, expected {shape}")
    if figure.joint_names != JOINT_NAMES or tuple(figure.joint_parents) != JOINT_PARENTS:
        raise ValueError("its joints are not the 55 of SMPL-X")
    for name, limit in (("faces", vertices), ("face_uvs", len(figure.uvs)), ("skin_joints", joints)):
        indices = getattr(figure, name)
        if indices.min() < -1 or indices.max() >= limit:
            raise ValueError(f"{name} points outside its table")
    if not np.isfinite(figure.vertices).all():
        raise ValueError("its vertices are not finite")
