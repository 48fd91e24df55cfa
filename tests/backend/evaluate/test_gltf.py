"""A glTF binary is read as Blender saw it when it wrote it."""

import numpy as np
import pytest
import torch
from clipmatrix.character import assemble, shaped, skin
from clipmatrix.errors import UsageError
from clipmatrix.evaluate.gltf import read_glb
from clipmatrix.evaluate.gltf.actions import interpolate
from pygltflib import GLTF2
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation


def part(subject, name):
    return next(index for index, one in enumerate(subject.character.parts) if one.name.startswith(name))


def posed(subject, pose, *, started=False):
    """(V, 3) of each part in a pose, as the state has it or as it started."""
    surface = assemble(subject.character)
    values = surface.values if started else torch.tensor(subject.state.coefficients)
    vertices = shaped(surface, values, torch.zeros_like(surface.vertices))
    points = skin(vertices, surface.poses[pose : pose + 1], surface.joints, surface.weights)[0].numpy()
    return [points[place] for place in surface.parts]


def same_points(found, wanted, within=2e-5):
    return max(cKDTree(found).query(wanted)[0].max(), cKDTree(wanted).query(found)[0].max()) < within


@pytest.fixture(scope="module")
def subject(egg):
    return read_glb(egg.glb)


def test_it_stands_at_rest_as_in_blender_with_its_shape_key(egg, subject):
    assert np.abs(subject.character.poses[0] - np.eye(4)).max() < 1e-5
    assert same_points(posed(subject, 0)[part(subject, "Sphere")], egg.truth["rest"])


def test_it_starts_with_its_shape_keys_at_nothing(egg, subject):
    assert [shape.name for shape in subject.character.shapes] == ["fat"]
    assert subject.state.coefficients.tolist() == [0.5]
    assert same_points(posed(subject, 0, started=True)[part(subject, "Sphere")], egg.truth["basis"])


def test_it_moves_as_in_blender_and_so_does_what_hangs_on_a_bone(egg, subject):
    assert sorted(subject.actions) == ["nod", "turn"]
    first = 1
    for name in subject.actions:
        frames = len(egg.truth[name])
        for frame in range(frames):
            found = posed(subject, first + frame)
            assert same_points(found[part(subject, "Sphere")], egg.truth[name][frame])
            assert same_points(found[part(subject, "Cube")], egg.truth[f"{name} cube"][frame])
        first += frames
    assert first == len(subject.character.poses)


def test_fewer_frames_are_spread_from_the_first_to_the_last(egg):
    sparse = read_glb(egg.glb, frames=3)
    assert len(sparse.character.poses) == 1 + 2 * 3
    name = sparse.actions[0]
    for index, frame in enumerate((0, 4, 8)):
        assert same_points(posed(sparse, 1 + index)[part(sparse, "Sphere")], egg.truth[name][frame])


def test_its_skeleton_is_that_of_the_armature(egg, subject):
    skeleton = subject.skeleton
    lower, upper = (skeleton.names.index(name) for name in ("lower", "upper"))
    assert skeleton.parents[upper] == lower
    assert skeleton.parents[lower] == -1
    assert np.abs(skeleton.heads[[lower, upper]] - egg.truth["heads"]).max() < 1e-5
    assert skeleton.turns[[lower, upper]].all()
    (hat,) = [joint for joint in range(len(skeleton.names)) if joint not in (lower, upper)]
    assert skeleton.parents[hat] == upper
    assert not skeleton.turns[hat]


def test_its_material_and_its_image_with_the_first_row_at_the_bottom(subject):
    assert subject.state.look.roughness == pytest.approx(0.25)
    assert subject.state.look.metallic == pytest.approx(0.125)
    (texture,) = subject.state.textures
    assert texture.shape == (16, 16, 3)
    assert texture[0, 0].tolist() == [255, 0, 0]
    assert texture[-1, 0].tolist() == [0, 0, 255]
    egg_part = subject.character.parts[part(subject, "Sphere")]
    low = egg_part.vertices[egg_part.triangles].mean(axis=1)[:, 2].argmin()
    assert egg_part.corner_uvs[low, :, 1].mean() < 0.5  # a sphere's UVs have v up


def test_a_file_that_is_posed_without_any_action_has_its_bind_pose_as_rest(egg, tmp_path):
    model = GLTF2().load(str(egg.glb))
    upper = next(node for node in model.nodes if node.name == "upper")
    upper.rotation = (
        (Rotation.from_quat(upper.rotation or [0, 0, 0, 1]) * Rotation.from_rotvec([0.5, 0, 0])).as_quat().tolist()
    )
    model.save_binary(str(tmp_path / "posed.glb"))
    bent = read_glb(tmp_path / "posed.glb")
    lower = bent.skeleton.names.index("lower")
    assert np.abs(bent.character.poses[0, lower] - np.eye(4)).max() < 1e-5
    assert np.abs(bent.character.poses[0] - np.eye(4)).max() > 0.1
    surface = assemble(bent.character)
    still = shaped(surface, torch.tensor(bent.state.coefficients), torch.zeros_like(surface.vertices))
    assert same_points(still[surface.parts[part(bent, "Sphere")]].numpy(), egg.truth["rest"])


def test_between_keys_values_are_interpolated_as_gltf_says():
    keys, times = np.array([0.0, 1.0, 2.0]), np.array([-1.0, 0.25, 1.5, 9.0])
    values = np.array([[0.0], [4.0], [2.0]])
    assert interpolate(keys, values, "LINEAR", times)[:, 0].tolist() == [0, 1, 3, 2]
    assert interpolate(keys, values, "STEP", times)[:, 0].tolist() == [0, 0, 4, 2]
    flat = np.stack([0 * values, values, 0 * values], axis=1).reshape(-1, 1)
    smooth = interpolate(keys, flat, "CUBICSPLINE", times)[:, 0]
    assert smooth == pytest.approx([0, 4 * (3 / 16 - 2 / 64), 3, 2])
    halfway = interpolate(keys[:2], np.array([[0, 0, 0, 1.0], [0, 0, 0, -1.0]]), "LINEAR", np.array([0.5]))
    assert halfway.tolist() == [[0, 0, 0, 1.0]]


def test_what_is_no_glb_or_a_damaged_one_is_refused_in_words(egg, tmp_path):
    bad = tmp_path / "bad.glb"
    whole = egg.glb.read_bytes()
    for data in (b"", b"not a glb", whole[:11], whole[:40], whole[: len(whole) // 2], whole[:200] + b"\0" * 400):
        bad.write_bytes(data)
        with pytest.raises(UsageError, match=r"bad\.glb"):
            read_glb(bad)
    with pytest.raises(UsageError, match="nowhere"):
        read_glb(tmp_path / "nowhere.glb")
