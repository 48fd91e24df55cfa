"""What a body remembers, how its bones follow its shape, and what is refused in words with nothing changed."""

import numpy as np
import pytest
from clipmatrix.bodies import load_figure, reshaped
from clipmatrix.bodies.message import body_message as figure_message
from clipmatrix.bodies.smpl import body_message, load_model
from clipmatrix.bodies.smpl.kinds import SMPL
from clipmatrix_protocol import Correctives
from msgspec.structs import replace

from tests.backend.smpl.model_files import write_model
from tests.blender_addon.fingerprint import differences, fingerprint
from tests.blender_addon.strict_layout import StrictLayout


@pytest.fixture(scope="module")
def message(tmp_path_factory):
    """A SMPL body as the backend sends it."""
    return body_message(load_model(str(write_model(tmp_path_factory.mktemp("models"), SMPL))), 10, 10)


@pytest.fixture
def body(blender, rooms, message):
    """A SMPL body in the scene: its mesh object and its rig."""
    return rooms("bodies.build").build_body(message, blender.context)


def keys_of(mesh_object):
    return mesh_object.data.shape_keys.key_blocks


def heads(rig, names=SMPL.joints):
    return np.array([rig.data.bones[name].head_local[:] for name in names])


def refused(operator, **options):
    """What an operator says when it can't, whether before it is pressed or after."""
    with pytest.raises(RuntimeError) as caught:
        operator(**options)
    return str(caught.value)


def test_a_file_without_uvs_is_unwrapped(body):
    uvs = np.array([uv.vector[:] for uv in body.mesh_object.data.uv_layers.active.uv])
    assert len(body.mesh_object.data.uv_layers) == 1
    assert np.ptp(uvs, axis=0).min() > 0.5
    assert uvs.min() >= 0
    assert uvs.max() <= 1


def test_bones_carry_the_models_names_and_stand_at_its_joints(body, message):
    assert {bone.name for bone in body.rig.data.bones} == set(SMPL.joints)
    assert np.abs(heads(body.rig) - message.heads).max() < 1e-6
    assert all(bone.length >= 0.0099 for bone in body.rig.data.bones)


def test_joints_expressions_and_betas_that_move_bones_are_locked(body, message):
    for shape in message.shapes:
        key = keys_of(body.mesh_object)[shape.name]
        assert (key.slider_min, key.slider_max, key.lock_shape) == (-5, 5, shape.pinned)


def test_bones_follow_the_shape_and_come_back_with_it(blender, body, message):
    before = heads(body.rig)
    keys_of(body.mesh_object)["shape_1"].value = 2
    assert blender.ops.clipmatrix.fit_bones() == {"FINISHED"}
    assert np.abs(heads(body.rig) - before - 2 * message.shapes[1].joints).max() < 1e-5
    keys_of(body.mesh_object)["shape_1"].value = 0
    blender.ops.clipmatrix.fit_bones()
    assert np.abs(heads(body.rig) - before).max() < 1e-6


def test_a_muted_key_moves_no_bone(blender, body):
    before = heads(body.rig)
    key = keys_of(body.mesh_object)["shape_1"]
    key.value, key.mute = 2, True
    blender.ops.clipmatrix.fit_bones()
    assert np.abs(heads(body.rig) - before).max() < 1e-6


@pytest.mark.parametrize("name", ["tall", "short", "child"])
def test_the_embedded_figures_bones_follow_its_stature(blender, rooms, name):
    mesh_object, rig = rooms("bodies.build").build_body(figure_message("figure"), blender.context)
    keys_of(mesh_object)[name].value = 1
    blender.ops.clipmatrix.fit_bones()
    wanted = reshaped(load_figure(), {name: 1.0})
    ground = load_figure().vertices + load_figure().shape_deltas[load_figure().shape_names.index(name)]
    assert np.abs(heads(rig, wanted.joint_names) - wanted.joint_heads - [0, 0, ground[:, 2].min()]).max() < 1e-4


def test_bones_are_fitted_from_pose_mode_and_the_mode_stays(blender, body):
    keys_of(body.mesh_object)["shape_0"].value = 1
    before = heads(body.rig)
    blender.context.view_layer.objects.active = body.rig
    blender.ops.object.mode_set(mode="POSE")
    blender.ops.clipmatrix.fit_bones()
    assert (blender.context.mode, blender.context.view_layer.objects.active) == ("POSE", body.rig)
    assert np.abs(heads(body.rig) - before).max() > 0.01


def test_mirrored_editing_does_not_pull_the_other_sides_bones_along(blender, body, message):
    body.rig.data.use_mirror_x = True
    keys_of(body.mesh_object)["shape_0"].value = 1
    blender.ops.clipmatrix.fit_bones()
    assert np.abs(heads(body.rig) - message.heads - message.shapes[0].joints).max() < 1e-5
    assert body.rig.data.use_mirror_x


def test_a_body_remembers_across_saving_and_in_a_copy(blender, rooms, body, tmp_path):
    path = str(tmp_path / "body.blend")
    blender.ops.wm.save_as_mainfile(filepath=path)
    blender.ops.wm.open_mainfile(filepath=path)
    recall = rooms("bodies.memory").recall
    mesh = next(iter(blender.data.meshes))
    origin, copy = recall(mesh), recall(mesh.copy())
    assert (origin.joints, origin.file) == (SMPL.joints, copy.file)
    assert origin.file.endswith("SMPL_FEMALE.pkl")
    assert set(origin.moves) == {f"shape_{number}" for number in range(10)}
    assert "non-commercial" in rooms("bodies.memory").licence_of(mesh)


def rename_a_bone(body):
    body.rig.data.bones["neck"].name = "Hals"


def scale_for_good(body):
    body.mesh_object.data.transform(np.diag([2.0, 2.0, 2.0, 1.0]).tolist(), shape_keys=True)


@pytest.mark.parametrize(("spoil", "said"), [(rename_a_bone, "has no bone neck"), (scale_for_good, "scaled")])
def test_bones_that_cannot_be_fitted_are_left_as_they_are(blender, rooms, body, spoil, said):
    keys_of(body.mesh_object)["shape_0"].value = 2
    spoil(body)
    before = fingerprint(blender)
    assert said in refused(blender.ops.clipmatrix.fit_bones)
    assert differences(before, fingerprint(blender)) == []
    assert rooms("job.session").current().error.remedy


def test_a_hidden_rigs_bones_are_fitted_and_it_stays_hidden(blender, body, message):
    keys_of(body.mesh_object)["shape_0"].value = 1
    body.rig.hide_set(True)
    blender.ops.clipmatrix.fit_bones()
    assert np.abs(heads(body.rig) - message.heads - message.shapes[0].joints).max() < 1e-5
    assert body.rig.hide_get()


def test_a_connected_bone_is_refused_and_nothing_moves(blender, body):
    blender.context.view_layer.objects.active = body.rig
    blender.ops.object.mode_set(mode="EDIT")
    body.rig.data.edit_bones["left_knee"].use_connect = True
    blender.ops.object.mode_set(mode="OBJECT")
    keys_of(body.mesh_object)["shape_0"].value = 2
    before = heads(body.rig)
    assert "left_knee is connected" in refused(blender.ops.clipmatrix.fit_bones)
    assert np.array_equal(heads(body.rig), before)


def test_what_is_no_body_is_told_from_one(blender, scenes, rooms):
    scenes.select(scenes.cube())
    assert "Select a body" in refused(blender.ops.clipmatrix.fit_bones)
    assert "Select a body" in refused(blender.ops.clipmatrix.pose_correctives)
    cube = blender.context.view_layer.objects.active
    cube.data["clipmatrix_body"] = {"file": "x", "joints": {}}
    assert rooms("bodies.memory").recall(cube.data) is None


def test_in_edit_mode_neither_is_offered(blender, body):
    blender.ops.object.mode_set(mode="EDIT")
    assert "Object Mode or Pose Mode" in refused(blender.ops.clipmatrix.fit_bones)
    assert "Object Mode or Pose Mode" in refused(blender.ops.clipmatrix.pose_correctives)
    blender.ops.object.mode_set(mode="OBJECT")


def test_without_a_backend_correctives_and_models_are_refused(blender, body):
    assert "Connect to a backend first" in refused(blender.ops.clipmatrix.pose_correctives)
    assert "Connect to a backend first" in refused(blender.ops.clipmatrix.add_model, filepath="/model.npz")


def test_a_body_without_a_model_file_has_no_correctives(blender, rooms, message):
    rooms("bodies.build").build_body(replace(message, file=""), blender.context)
    assert "Only bodies from a SMPL file" in refused(blender.ops.clipmatrix.pose_correctives)


def test_while_a_job_runs_the_bones_stay(blender, rooms, body):
    session = rooms("job.session").current()
    session.state = rooms("job.phases").Phase.RUNNING
    assert "ClipMatrix is" in refused(blender.ops.clipmatrix.fit_bones)
    session.state = rooms("job.phases").Phase.OFFLINE


def test_the_artists_own_keys_and_curves_outlive_our_correctives(blender, rooms, body, message):
    correct, mesh_object = rooms("bodies.correct"), body.mesh_object
    key = keys_of(mesh_object)["shape_9"]
    for frame, value in ((1, 0.0), (10, 1.0)):
        key.value = value
        key.keyframe_insert("value", frame=frame)
    mesh_object.active_shape_key_index = 4
    blender.context.scene.frame_set(5)
    before = fingerprint(blender)
    moved = np.full((2, len(message.vertices), 3), 0.01, np.float32)
    found = Correctives(moved, np.array([[0, 1], [1, 0]], np.float32))
    correct.write_frames(mesh_object, mesh_object.data.shape_keys.animation_data.action, found, range(1, 3))
    assert [key.name for key in keys_of(mesh_object)][-2:] == [
        "ClipMatrix pose correctives 1",
        "ClipMatrix pose correctives 2",
    ]
    correct.remove(mesh_object)
    assert differences(before, fingerprint(blender)) == []


def test_an_action_is_as_it_was_when_its_correctives_are_gone(blender, rooms, body, message):
    body.rig.pose.bones["neck"].keyframe_insert("rotation_quaternion", frame=1)
    action = body.rig.animation_data.action
    slots = list(getattr(action, "slots", ()))  # Blender before 4.4 has none: the keys get an Action of their own
    found = Correctives(np.full((1, len(message.vertices), 3), 0.01, np.float32), np.ones((2, 1), np.float32))
    rooms("bodies.correct").write_frames(body.mesh_object, action, found, range(1, 3))
    plays = body.mesh_object.data.shape_keys.animation_data.action
    assert (plays == action) == bool(slots)
    assert len(getattr(plays, "slots", ())) == (2 if slots else 0)
    rooms("bodies.correct").remove(body.mesh_object)
    assert list(getattr(action, "slots", ())) == slots
    assert body.mesh_object.data.shape_keys.animation_data.action is None
    assert list(blender.data.actions) == [action]


def test_correctives_of_another_mesh_are_refused(rooms, body):
    found = Correctives(np.zeros((1, 7, 3), np.float32), np.ones((1, 1), np.float32))
    before = len(keys_of(body.mesh_object))
    with pytest.raises(rooms("errors").Refusal, match="vertices of its model file"):
        rooms("bodies.correct").write_pose(body.mesh_object, found)
    assert len(keys_of(body.mesh_object)) == before


def test_the_panel_says_when_bones_do_not_fit_and_under_which_terms_the_body_is(blender, rooms, body):
    def drawn():
        layout = StrictLayout(blender)
        panel = rooms("interface.panels.body").CLIPMATRIX_PT_body
        assert panel.poll(blender.context)
        panel.show(layout, blender.context)
        return " ".join(map(str, layout.drawn))

    assert "do not fit" not in drawn()
    assert "non-commercial" in drawn()
    assert "clipmatrix.pose_correctives" in drawn()
    keys_of(body.mesh_object)["shape_0"].value = 1
    assert "The bones do not fit the shape" in drawn()
    body.rig.data.bones["neck"].name = "Hals"
    assert "The bones do not fit the shape" in drawn()


def test_the_panel_is_not_there_for_others(blender, scenes, rooms):
    scenes.character()
    assert not rooms("interface.panels.body").CLIPMATRIX_PT_body.poll(blender.context)
