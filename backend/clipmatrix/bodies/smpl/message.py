"""A model as the message Blender builds a body from."""

import clipmatrix_protocol as protocol
import numpy as np

from ..kinematics import from_smplx
from .kinds import Kind
from .load import Model

WIDEST = 5.0
"""Coefficients reach from minus to plus this many standard deviations, as far as the models stay plausible."""

STILL = 0.005
"""Metres. A beta that moves a joint by more at value 1 is pinned: bones cannot follow while a job runs."""

LAST_BONE = 0.6
"""Length of a bone without children, in lengths of the bone before it."""

CONTINUES = {
    "pelvis": "spine1",
    "spine3": "neck",
    "left_wrist": "left_middle1",
    "right_wrist": "right_middle1",
    "head": "",
}
"""Which child a drawn bone points to where there are several; empty: none, it goes on as the bone before it."""


def body_message(model: Model, betas: int, expressions: int) -> protocol.Body:
    """Describe a model's mean body, its rig and its shapes.

    It stands on z = 0 as it is at rest with all coefficients 0. Posed, it is what smplx's ``forward`` gives with the
    same coefficients and rotations, Y turned up, and this height added.

    Parameters
    ----------
    betas, expressions
        How many shape keys of each kind; ``shape_0``, ``expr_0`` and so on stand for the model's coefficients.
    """
    vertices = from_smplx(model.template.astype(np.float64))
    ground = np.array([0.0, 0.0, vertices[:, 2].min()])
    heads = from_smplx(model.regressor.astype(np.float64) @ model.template) - ground
    skin_joints, skin_weights = _skin(model.weights)
    return protocol.Body(
        name=f"{model.kind.name} {model.gender}".strip(),
        licence=licence(model.kind),
        vertices=(vertices - ground).astype(np.float32),
        polygons=np.pad(model.faces, ((0, 0), (0, 1)), constant_values=-1),
        polygon_uvs=_polygon_uvs(model.face_uvs),
        joints=model.kind.joints,
        parents=model.parents,
        heads=heads.astype(np.float32),
        tails=_tails(model, heads).astype(np.float32),
        skin_joints=skin_joints,
        skin_weights=skin_weights,
        shapes=(
            *(_beta(model, number) for number in range(min(betas, len(model.betas)))),
            *(_expression(model, number) for number in range(min(expressions, len(model.expressions)))),
        ),
        motions=(),
        file=str(model.file),
    )


def licence(kind: Kind) -> str:
    """Say under which terms a body of this kind may be used."""
    return (
        f"Made from a {kind.name} model file: non-commercial research, education and art only; "
        "what you export from it is under the model's terms, too"
    )


def _beta(model: Model, number: int) -> protocol.BodyShape:
    joints = _joint_moves(model, model.betas[number])
    pinned = float(np.linalg.norm(joints, axis=1).max()) > STILL
    deltas = from_smplx(model.betas[number]).astype(np.float32)
    return protocol.BodyShape(f"shape_{number}", -WIDEST, WIDEST, pinned=pinned, deltas=deltas, joints=joints)


def _expression(model: Model, number: int) -> protocol.BodyShape:
    """Describe a face's expression, which is for the artist's hand alone, as the embedded figure's are."""
    basis = model.expressions[number]
    deltas = from_smplx(basis).astype(np.float32)
    joints = _joint_moves(model, basis)
    return protocol.BodyShape(f"expr_{number}", -WIDEST, WIDEST, pinned=True, deltas=deltas, joints=joints)


def _joint_moves(model: Model, basis: np.ndarray) -> np.ndarray:
    """Regress how far the joints move at value 1, (J, 3) float32, Blender's axes: joints are linear in the shape."""
    return np.asarray(from_smplx(model.regressor.astype(np.float64) @ basis), np.float32)


def _skin(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Keep all weights that are not 0, (V, J) to joints and weights (V, I); nothing is cut off."""
    used = int((weights > 0).sum(axis=1).max())
    joints = np.argsort(-weights, axis=1, kind="stable")[:, :used].astype(np.int32)
    kept = np.take_along_axis(weights, joints.astype(np.int64), axis=1)
    return joints, np.ascontiguousarray(kept, np.float32)


def _polygon_uvs(face_uvs: np.ndarray | None) -> np.ndarray:
    if face_uvs is None:
        return np.zeros((0, 4, 2), np.float32)
    return np.pad(face_uvs, ((0, 0), (0, 1), (0, 0)))


def _tails(model: Model, heads: np.ndarray) -> np.ndarray:
    """Find where the drawn bones end, (J, 3): at the next joint, or a little further on after the last."""
    tails = heads.copy()
    for joint, name in enumerate(model.kind.joints):
        children = [model.kind.joints[child] for child in np.flatnonzero(model.parents == joint)]
        target = CONTINUES.get(name, children[0] if children else "")
        if target in children:
            tails[joint] = heads[model.kind.joints.index(target)]
        elif joint:
            parent = model.parents[joint]
            tails[joint] = heads[joint] + LAST_BONE * (heads[joint] - heads[parent])
    return tails
