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
    sent = backend.jobs[0].character
    knee = sent.poses[1:, sent.joints.index("left_knee"), :3, :3]  # behind the rest pose
    assert np.ptp(knee, axis=0).max() > 0.5, "the job must see the knee bend"
    blender.ops.wm.open_mainfile(filepath=str(tmp_path / "out.blend"))
    assert blender.data.objects["figure rig"].animation_data.action.name == "kneel"
    assert (blender.context.scene.frame_start, blender.context.scene.frame_end) == (1, 25)


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
