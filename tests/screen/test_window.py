"""What an artist sees: a real window, the installed zip, a real backend; a picture of each state.

Needs ``CLIPMATRIX_BLENDER`` (a Blender 4.2 or newer), Xvfb and ImageMagick. With ``CLIPMATRIX_SCREENSHOTS`` the
pictures are kept in that folder.
"""

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from tests.screen.conftest import SECRET, add_figure, install
from tests.screen.window import Window, backend, open_window

Shoot = Callable[[str], Image.Image]

NEWER = "import clipmatrix_protocol; clipmatrix_protocol.PROTOCOL_VERSION += 1"
"""Makes a backend of the next protocol version."""

pytestmark = pytest.mark.timeout(300)


def state(window: Window) -> str:
    return str(window.do("answer = session().state.name"))


def viewport(picture: Image.Image) -> Image.Image:
    """The part of a picture where the character is, without panels and without what tells the time."""
    return picture.crop((400, 130, 1000, 800))


def test_the_tab_is_there_before_any_backend_is(window: Window, shoot: Shoot) -> None:
    assert window.do("answer = sidebar().active_panel_category") == "ClipMatrix"
    assert state(window) == "OFFLINE"
    shoot("idle")


def test_what_the_extension_imports_came_with_it_or_with_blender(window: Window) -> None:
    places = window.do("answer = [sys.modules[name].__file__ for name in ('clipmatrix_protocol', 'msgspec')]")
    assert all("/extensions/.local/" in place for place in places), places


def test_a_connected_window_shows_its_backend_and_the_character(connected: Window, shoot: Shoot) -> None:
    assert state(connected) == "IDLE"
    assert connected.do("answer = session().welcome.device") == "cpu"
    shoot("connected")


def test_a_job_grows_before_the_artists_eyes(connected: Window, shoot: Shoot) -> None:
    before = viewport(shoot("before"))
    connected.do("small_job('a red figure', 10_000)")
    connected.wait("session().result is not None and session().progress.step > 15", 90)
    end = time.monotonic() + 60
    while ImageChops.difference(before, viewport(shoot("running"))).getbbox() is None:
        assert time.monotonic() < end, "nothing has changed in the viewport"
    assert state(connected) == "RUNNING"
    connected.do("bpy.ops.clipmatrix.stop()")
    connected.wait("session().state is Phase.FINISHED", 60)


def test_a_finished_job_is_shown_and_accepted(connected: Window, shoot: Shoot) -> None:
    connected.do("small_job('a red figure', 40)")
    connected.wait("session().state in (Phase.FINISHED, Phase.FAILED)", 120)
    assert connected.do("answer = [session().state.name, str(session().error)]") == ["FINISHED", "None"]
    shoot("finished")
    connected.do("bpy.ops.clipmatrix.accept()")
    assert connected.do("answer = sum(len(thing.clipmatrix_wardrobe.takes) for thing in bpy.data.objects)") == 2
    shoot("accepted")


def test_a_killed_backend_is_a_lost_connection_and_the_result_stays(window: Window, shoot: Shoot) -> None:
    with backend(SECRET) as (process, address):
        window.do(f"connect({address!r}, {SECRET!r})")
        window.wait("session().state is Phase.IDLE", 30)
        add_figure(window)
        window.do("small_job('a blue figure', 10_000)")
        window.wait("session().result is not None", 90)
        process.kill()
        window.wait("session().state is Phase.LOST", 30)
    assert window.do("answer = session().result is not None")
    shoot("lost")
    window.do("settle()")
    assert state(window) == "OFFLINE"


def test_a_backend_of_another_version_is_turned_down_in_words(window: Window, shoot: Shoot) -> None:
    with backend(SECRET, first=NEWER) as (_, address):
        window.do(f"connect({address!r}, {SECRET!r})")
        window.wait("session().state is Phase.REFUSED", 30)
        assert "update the ClipMatrix extension" in window.do("answer = str(session().error)")
        shoot("wrong-version")
    window.do("settle()")


def test_a_wrong_secret_is_turned_down_in_words(window: Window, backend_address: str, shoot: Shoot) -> None:
    window.do(f"connect({backend_address!r}, 'a wrong one')")
    window.wait("session().state is Phase.REFUSED", 30)
    assert "secret" in window.do("answer = str(session().error)")
    shoot("wrong-secret")
    window.do("settle()")


def test_the_tab_can_be_read_in_the_light_theme(window: Window, shoot: Shoot) -> None:
    dark = shoot("dark-theme")
    window.do(
        "themes = bpy.utils.preset_paths('interface_theme')[0]\n"
        "bpy.ops.script.execute_preset(filepath=f'{themes}/Blender_Light.xml', "
        "menu_idname='USERPREF_MT_interface_theme_presets')"
    )
    light = shoot("light-theme")
    window.do("bpy.ops.preferences.reset_default_theme()")
    assert ImageStat.Stat(light).mean > ImageStat.Stat(dark).mean


def test_a_window_can_be_closed_while_a_job_runs(
    blender: str, zipped: Path, backend_address: str, tmp_path: Path
) -> None:
    with open_window(blender, tmp_path / "closing") as window:
        install(window, zipped)
        window.do(f"connect({backend_address!r}, {SECRET!r})")
        window.wait("session().state is Phase.IDLE", 30)
        add_figure(window)
        window.do("small_job('a green figure', 300)")
        window.wait("session().result is not None", 90)
        said = len(window.log.read_text())
        window.do("bpy.app.timers.register(lambda: bpy.ops.wm.quit_blender() and None, first_interval=0.5)")
        try:
            assert window.process.wait(30) == 0
        except subprocess.TimeoutExpired:
            pytest.fail(f"Blender does not end: {window.tail()}")
        assert "Traceback" not in window.log.read_text()[said:]
