"""Posed in Blender, a body from a model file is what smplx's ``forward`` says."""

import numpy as np
import pytest
from clipmatrix.bodies.kinematics import from_smplx
from clipmatrix.bodies.smpl.kinds import SMPL, SMPL_H, SMPL_X

TOLERANCE = 1e-4
"""Metres, for a pose that correctives were asked for."""

FRAME_TOLERANCE = 3e-4
"""Metres, for one of many frames that share a few shapes."""


def set_pose(model, rotations, translation):
    """Pose the rig by hand: rotations (J, 3) and translation (3,) in SMPL's axes, by axis and angle."""
    for name, rotation in zip(model.kind.joints, from_smplx(rotations), strict=True):
        bone = model.rig.pose.bones[name]
        axes = np.array(bone.bone.matrix_local.to_3x3())
        angle = np.linalg.norm(rotation)
        bone.rotation_mode = "AXIS_ANGLE"
        bone.rotation_axis_angle = (angle, *(axes.T @ rotation / max(angle, 1e-9)))
        if bone.parent is None:
            bone.location = axes.T @ from_smplx(translation)
    model.bpy.context.view_layer.update()


@pytest.mark.parametrize(
    ("kind", "poses"), [(SMPL_X, 100), (SMPL_H, 25), (SMPL, 25)], ids=lambda value: getattr(value, "smplx_class", "")
)
def test_random_shapes_and_poses_agree_with_smplx(blender, talk, model, kind, poses, record_property):
    body = model(kind).with_reference()
    body.add(talk)
    rng = np.random.default_rng(11)
    worst, bare, moved = 0.0, 0.0, 0.0
    for _ in range(poses):
        values = rng.uniform(-3, 3, len(body.keys) - 1).astype(np.float32)
        if "ClipMatrix pose correctives" in body.keys:
            values = values[:-1]
        rotations = rng.normal(0, 0.5, (len(kind.joints), 3)).astype(np.float32)
        translation = rng.normal(0, 1, 3).astype(np.float32)
        for number, value in enumerate(values):
            body.keys[number + 1].value = value
        assert blender.ops.clipmatrix.fit_bones() == {"FINISHED"}
        set_pose(body, rotations, translation)
        wanted = body.forward(values, rotations, translation)
        bare = max(bare, np.abs(body.evaluated() - wanted).max())
        blender.ops.clipmatrix.pose_correctives()
        talk.answer()
        assert talk.session.error is None
        worst = max(worst, np.abs(body.evaluated() - wanted).max())
        moved = max(moved, np.abs(wanted).max())
    record_property("worst", float(worst))
    print(f"{kind.name}: {poses} poses, at most {worst:.2e} m apart; {bare:.2e} m without fresh correctives")
    assert worst < TOLERANCE
    assert bare > 100 * TOLERANCE, "the correctives must matter"
    assert moved > 1


def test_without_fitting_the_bones_a_shaped_body_poses_wrongly(blender, talk, model):
    body = model(SMPL).with_reference()
    body.add(talk)
    body.keys["shape_0"].value = 3
    rotations = np.random.default_rng(1).normal(0, 0.5, (24, 3)).astype(np.float32)
    wanted = body.forward(np.eye(10)[0] * 3, rotations, np.zeros(3))
    set_pose(body, rotations, np.zeros(3))
    blender.ops.clipmatrix.pose_correctives()
    talk.answer()
    assert np.abs(body.evaluated() - wanted).max() > 100 * TOLERANCE
    blender.ops.clipmatrix.fit_bones()
    assert np.abs(body.evaluated() - wanted).max() < TOLERANCE


def test_an_action_means_the_same_after_fitting(blender, talk, model):
    body = model(SMPL)
    body.add(talk)
    axes = np.array([bone.matrix_local.to_3x3() for bone in body.rig.data.bones])
    rolls = [tuple(bone.AxisRollFromMatrix(bone.matrix_local.to_3x3())) for bone in body.rig.data.bones]
    lengths = [bone.length for bone in body.rig.data.bones]
    for number in range(10):
        body.keys[f"shape_{number}"].value = (-1) ** number * 4
        blender.ops.clipmatrix.fit_bones()
    assert np.abs(np.array([bone.matrix_local.to_3x3() for bone in body.rig.data.bones]) - axes).max() < 2e-5
    for number in range(10):
        body.keys[f"shape_{number}"].value = 0
    blender.ops.clipmatrix.fit_bones()
    again = [tuple(bone.AxisRollFromMatrix(bone.matrix_local.to_3x3())) for bone in body.rig.data.bones]
    assert np.allclose([roll for _, roll in rolls], [roll for _, roll in again], atol=1e-4)
    assert np.allclose([bone.length for bone in body.rig.data.bones], lengths, atol=1e-6)


def test_correctives_follow_every_frame_of_an_action(blender, talk, model):
    body = model(SMPL_X).with_reference()
    body.add(talk)
    rng = np.random.default_rng(2)
    ends = rng.normal(0, 0.5, (2, 55, 3)).astype(np.float32)
    blender.context.scene.frame_set(7)
    for frame, rotations in zip((1, 20), ends, strict=True):
        set_pose(body, rotations, np.zeros(3))
        for bone in body.rig.pose.bones:
            bone.keyframe_insert("rotation_axis_angle", frame=frame)
    blender.ops.clipmatrix.pose_correctives(frames="ACTION")
    assert blender.context.scene.frame_current == 7
    talk.answer()
    assert talk.session.error is None
    names = [key.name for key in body.keys if key.name.startswith("ClipMatrix")]
    assert 2 <= len(names) < 20
    worst = 0.0
    for frame in range(1, 21):
        blender.context.scene.frame_set(frame)
        rotations = np.zeros((55, 3))
        for index, name in enumerate(body.kind.joints):
            bone = body.rig.pose.bones[name]
            angle, *axis = bone.rotation_axis_angle
            axis = np.array(axis) / max(np.linalg.norm(axis), 1e-12)
            rotations[index] = np.array(bone.bone.matrix_local.to_3x3()) @ axis * angle
        wanted = body.forward(np.zeros(20), rotations @ from_smplx(np.eye(3)).T, np.zeros(3))
        worst = max(worst, np.abs(body.evaluated() - wanted).max())
    assert worst < FRAME_TOLERANCE, worst
    blender.ops.clipmatrix.pose_correctives()
    talk.answer()
    assert [key.name for key in body.keys if key.name.startswith("ClipMatrix")] == ["ClipMatrix pose correctives"]
