"""``--motion``: a body grows in the poses of a recording, and is exported with it."""

import numpy as np
import pytest
from clipmatrix.bodies.message import body_message


@pytest.fixture
def walk(tmp_path):
    """A second in which a knee bends."""
    poses = np.zeros((61, 52, 3))
    poses[:, 0, 0] = np.pi / 2
    poses[:, 4, 0] = np.linspace(0, 1.2, 61)
    np.savez(tmp_path / "kneel.npz", poses=poses.reshape(61, -1), trans=np.zeros((61, 3)), mocap_framerate=60.0)
    return tmp_path / "kneel.npz"


def test_the_body_of_a_file_plays_it(command, blender, rooms, backend, walk, tmp_path):
    rig = rooms("bodies.build").build_body(body_message("figure"), blender.context).rig
    blender.ops.mesh.primitive_cube_add()  # what is active when the file is opened
    rig.select_set(True)
    blender.ops.wm.save_as_mainfile(filepath=str(tmp_path / "body.blend"), copy=True)
    blender.ops.wm.read_homefile(use_empty=True)
    arguments = ["--address", backend.address, "--steps", "3", "--texture-size", "64", "--pictures", "none"]
    wanted = ["--blend", tmp_path / "body.blend", "--motion", walk, "--export", tmp_path / "out.blend"]
    code, events = command("generate", "--prompt", "a red figure", *arguments, *wanted)
    assert code == 0, events
    assert _knees(backend.jobs[0]) > 0.5, "the job must see the knee bend"
    blender.ops.wm.open_mainfile(filepath=str(tmp_path / "out.blend"))
    assert blender.data.objects["figure rig"].animation_data.action.name == "kneel"
    assert (blender.context.scene.frame_start, blender.context.scene.frame_end) == (1, 25)


def _knees(job):
    """How far the left knee turns over the poses of a job, behind the rest pose."""
    sent = job.character
    return np.ptp(sent.poses[1:, sent.joints.index("left_knee"), :3, :3], axis=0).max()


def _generate(command, backend, walk, tmp_path):
    arguments = ["--address", backend.address, "--steps", "3", "--texture-size", "64", "--pictures", "none"]
    return command(
        "generate", "--prompt", "a red figure", *arguments, "--motion", walk, "--export", tmp_path / "a.blend"
    )


def test_the_job_looks_at_the_motion_whatever_poses_the_file_has_chosen(
    command, blender, rooms, backend, walk, tmp_path
):
    rooms("bodies.build").build_body(body_message("figure"), blender.context)
    settings = rooms("interface.properties").of(blender.context.scene)
    settings.action = blender.data.actions["wave"]
    settings.frames, settings.first_frame, settings.last_frame = "RANGE", 1, 2
    code, events = _generate(command, backend, walk, tmp_path)
    assert code == 0, events
    assert _knees(backend.jobs[0]) > 0.5


@pytest.mark.parametrize("state", ["rig elsewhere", "no parent", "body hidden"])
def test_a_body_plays_it_wherever_its_rig_is(command, blender, rooms, scenes, backend, walk, tmp_path, state):
    body = rooms("bodies.build").build_body(body_message("figure"), blender.context)
    if state == "rig elsewhere":
        blender.context.scene.collection.objects.unlink(body.rig)
    elif state == "no parent":
        body.mesh_object.parent = None
    else:
        boot = scenes.column("Boot")
        boot.parent, boot.parent_type, boot.parent_bone = body.rig, "BONE", "left_knee"
        scenes.select(boot)
        body.mesh_object.hide_set(True)
    code, events = _generate(command, backend, walk, tmp_path)
    assert code == 0, events
    assert _knees(backend.jobs[0]) > 0.5


def test_what_is_no_body_is_said_before_there_is_a_job(command, scenes, backend, walk, tmp_path):
    scenes.character()
    code, events = command(
        "generate", "--prompt", "red", "--address", backend.address, "--motion", walk, "--export", tmp_path / "a.glb"
    )
    assert code == 1
    assert "Select a body that ClipMatrix has added" in events[-1]["message"]
    assert backend.jobs == []


def test_a_body_of_other_joints_is_refused(command, backend, walk, tmp_path):
    code, events = command(
        "generate", "--figure", "--prompt", "red", "--address", backend.address, "--motion", walk,
        "--export", tmp_path / "a.glb",
    )  # fmt: skip
    assert code == 1
    assert "not those of SMPL" in events[-1]["message"]
