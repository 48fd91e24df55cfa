"""Several takes in one go in a real window, where a timer pumps: their list, and one undo step for all of them.

Needs what tests/screen/test_window.py needs.
"""

from collections.abc import Callable

import pytest
from PIL import Image

from tests.screen.window import Window

pytestmark = pytest.mark.timeout(400)

SEEDS = "[take.seed for take in rig().clipmatrix_wardrobe.takes if take.brief]"


def test_the_takes_of_a_series_come_and_go_with_one_undo_step(
    connected: Window, shoot: Callable[[str], Image.Image]
) -> None:
    connected.do("def rig(): return next(thing for thing in bpy.data.objects if thing.type == 'ARMATURE')")
    connected.do("bpy.ops.ed.undo_push(message='a figure')")
    connected.do("bpy.context.scene.clipmatrix.variations = 2")
    connected.do("small_job('a red figure', 12)")
    connected.wait(f"len({SEEDS}) == 1 and session().progress", 120)
    assert connected.do("answer = session().series.number") == 2
    shoot("series")
    connected.wait("session().series is None", 120)
    assert connected.do(f"answer = {SEEDS}") == [0, 1]
    assert connected.do("answer = rig().clipmatrix_wardrobe.worn") == "original"
    assert connected.do("answer = str(session().error)") == "None"
    shoot("series-done")
    connected.do("bpy.ops.ed.undo()")
    connected.wait(f"{SEEDS} == []", 10)
    connected.do("bpy.ops.ed.redo()")
    connected.wait(f"{SEEDS} == [0, 1]", 10)
