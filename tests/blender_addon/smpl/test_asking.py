"""Asking a real backend for bodies and correctives, and what it says when it has none."""

import os
import shutil

import numpy as np
import pytest
from clipmatrix.bodies.smpl.kinds import SMPL


def asked(blender, talk, path, **options):
    """Ask for a body from a file; what the session then says."""
    if talk.session.state is talk.phase.OFFLINE:
        talk.connect()
    blender.ops.clipmatrix.add_model(filepath=str(path), **options)
    talk.answer()
    assert not blender.data.objects
    assert not blender.data.meshes
    return talk.session.error


def test_a_path_to_nothing_is_said_to_be_one_on_the_backends_machine(blender, talk, tmp_path):
    error = asked(blender, talk, tmp_path / "gone.npz")
    assert "no model file" in error.message
    assert "backend's machine" in error.message


def test_a_file_of_another_sort_is_refused_and_the_next_one_is_read(blender, talk, model, tmp_path):
    picture = tmp_path / "picture.npz"
    np.savez(picture, pixels=np.zeros(3))
    assert "it lacks v_template" in asked(blender, talk, picture).message
    body = model(SMPL)
    body.add(talk)
    assert body.mesh_object.name == "SMPL female"


def test_no_file_at_all_is_refused_before_anybody_is_asked(blender, talk):
    talk.connect()
    with pytest.raises(RuntimeError, match="No model file is chosen"):
        blender.ops.clipmatrix.add_model(filepath="  ")
    assert talk.session.state is talk.phase.IDLE


def test_as_many_shapes_come_as_were_asked_for(blender, talk, model):
    body = model(SMPL)
    talk.connect()
    blender.ops.clipmatrix.add_model(filepath=str(body.file), betas=3)
    talk.answer()
    keys = blender.context.view_layer.objects.active.data.shape_keys.key_blocks
    assert [key.name for key in keys] == ["Basis", "shape_0", "shape_1", "shape_2"]


def test_a_model_file_that_has_gone_is_missed_by_its_correctives(blender, talk, model):
    body = model(SMPL)
    body.add(talk)
    shutil.move(body.file, body.file.with_suffix(".moved"))
    blender.ops.clipmatrix.pose_correctives()
    talk.answer()
    assert "no model file" in talk.session.error.message
    os.rename(body.file.with_suffix(".moved"), body.file)
    blender.ops.clipmatrix.pose_correctives()
    talk.answer()
    assert talk.session.error is None


def test_every_frame_needs_an_action(blender, talk, model):
    body = model(SMPL)
    body.add(talk)
    with pytest.raises(RuntimeError, match="has no Action"):
        blender.ops.clipmatrix.pose_correctives(frames="ACTION")


def test_a_body_deleted_before_its_correctives_come_is_missed_in_words(blender, talk, model):
    body = model(SMPL)
    body.add(talk)
    blender.ops.clipmatrix.pose_correctives()
    blender.data.objects.remove(body.mesh_object)
    talk.answer()
    assert "no longer in the file" in talk.session.error.message


def test_at_rest_no_corrective_key_is_made(blender, talk, model):
    body = model(SMPL)
    body.add(talk)
    blender.ops.clipmatrix.pose_correctives()
    talk.answer()
    assert not [key for key in body.keys if key.name.startswith("ClipMatrix")]


def test_a_pose_made_by_a_constraint_counts_as_a_pose(blender, talk, model):
    body = model(SMPL)
    body.add(talk)
    target = blender.data.objects.new("Target", None)
    target.location = (2, -1, 3)
    blender.context.scene.collection.objects.link(target)
    constraint = body.rig.pose.bones["left_elbow"].constraints.new("DAMPED_TRACK")
    constraint.target = target
    blender.context.view_layer.update()
    blender.ops.clipmatrix.pose_correctives()
    talk.answer()
    assert "ClipMatrix pose correctives" in body.keys
