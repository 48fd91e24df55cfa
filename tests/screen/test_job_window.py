"""A job in a real window: pause, edit mode, undo, a render and a new file while it streams; ticks stay short.

Needs what tests/screen/test_window.py needs.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.screen.window import Window

Shoot = Callable[[str], Image.Image]

pytestmark = pytest.mark.timeout(400)

MEASURE = """
import time
pumping = importlib.import_module(PACKAGE + ".job.pump")
ticks = []
def measured(plain=pumping.pump):
    began = time.thread_time()
    again = plain()
    ticks.append((time.thread_time() - began) * 1000)
    return again
bpy.app.timers.unregister(pumping.pump)
bpy.app.timers.register(measured, persistent=True)
"""
"""Has every tick timed: milliseconds of the main thread's own time."""

RESTORE = """
bpy.app.timers.unregister(measured)
bpy.app.timers.register(pumping.pump, persistent=True)
"""


@pytest.fixture
def running(connected: Window) -> Iterator[Window]:
    """A job that streams, and does not end by itself."""
    connected.do("small_job('a red figure', 10_000)")
    connected.wait("session().result is not None and session().progress.step > 5", 120)
    yield connected
    if connected.do("answer = session().job is not None"):
        stop(connected)


def stop(window: Window) -> None:
    window.wait("session().state is not Phase.LOST", 60)
    window.do("session().state.name in ('RUNNING', 'PAUSED') and bpy.ops.clipmatrix.stop()")
    window.wait("session().state in (Phase.FINISHED, Phase.FAILED)", 120)


def test_undo_reads_whole_steps_until_the_result_is_in_one(running: Window) -> None:
    assert running.do("answer = session().scene.unrecorded")
    stop(running)
    running.do("answer = bpy.ops.clipmatrix.accept('INVOKE_DEFAULT', True) and None")
    assert not running.do("answer = session().scene.unrecorded")
    takes = "[take.name for thing in bpy.data.objects for take in thing.clipmatrix_wardrobe.takes]"
    assert len(running.do(f"answer = {takes}")) == 2
    running.do("bpy.ops.ed.undo()")
    assert running.do(f"answer = {takes}") == []
    running.do("bpy.ops.ed.redo()")
    assert len(running.do(f"answer = {takes}")) == 2
    running.do("bpy.ops.ed.undo()")


def test_a_paused_job_stands_still_and_says_so(running: Window, shoot: Shoot) -> None:
    running.do("bpy.ops.clipmatrix.pause()")
    running.wait("session().state is Phase.PAUSED", 10)
    shoot("paused")
    running.do("bpy.ops.clipmatrix.resume()")
    running.wait("session().state is Phase.RUNNING", 10)
    running.do("global held; held = session().progress.step")
    running.wait("session().progress.step > held", 60)
    stop(running)
    shoot("result")


def test_edit_mode_undo_and_save_do_not_disturb_a_job(running: Window, tmp_path: Path) -> None:
    running.do("bpy.ops.ed.undo_push(message='something')")
    running.do("bpy.ops.object.mode_set(mode='EDIT')")
    running.wait("'edit mode' in session().waits", 30)
    running.do("bpy.ops.object.mode_set(mode='OBJECT')")
    running.do("bpy.ops.ed.undo()")
    running.wait("not session().waits and session().job.draft is not None", 30)
    running.do(f"bpy.ops.wm.save_as_mainfile(filepath={str(tmp_path / 'meanwhile.blend')!r})")
    assert running.do("answer = str(session().error)") == "None"
    stop(running)
    running.do("bpy.ops.clipmatrix.discard()")
    assert running.do("answer = [o.clipmatrix_draft for o in bpy.data.objects if o.clipmatrix_draft]") == []


def test_updates_wait_while_blender_renders(running: Window) -> None:
    running.do(
        """
scene = bpy.context.scene
scene.render.engine = "CYCLES"
scene.cycles.samples, scene.cycles.use_denoising, scene.cycles.time_limit = 100_000, False, 10.0
scene.render.threads_mode, scene.render.threads = "FIXED", 1
camera = bpy.data.objects.new("Eye", bpy.data.cameras.new("Eye"))
camera.location.y = -5
scene.collection.objects.link(camera)
scene.camera = camera
bpy.ops.render.render("INVOKE_DEFAULT")
"""
    )
    running.wait("bpy.app.is_job_running('RENDER') or session().waits", 30)
    running.wait("session().waits == 'Blender is rendering'", 60)
    running.wait("not bpy.app.is_job_running('RENDER')", 200)
    running.wait("session().state is Phase.RUNNING and not session().waits and session().job.draft is not None", 60)


def test_ticks_stay_short_in_a_real_window(running: Window) -> None:
    running.do(MEASURE)
    running.do("bpy.context.scene.clipmatrix.update_every = 0.1")
    running.wait("len(ticks) > 40", 120)
    running.do(RESTORE)
    longest = running.do("answer = max(ticks)")
    assert longest < 16, longest


def test_a_job_waits_for_its_file_while_another_is_open(running: Window, tmp_path: Path) -> None:
    path = str(tmp_path / "own.blend")
    running.do(f"bpy.ops.wm.save_as_mainfile(filepath={path!r})")
    running.do("bpy.ops.wm.read_homefile(use_factory_startup=False)")
    running.wait("session().waits == 'own.blend is not open'", 60)
    running.do(f"bpy.ops.wm.open_mainfile(filepath={path!r})")
    running.wait("session().job and not session().waits and session().job.draft is not None", 60)
    assert running.do("answer = str(session().error)") == "None"
