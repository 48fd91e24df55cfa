"""The takes panel in a real window: its pictures, its list, before and after.

As ``test_window.py``: needs ``CLIPMATRIX_BLENDER``, Xvfb and ImageMagick;
``CLIPMATRIX_SCREENSHOTS`` keeps the pictures.
"""

from collections.abc import Callable

import pytest
from PIL import Image, ImageChops

from tests.screen.window import Window

Shoot = Callable[[str], Image.Image]

pytestmark = pytest.mark.timeout(300)

SCROLL = """
area = bpy.context.area
with bpy.context.temp_override(area=area, region=sidebar()):
    for _ in range({turns}):
        bpy.ops.view2d.scroll_{way}(deltay=120)
"""


def finish(window: Window, prompt: str) -> None:
    window.do("bpy.context.scene.clipmatrix.start = 'FRESH'")
    window.do(f"small_job({prompt!r}, 60)")
    window.wait("session().state in (Phase.FINISHED, Phase.FAILED)", 120)
    window.do("answer = bpy.ops.clipmatrix.accept() and None")


def test_takes_are_listed_with_pictures_and_compared(connected: Window, shoot: Shoot) -> None:
    for prompt in ("a red figure", "a blue figure"):
        finish(connected, prompt)
    takes = "next(thing.clipmatrix_wardrobe for thing in bpy.data.objects if thing.clipmatrix_wardrobe.takes)"
    assert connected.do(f"answer = [take.name for take in {takes}.takes]") == [
        "As it came",
        "a red figure",
        "a blue figure",
    ]
    icons = connected.do(f"answer = [take.picture.preview.icon_id for take in {takes}.takes]")
    assert all(icons)
    assert len(set(icons)) == 3
    connected.do(SCROLL.format(turns=8, way="down"))
    after = shoot("takes-after")
    connected.do("answer = bpy.ops.clipmatrix.take_compare() and None")
    before = shoot("takes-before")
    assert ImageChops.difference(before, after).getbbox() is not None
    connected.do("answer = bpy.ops.clipmatrix.take_compare() and None")
    again = shoot("takes-again")
    assert ImageChops.difference(again, before).getbbox() is not None
    connected.do(SCROLL.format(turns=8, way="up"))
