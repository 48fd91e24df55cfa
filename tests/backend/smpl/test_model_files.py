"""Model files are read as the smplx package reads them, and nothing in them is run."""

import os
import pickle
import sys

import numpy as np
import pytest
import torch
from clipmatrix.bodies.kinematics import deform_matrices, from_smplx, to_smplx
from clipmatrix.bodies.smpl import body_message, correctives, load_model
from clipmatrix.bodies.smpl.correctives import compress
from clipmatrix.bodies.smpl.kinds import KINDS, SMPL, SMPL_H, SMPL_X
from clipmatrix.errors import JobError
from clipmatrix_protocol import decode, encode

from .model_files import FACES, Reference, model_arrays, write_model, write_npz, write_old_pickle

torch.set_num_threads(1)
LETTERS = [kind.smplx_class for kind in KINDS.values()]


def refused(file):
    with pytest.raises(JobError) as caught:
        load_model(str(file))
    assert caught.value.remedy
    return caught.value


@pytest.fixture(scope="module", params=KINDS.values(), ids=LETTERS)
def model(request, tmp_path_factory):
    kind = request.param
    return load_model(str(write_model(tmp_path_factory.mktemp("models"), kind)))


def test_a_file_of_each_kind_becomes_a_body_that_can_travel(model):
    body = body_message(model, 10, 10)
    kind = model.kind
    assert body.name == {SMPL: "SMPL female", SMPL_H: "SMPL-H neutral", SMPL_X: "SMPL-X neutral"}[kind]
    assert (len(body.vertices), len(body.polygons)) == ({SMPL_X: 10_475}.get(kind, 6_890), FACES[kind])
    assert body.joints == kind.joints
    names = [f"shape_{n}" for n in range(10)] + ([f"expr_{n}" for n in range(10)] if kind is SMPL_X else [])
    assert [shape.name for shape in body.shapes] == names
    assert {(shape.low, shape.high) for shape in body.shapes} == {(-5.0, 5.0)}
    assert "non-commercial" in body.licence
    assert body.file == str(model.file)
    assert abs(body.vertices[:, 2].min()) < 1e-6
    assert np.array_equal(decode(encode(body)).vertices, body.vertices)


def test_at_rest_the_body_is_the_package_s_with_its_joints(model, tmp_path):
    arrays = model_arrays(model.kind)
    body = body_message(model, 10, 10)
    ground = np.array([0, 0, from_smplx(arrays["v_template"])[:, 2].min()])
    assert np.abs(body.vertices + ground - from_smplx(arrays["v_template"])).max() < 1e-6
    assert np.abs(body.heads + ground - from_smplx(arrays["J_regressor"] @ arrays["v_template"])).max() < 1e-6


def test_skinning_the_message_with_its_joints_and_correctives_is_the_package_s_forward(model, tmp_path):
    rng = np.random.default_rng(3)
    body, reference = body_message(model, 10, 10), Reference(model.kind, model_arrays(model.kind), tmp_path)
    ground = np.array([0, 0, from_smplx(model.template)[:, 2].min()])
    for _ in range(3):
        values = rng.normal(0, 1.5, len(body.shapes)).astype(np.float32)
        rotations = rng.normal(0, 0.5, (len(body.joints), 3)).astype(np.float32)
        translation = rng.normal(0, 1, 3)
        added = correctives(model, rotations[None])
        rest = body.vertices + sum(v * s.deltas for v, s in zip(values, body.shapes, strict=True)) + added.shapes[0]
        heads = body.heads + sum(v * s.joints for v, s in zip(values, body.shapes, strict=True))
        matrices = deform_matrices(
            _Posable(body.joints, heads, body.parents), rotations[None], translation[None].astype(np.float32)
        )[0]
        blend = np.einsum("vi,viab->vab", body.skin_weights, matrices[body.skin_joints, :3])
        posed = np.einsum("vab,vb->va", blend[:, :, :3], rest) + blend[:, :, 3]
        wanted = reference(values[:10], values[10:], to_smplx(rotations), to_smplx(translation))
        assert np.abs(posed + ground - from_smplx(wanted)).max() < 1e-5


class _Posable:
    """What forward kinematics needs of a body."""

    def __init__(self, names, heads, parents):
        self.joint_names, self.joint_heads, self.joint_parents = names, heads, parents


def test_a_beta_that_moves_joints_is_pinned_and_one_that_does_not_is_free(tmp_path):
    arrays = model_arrays(SMPL_X)
    arrays["shapedirs"][:, :, 4] = 0
    farthest = np.argsort(arrays["J_regressor"].max(axis=0))[:50]
    arrays["shapedirs"][farthest, 0, 4] = 0.02
    shapes = body_message(load_model(str(write_npz(tmp_path / "SMPLX_MALE.npz", arrays))), 10, 10).shapes
    assert shapes[0].pinned
    assert not shapes[4].pinned
    assert all(shape.pinned for shape in shapes[10:])


def test_uvs_of_the_file_are_kept_and_a_file_without_any_says_so(tmp_path):
    arrays = model_arrays(SMPL_X, uvs=True)
    body = body_message(load_model(str(write_npz(tmp_path / "SMPLX_NEUTRAL.npz", arrays))), 0, 0)
    assert np.allclose(body.polygon_uvs[:, :3], arrays["vt"][arrays["ft"]])
    arrays["ft"] = arrays["ft"] + 10**6
    body = body_message(load_model(str(write_npz(tmp_path / "SMPLX_OTHER.npz", arrays))), 0, 0)
    assert body.polygon_uvs.shape == (0, 4, 2)
    assert body.shapes == ()


def test_correctives_of_an_action_are_few_shapes_and_near_enough():
    rng = np.random.default_rng(5)
    swing = np.sin(np.arange(50) / 50 * 2 * np.pi)
    frames = np.outer(swing, rng.normal(0, 0.01, 3000)) + np.outer(swing**2, rng.normal(0, 0.01, 3000))
    shapes, weights = compress(frames.astype(np.float32), 5e-5)
    assert len(shapes) == 3  # two motions, and what keeps their weights from being negative
    assert weights.min() >= 0
    assert weights.max() <= 1
    assert np.abs(weights @ shapes - frames).max() <= 6e-5


def test_the_correctives_of_one_pose_are_one_shape_to_the_last_bit_that_matters(model):
    rotations = np.random.default_rng(8).normal(0, 0.5, (1, len(model.kind.joints), 3)).astype(np.float32)
    found, twice = correctives(model, rotations), correctives(model, np.repeat(rotations, 2, axis=0))
    assert np.array_equal(found.weights, [[1]])
    assert len(twice.shapes) == 1
    assert np.abs(twice.weights @ twice.shapes.reshape(1, -1) - found.shapes.reshape(1, -1)).max() < 1e-6


def test_frames_that_have_little_in_common_need_many_shapes_and_come_within_the_tolerance():
    frames = np.random.default_rng(9).normal(0, 0.01, (30, 500)).astype(np.float32)
    shapes, weights = compress(frames, 2e-4)
    assert len(shapes) == 31
    assert np.abs(weights @ shapes - frames).max() < 2.1e-4


def test_a_body_at_rest_needs_no_correctives(model):
    found = correctives(model, np.zeros((4, len(model.kind.joints), 3), np.float32))
    assert found.shapes.shape == (0, len(model.template), 3)
    assert found.weights.shape == (4, 0)


def test_poses_of_another_skeleton_are_refused(model):
    with pytest.raises(JobError, match="joints where"):
        correctives(model, np.zeros((1, 7, 3), np.float32))
    with pytest.raises(JobError, match="too many"):
        correctives(model, np.zeros((1001, len(model.kind.joints), 3), np.float32))


def test_a_sparse_matrix_inside_an_archive_is_read(tmp_path):
    from scipy import sparse

    arrays = model_arrays(SMPL_H)
    wrapped = np.array(sparse.csr_matrix(arrays["J_regressor"]), object)
    model = load_model(str(write_npz(tmp_path / "SMPLH_MALE.npz", {**arrays, "J_regressor": wrapped})))
    assert np.allclose(model.regressor, arrays["J_regressor"], atol=1e-6)


class _Pickled:
    """Pickled as a call and perhaps a state, as numpy pickles arrays."""

    def __init__(self, *reduced):
        self.reduced = reduced

    def __reduce__(self):
        return self.reduced


def test_arrays_of_python_2_are_bytes_in_the_guise_of_text(tmp_path):
    arrays = model_arrays(SMPL)
    template = arrays["v_template"].astype("<f8")
    made, rest = np.empty(0).__reduce__()[:2]
    old = _Pickled(made, rest, (1, template.shape, template.dtype, False, template.tobytes().decode("latin1")))
    path = tmp_path / "SMPL_MALE.pkl"
    path.write_bytes(pickle.dumps({**arrays, "v_template": old}, protocol=2))
    assert np.array_equal(load_model(str(path)).template, template.astype(np.float32))


@pytest.mark.parametrize("protocol", [2, 5])
def test_pickles_of_old_and_new_protocols_hold_the_same_model(tmp_path, protocol):
    from scipy import sparse

    arrays = model_arrays(SMPL)
    shapes = np.asfortranarray(arrays["shapedirs"].astype(">f8"))
    poses = np.ascontiguousarray(arrays["posedirs"].transpose(0, 2, 1)).transpose(0, 2, 1)  # of neither order
    written = {**arrays, "shapedirs": shapes, "posedirs": poses}
    written["J_regressor"] = sparse.csc_matrix(arrays["J_regressor"])
    path = tmp_path / "SMPL_MALE.pkl"
    path.write_bytes(pickle.dumps(written, protocol=protocol))
    found = load_model(str(path))
    assert np.allclose(found.regressor, arrays["J_regressor"], atol=1e-6)
    assert np.array_equal(found.betas, np.moveaxis(arrays["shapedirs"], 2, 0).astype(np.float32))
    assert np.array_equal(found.pose_basis, arrays["posedirs"].reshape(-1, arrays["posedirs"].shape[2]).T)
    assert np.array_equal(found.faces, arrays["f"])


def _posing():
    """A dtype of two pointers that says of itself that it holds no objects."""
    kind, state = np.dtype("V16"), list(np.dtype([("a", "O"), ("b", "O")]).__reduce__()[2])
    state[-1] = 0
    kind.__setstate__(tuple(state))
    assert not kind.hasobject
    return kind


@pytest.mark.parametrize("kind", [np.dtype("O"), np.dtype([("a", "O")]), _posing(), np.dtype("V16")])
def test_bytes_never_pass_for_objects(tmp_path, kind):
    content = b"\1" * 16
    made, rest = np.empty(0).__reduce__()[:2]
    state = (1, (16 // kind.itemsize,), kind, False, content)
    path = tmp_path / "SMPL_MALE.pkl"
    for array in (
        _Pickled(np.arange(2).__reduce_ex__(5)[0], (content, kind, (1,), "C")),
        _Pickled(made, rest, state),
        [_Pickled(made, rest, state)] * 2,
        _Pickled(np.float64(0).__reduce__()[0], (kind, content)),
    ):
        path.write_bytes(pickle.dumps({"v_template": array}, protocol=4))
        assert "an array of" in refused(path).message


def test_what_a_pickle_wants_to_run_is_not_run(tmp_path):
    trace = tmp_path / "trace"

    class Bomb:
        def __reduce__(self):
            return os.system, (f"touch {trace}",)

    bomb = tmp_path / "SMPL_NEUTRAL.pkl"
    bomb.write_bytes(pickle.dumps({**dict.fromkeys(("f", "weights")), "v_template": Bomb()}, protocol=2))
    assert "wants to use" in refused(bomb).message
    wrapped = np.array(Bomb(), object)
    archive = write_npz(tmp_path / "SMPLX_NEUTRAL.npz", {**model_arrays(SMPL_X), "J_regressor": wrapped})
    assert "wants to use" in refused(archive).message
    assert not trace.exists()


def test_indices_of_a_sparse_matrix_are_checked_before_they_are_followed(tmp_path):
    arrays = model_arrays(SMPL)
    path = write_old_pickle(tmp_path / "SMPL_NEUTRAL.pkl", arrays)
    from scipy import sparse

    regressor = sparse.csc_matrix(arrays["J_regressor"])
    regressor.indices[7] = 10**6
    path.write_bytes(pickle.dumps({**arrays, "J_regressor": regressor}, protocol=2))
    assert refused(path).code == "bad_request"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no archive", b"hello", b"\x80\x02}q\x00.", pickle.dumps([1, 2])])
def test_a_file_of_another_sort_is_refused_in_words(tmp_path, content):
    path = tmp_path / "something.npz"
    path.write_bytes(content)
    error = refused(path)
    assert error.code == "bad_request"
    assert "something.npz is not a SMPL" in error.message


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda a: a.pop("posedirs"), "it lacks posedirs"),
        (lambda a: a.update(weights=a["weights"][:, :16]), "skin weights have the shape"),
        (lambda a: a.update(f=a["f"] + 9000), "faces point"),
        (lambda a: a.update(weights=a["weights"] * 2), "do not sum to 1"),
        (lambda a: a.update(v_template=a["v_template"] * np.nan), "not finite"),
        (lambda a: a.update(shapedirs=a["shapedirs"][:, :2]), "shapedirs has the shape"),
        (lambda a: a.update(kintree_table=a["kintree_table"][:, ::-1]), "before its parent"),
        (lambda a: a.update(f=a["f"].astype(str)), "no numbers"),
    ],
)
def test_arrays_that_do_not_fit_are_named(tmp_path, spoil, said):
    arrays = model_arrays(SMPL)
    spoil(arrays)
    assert said in refused(write_npz(tmp_path / "SMPL_NEUTRAL.npz", arrays)).message


def test_a_path_that_leads_to_no_file_is_said_to(tmp_path):
    for path in (tmp_path / "gone.npz", tmp_path, "relative.npz", "~nobody-of-that-name/a.npz", "/dev/null", "\0"):
        error = refused(path)
        assert (error.code, "no model file" in error.message) == ("unknown_body", True)


def test_without_the_smplx_package_it_is_said_how_to_get_it(tmp_path, monkeypatch):
    path = write_model(tmp_path, SMPL)
    monkeypatch.setitem(sys.modules, "smplx", None)
    error = refused(path)
    assert f"uv pip install --python {sys.executable} smplx" in error.remedy
    assert "non-commercial" in error.remedy


def test_a_file_that_has_changed_is_read_again(tmp_path):
    arrays = model_arrays(SMPL)
    path = write_npz(tmp_path / "SMPL_NEUTRAL.npz", arrays)
    assert load_model(str(path)) is load_model(str(path))
    write_npz(path, {**arrays, "v_template": arrays["v_template"] * 2})
    os.utime(path, ns=(0, 0))
    assert np.allclose(load_model(str(path)).template, arrays["v_template"] * 2)
