"""Model files of our own in the schema of SMPL, SMPL-H and SMPL-X: full size, nobody's body data.

The bodies are tubes around the embedded figure's joints; shapes, correctives and weights are random, of the size of
real ones.
"""

import pickle
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
from clipmatrix.bodies import load_figure
from clipmatrix.bodies.kinematics import to_smplx
from clipmatrix.bodies.smpl.kinds import SMPL, SMPL_H, SMPL_X, Kind
from scipy import sparse

SIZES = {SMPL: (26, 265), SMPL_H: (26, 265), SMPL_X: (25, 419)}
"""Sides and rings: 6,890 vertices for SMPL and SMPL-H, 10,475 for SMPL-X."""

FACES = {SMPL: 13_776, SMPL_H: 13_776, SMPL_X: 20_908}

ROOT = 2**32 - 1
"""How the official files write that a joint has no parent."""


def model_arrays(kind: Kind, *, seed: int = 0, betas: int = 10, uvs: bool = False) -> dict[str, np.ndarray]:
    """The arrays of a model file; SMPL-X gets as many expressions as betas behind them."""
    rng = np.random.default_rng(seed)
    figure = load_figure()
    places = [figure.joint_names.index(_near(name)) for name in kind.joints]
    joints = to_smplx(figure.joint_heads[places].astype(np.float64)) + rng.normal(0, 0.004, (len(places), 3))
    vertices, faces = _tube(kind, rng)
    distance = np.linalg.norm(vertices[:, None] - joints[None], axis=2)
    weights = 1 / (0.02 + distance**2) ** 2
    weights[weights < np.sort(weights, axis=1)[:, -6:-5]] = 0  # six joints a vertex, more than a game engine takes
    regressor = np.exp(-((distance.T / 0.1) ** 2)) + 1e-9
    directions = betas + (betas if kind is SMPL_X else 0)
    found = {
        "v_template": vertices,
        "f": faces.astype(np.uint32),
        "shapedirs": _shapes(vertices, directions, rng),
        "posedirs": rng.normal(0, 0.002, (len(vertices), 3, 9 * (len(joints) - 1))).astype(np.float32),
        "J_regressor": regressor / regressor.sum(axis=1, keepdims=True),
        "kintree_table": np.stack([_parents(kind), np.arange(len(joints))]).astype(np.uint32),
        "weights": weights / weights.sum(axis=1, keepdims=True),
    }
    if uvs:
        found |= {"vt": rng.random((len(vertices) + 100, 2)), "ft": (faces + 7).astype(np.uint32)}
    return found


def figure_arrays() -> dict[str, np.ndarray]:
    """The embedded figure as a SMPL-X file that looks like somebody; it has more vertices than SMPL-X."""
    figure = load_figure()
    vertices = to_smplx(figure.vertices.astype(np.float64))
    corners = np.concatenate([figure.faces[:, [0, 1, 2]], figure.faces[:, [0, 2, 3]]])
    weights = np.zeros((len(vertices), len(SMPL_X.joints)))
    np.add.at(weights, (np.arange(len(vertices))[:, None], figure.skin_joints), figure.skin_weights)
    regressor = np.zeros((len(SMPL_X.joints), len(vertices)))
    np.add.at(regressor, (np.arange(len(regressor))[:, None], figure.regressor_vertices), figure.regressor_weights)
    deltas = np.concatenate([figure.shape_deltas[-10:], figure.expression_deltas[:10]])  # the statures stand last
    return {
        "v_template": vertices,
        "f": corners,
        "shapedirs": np.moveaxis(to_smplx(deltas), 0, 2),
        "posedirs": np.zeros((len(vertices), 3, 9 * (len(regressor) - 1)), np.float32),
        "J_regressor": regressor,
        "kintree_table": np.stack([_parents(SMPL_X), np.arange(len(regressor))]).astype(np.uint32),
        "weights": weights,
        "vt": figure.uvs,
        "ft": np.concatenate([figure.face_uvs[:, [0, 1, 2]], figure.face_uvs[:, [0, 2, 3]]]),
    }


def write_npz(path: Path, arrays: dict[str, np.ndarray]) -> Path:
    """An archive with what official ones hold besides: dictionaries, which only a pickle can carry."""
    np.savez(path, joint2num=np.array({"pelvis": 0}, object), **arrays)
    return path


def write_old_pickle(path: Path, arrays: dict[str, np.ndarray]) -> Path:
    """As of 2015: shapes are chumpy objects, one a leaf and one a selection, and the regressor is sparse."""
    package, leaves, selections = ModuleType("chumpy"), ModuleType("chumpy.ch"), ModuleType("chumpy.reordering")
    leaf = leaves.Ch = type("Ch", (), {"__module__": "chumpy.ch"})
    selection = selections.Select = type("Select", (), {"__module__": "chumpy.reordering"})
    modules = {"chumpy": package, "chumpy.ch": leaves, "chumpy.reordering": selections}
    sys.modules.update(modules)
    try:
        shapes, template = leaf(), selection()
        shapes.x = arrays["shapedirs"]
        template.a, template.idxs = leaf(), np.arange(arrays["v_template"].size)
        template.a.x, template.preferred_shape = arrays["v_template"], arrays["v_template"].shape
        content = {
            **arrays,
            "shapedirs": shapes,
            "v_template": template,
            "J_regressor": sparse.csc_matrix(arrays["J_regressor"]),
            "bs_style": "lbs",
        }
        path.write_bytes(pickle.dumps(content, protocol=2))
    finally:
        for name in modules:
            del sys.modules[name]
    return path


def write_model(folder: Path, kind: Kind, **options: int) -> Path:
    """A file as the model is usually had: SMPL as a pickle, the others as archives."""
    arrays = model_arrays(kind, **options)
    if kind is SMPL:
        return write_old_pickle(folder / "SMPL_FEMALE.pkl", arrays)
    return write_npz(folder / f"{kind.smplx_class}_NEUTRAL.npz", arrays)


class Reference:
    """The smplx package itself; called, it poses the model: (V, 3) in SMPL's axes, ``rotations`` (J, 3) axis-angle."""

    def __init__(self, kind: Kind, arrays: dict[str, np.ndarray], folder: Path) -> None:
        import smplx

        hands = {name: np.zeros((45, 45)) for name in ("hands_componentsl", "hands_componentsr")}
        hands |= {name: np.zeros(45) for name in ("hands_meanl", "hands_meanr")}
        landmarks = {"lmk_faces_idx": np.zeros(1, np.int64), "lmk_bary_coords": np.zeros((1, 3))}
        content = {**arrays, **hands, **landmarks}
        options = {"use_pca": False, "flat_hand_mean": True, "num_betas": 10}
        self._kind = kind
        if kind is SMPL_X:
            np.savez(folder / "SMPLX_reference.npz", **content)
            self._model = smplx.SMPLX(str(folder / "SMPLX_reference.npz"), ext="npz", **options)
        else:
            self._model = getattr(smplx, kind.smplx_class)("", data_struct=SimpleNamespace(**content), **options)

    def __call__(self, betas, expression, rotations, translation) -> np.ndarray:
        import torch

        def row(values) -> "torch.Tensor":
            return torch.tensor(np.asarray(values, np.float32).reshape(1, -1))

        last = 22 if self._kind is not SMPL else 24
        given = {
            "betas": row(betas),
            "global_orient": row(rotations[0]),
            "body_pose": row(rotations[1:last]),
            "transl": row(translation),
        }
        if self._kind is SMPL_X:
            given |= {"expression": row(expression), "jaw_pose": row(rotations[22])}
            given |= {"leye_pose": row(rotations[23]), "reye_pose": row(rotations[24])}
        if self._kind is not SMPL:
            given |= {"left_hand_pose": row(rotations[-30:-15]), "right_hand_pose": row(rotations[-15:])}
        with torch.no_grad():
            return self._model(**given).vertices[0].numpy()


def _near(name: str) -> str:
    return {"left_hand": "left_middle1", "right_hand": "right_middle1"}.get(name, name)


def _parents(kind: Kind) -> np.ndarray:
    figure = load_figure()
    found = [ROOT]
    for name in kind.joints[1:]:
        if name.endswith("_hand"):
            found.append(kind.joints.index(name.replace("hand", "wrist")))
            continue
        parent = figure.joint_names[figure.joint_parents[figure.joint_names.index(name)]]
        found.append(kind.joints.index(parent))
    return np.array(found)


def _tube(kind: Kind, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A tube from the feet to the head with closed ends, as wide as outstretched arms in the middle."""
    sides, rings = SIZES[kind]
    angle = np.arange(sides) / sides * 2 * np.pi
    height = np.linspace(-1.1, 0.6, rings)
    radius = 0.1 + 0.15 * np.sin(np.linspace(0, np.pi, rings)) + rng.normal(0, 0.001, rings)
    ring = np.stack([1.8 * np.cos(angle), np.zeros(sides), np.sin(angle)], axis=1)
    vertices = ring[None] * radius[:, None, None]
    vertices[..., 1] = height[:, None]
    here = (np.arange(rings - 1)[:, None] * sides + np.arange(sides)).ravel()
    right = (np.arange(rings - 1)[:, None] * sides + (np.arange(sides) + 1) % sides).ravel()
    walls = np.concatenate(
        [np.stack([here, here + sides, right], 1), np.stack([right, here + sides, right + sides], 1)]
    )
    fan = np.stack([np.zeros(sides - 2, int), np.arange(1, sides - 1), np.arange(2, sides)], 1)
    ends = np.concatenate([fan, fan[:, ::-1] + (rings - 1) * sides])
    return vertices.reshape(-1, 3), np.concatenate([walls, ends])[: FACES[kind]]


def _shapes(vertices: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """(V, 3, count) smooth displacements, the first ones the largest, as principal components are."""
    waves = np.sin(vertices @ rng.normal(0, 2, (3, count)) + rng.uniform(0, 6, count))
    sizes = 0.03 / (1 + np.arange(count)) ** 0.7
    return waves[:, None, :] * rng.normal(0, 1, (3, count)) * sizes
