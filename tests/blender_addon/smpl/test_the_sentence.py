"""Pose the SMPL rig, press Generate, export the animation."""

import json

import numpy as np
import pytest
from clipmatrix.bodies.smpl.kinds import SMPL_X

from tests.blender_addon.gltf_validator import validate

FRAMES = 12


def animate(rig):
    """Raise an arm and bend a knee over twelve frames, as an artist keys it."""
    for name, angle in (("left_shoulder", 1.1), ("right_knee", 0.9), ("head", 0.4)):
        bone = rig.pose.bones[name]
        bone.rotation_mode = "XYZ"
        for frame, share in ((1, 0.0), (FRAMES, 1.0)):
            bone.rotation_euler = (angle * share, 0, 0)
            bone.keyframe_insert("rotation_euler", frame=frame)
    rig.animation_data.action.name = "stretch"


def settings_for_a_moment(scene):
    settings = scene.clipmatrix
    settings.steps, settings.views, settings.texture_size, settings.update_every = 3, 1, "64", 0.0


def nearest(points, others):
    """The largest distance from any of ``points`` to the nearest of ``others``; exporters split and order vertices."""
    return max(np.linalg.norm(others - point, axis=1).min() for point in points[:: len(points) // 200])


@pytest.mark.timeout(300)
def test_pose_the_smpl_rig_press_generate_export_the_animation(blender, rooms, talk, model, tmp_path):
    body = model(SMPL_X)
    body.add(talk)
    scene = blender.context.scene
    body.keys["shape_0"].value = 1.5
    blender.ops.clipmatrix.fit_bones()
    animate(body.rig)
    blender.ops.clipmatrix.pose_correctives(frames="ACTION")
    talk.answer()

    settings_for_a_moment(scene)
    assert blender.ops.clipmatrix.generate() == {"FINISHED"}
    talk.until(lambda: talk.session.state in (talk.phase.FINISHED, talk.phase.FAILED), seconds=200)
    assert talk.session.error is None
    assert talk.session.job is not None
    blender.ops.clipmatrix.accept()
    assert body.keys["shape_0"].value == 1.5, "a beta that moves joints is not for the job"
    assert "ClipMatrix offsets" in body.keys

    shown = []
    for frame in range(1, FRAMES + 1):
        scene.frame_set(frame)
        shown.append(body.evaluated())
    assert np.abs(shown[-1] - shown[0]).max() > 0.2
    glb = rooms("output.export").export_glb([body.mesh_object, body.rig], tmp_path / "smpl.glb")
    assert validate(glb)["issues"]["numErrors"] == 0
    header = json.loads(glb.read_bytes()[20 : 20 + int.from_bytes(glb.read_bytes()[12:16], "little")])
    assert len(header["skins"][0]["joints"]) == 55
    animations = [animation["name"] for animation in header["animations"]]
    if blender.app.version < (4, 4):  # before there were slots, bones and keys could not share an Action
        assert animations == ["stretch", "stretch correctives"]
        return
    assert animations == ["stretch"]
    assert {channel["target"]["path"] for channel in header["animations"][0]["channels"]} >= {"rotation", "weights"}

    blender.data.batch_remove([*blender.data.objects, *blender.data.actions])
    blender.ops.import_scene.gltf(filepath=str(glb))
    back = next(thing for thing in blender.data.objects if thing.type == "MESH" and thing.find_armature())
    body.mesh_object = back
    assert len(back.vertex_groups) == 55
    for frame, wanted in enumerate(shown):
        scene.frame_set(frame)  # glTF's time begins at 0
        world = np.array(back.matrix_world)
        found = body.evaluated() @ world[:3, :3].T + world[:3, 3]
        assert nearest(wanted, found) < 2e-4, frame
