"""A SMPL body in a real window: the dialog that asks for the file, the panel, the body before and after its fitting.

As ``test_window.py``: needs ``CLIPMATRIX_BLENDER``, Xvfb and ImageMagick; ``CLIPMATRIX_SCREENSHOTS`` keeps pictures.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.backend.smpl.model_files import figure_arrays, write_npz
from tests.screen.conftest import SECRET
from tests.screen.window import Window

Shoot = Callable[[str], Image.Image]

pytestmark = pytest.mark.timeout(300)

POSE = """
rig = next(thing for thing in bpy.data.objects if thing.type == "ARMATURE")
for name, angles in {"left_shoulder": (0.4, 0, -1.0), "right_elbow": (0, 1.2, 0), "left_knee": (0.8, 0, 0)}.items():
    rig.pose.bones[name].rotation_mode = "XYZ"
    rig.pose.bones[name].rotation_euler = angles
"""

TALLER = """
mesh_object = next(thing for thing in bpy.data.objects if thing.type == "MESH")
mesh_object.data.shape_keys.key_blocks["shape_2"].value = 1
bpy.ops.ed.undo_push(message="Taller")
"""
"""The figure's statures are among the betas of our file; this is "tall"."""

ACTION = """
rig = next(thing for thing in bpy.data.objects if thing.type == "ARMATURE")
answer = rig.animation_data and rig.animation_data.action and rig.animation_data.action.name
"""

BONES = "answer = [list(bone.head_local) for bone in bpy.data.armatures[0].bones]"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write_npz(tmp_path / "SMPLX_NEUTRAL.npz", figure_arrays())


def add(window: Window, address: str, file: Path) -> None:
    """Connect, and add the body alone."""
    window.do(f"connect({address!r}, {SECRET!r})")
    window.wait("session().state is Phase.IDLE", 30)
    window.do("for thing in list(bpy.data.objects): bpy.data.objects.remove(thing)")
    window.do(f"bpy.ops.clipmatrix.add_model(filepath={str(file)!r})")
    window.wait("session().state is not Phase.FETCHING", 60)
    assert window.do("answer = str(session().error or '')") == ""
    window.do("look_at_selected()")


def test_a_body_is_added_posed_and_fitted(window: Window, backend_address: str, file: Path, shoot: Shoot) -> None:
    add(window, backend_address, file)
    window.do(POSE)
    shoot("smpl-added")
    window.do(TALLER)
    shoot("smpl-shaped")
    before = window.do(BONES)
    assert window.do("answer = list(bpy.ops.clipmatrix.fit_bones('EXEC_DEFAULT', True))") == ["FINISHED"]
    assert window.do(BONES) != before
    shoot("smpl-fitted")
    window.do("bpy.ops.ed.undo()")
    assert window.do(BONES) == before
    window.do("settle()")


def test_a_recorded_motion_is_loaded_and_undone(
    window: Window, backend_address: str, file: Path, tmp_path: Path, shoot: Shoot
) -> None:
    poses = np.zeros((48, 52, 3))
    poses[:, 0, 0] = np.pi / 2
    poses[:, 16, 2], poses[:, 17, 2] = -1.2, 1.2  # arms down, in SMPL's axes
    poses[:, 5, 0] = np.linspace(0, 1.4, 48)
    np.savez(tmp_path / "step.npz", poses=poses.reshape(48, -1), trans=np.zeros((48, 3)), mocap_framerate=24.0)
    add(window, backend_address, file)
    before = window.do(ACTION)
    path = str(tmp_path / "step.npz")
    load = f"answer = list(bpy.ops.clipmatrix.load_motion('EXEC_DEFAULT', True, filepath={path!r}))"
    assert window.do(load) == ["FINISHED"]
    assert window.do(ACTION) == "step"
    window.do("bpy.context.scene.frame_set(40)")
    shoot("smpl-motion")
    window.do("bpy.ops.ed.undo()")
    assert window.do(ACTION) == before
    window.do("settle()")


def test_the_file_browser_says_under_which_terms(window: Window, backend_address: str, shoot: Shoot) -> None:
    window.do(f"connect({backend_address!r}, {SECRET!r})")
    window.wait("session().state is Phase.IDLE", 30)
    windows = len(window.do("answer = [w.as_pointer() for w in bpy.context.window_manager.windows]"))
    window.do("bpy.ops.clipmatrix.add_model('INVOKE_DEFAULT')")
    window.wait(f"len(bpy.context.window_manager.windows) > {windows}", 10)
    shoot("smpl-dialog")
    window.do(
        "for w in bpy.context.window_manager.windows:\n"
        "    for area in w.screen.areas:\n"
        "        if area.type == 'FILE_BROWSER':\n"
        "            with bpy.context.temp_override(window=w, area=area, region=area.regions[-1]):\n"
        "                bpy.ops.file.cancel()\n"
        "            break"
    )
    window.wait(f"len(bpy.context.window_manager.windows) == {windows}", 10)
    window.do("settle()")
