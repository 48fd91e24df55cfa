"""A Blender window with the built extension installed, and a real backend for it."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageStat

from tests.screen.window import Window, backend, missing, open_window
from tools.extension.assemble import Order, build
from tools.extension.errors import DownloadError
from tools.extension.targets import PLATFORMS, python_tag

SECRET = "a secret of the screen"

IN_BLENDER = """
import importlib, sys
PACKAGE = "bl_ext.user_default.clipmatrix"
session = importlib.import_module(PACKAGE + ".job.session").current
Phase = importlib.import_module(PACKAGE + ".job.phases").Phase

def sidebar():
    return next(region for region in bpy.context.area.regions if region.type == "UI")

def connect(address, secret):
    preferences = bpy.context.preferences.addons[PACKAGE].preferences
    preferences.address, preferences.secret = address, secret
    return bpy.ops.clipmatrix.connect()

def look_at_selected():
    bpy.context.space_data.shading.color_type = "TEXTURE"
    bpy.ops.view3d.view_axis(type="FRONT")
    bpy.ops.view3d.view_selected()
    bpy.ops.view3d.view_orbit(angle=0.6, type="ORBITLEFT")

def small_job(prompt, steps):
    settings = bpy.context.scene.clipmatrix
    settings.prompt, settings.steps, settings.views = prompt, steps, 1
    settings.texture_size, settings.update_every = "256", 0.5
    return bpy.ops.clipmatrix.generate()

def settle():
    if session().result is not None:
        bpy.ops.clipmatrix.discard()
    session().disconnect()
"""
"""What the tests do in Blender, in a few words."""


def _zip(blender: str, folder: Path) -> Path:
    """The extension for this Blender's Python."""
    asked = "import sys; print('PYTHON', *sys.version_info[:2], sep='.')"
    said = subprocess.run(
        [blender, "-b", "--factory-startup", "--python-expr", asked], capture_output=True, text=True, timeout=120
    )
    (python,) = [line.removeprefix("PYTHON.") for line in said.stdout.splitlines() if line.startswith("PYTHON.")]
    try:
        build(Order(folder, (python,), [PLATFORMS["linux-x64"]]))
    except DownloadError as error:
        pytest.skip(str(error))
    (zipped,) = folder.glob(f"*-{python_tag(python)}.zip")
    return zipped


@pytest.fixture(scope="session")
def blender() -> str:
    """The Blender that CLIPMATRIX_BLENDER names."""
    if why_not := missing():
        pytest.skip(why_not)
    return os.environ["CLIPMATRIX_BLENDER"]


@pytest.fixture(scope="session")
def zipped(blender: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The extension, built for that Blender."""
    return _zip(blender, tmp_path_factory.mktemp("zip"))


@pytest.fixture(scope="module")
def window(blender: str, zipped: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Window]:
    """A window with the extension installed and its tab open."""
    with open_window(blender, tmp_path_factory.mktemp("window")) as opened:
        install(opened, zipped)
        yield opened


def install(window: Window, zipped: Path) -> None:
    """Install the zip as Preferences > Install from Disk does, and turn to its tab."""
    window.do(
        f"bpy.ops.extensions.package_install_files(filepath={str(zipped)!r}, repo='user_default', "
        "enable_on_install=True, overwrite=True)"
    )
    window.do(IN_BLENDER)
    window.do("bpy.context.space_data.show_region_ui = True")
    window.wait("sidebar().width > 1", 10)  # a tab can be turned to only after the sidebar has been drawn
    window.do("sidebar().active_panel_category = 'ClipMatrix'")


@pytest.fixture(scope="module")
def backend_address() -> Iterator[str]:
    """A backend for all tests that do it no harm."""
    with backend(SECRET) as (_, address):
        yield address


@pytest.fixture
def connected(window: Window, backend_address: str) -> Iterator[Window]:
    """The window, connected to the backend, a figure in the view; left without a result and disconnected."""
    window.do(f"connect({backend_address!r}, {SECRET!r})")
    window.wait("session().state is Phase.IDLE", 30)
    add_figure(window)
    yield window
    window.do("settle()")


def add_figure(window: Window) -> None:
    """Have the backend's figure alone in the scene."""
    window.do("for thing in list(bpy.data.objects): bpy.data.objects.remove(thing)")
    window.do("bpy.ops.clipmatrix.add_body()")
    window.wait("session().state is Phase.IDLE and len(bpy.data.objects) > 1", 60)
    window.do("look_at_selected()")


@pytest.fixture
def shoot(window: Window, tmp_path: Path) -> Callable[[str], Image.Image]:
    """Take a picture of the window; kept in the folder CLIPMATRIX_SCREENSHOTS, if that is set."""
    kept = os.environ.get("CLIPMATRIX_SCREENSHOTS")
    folder = Path(kept) if kept else tmp_path
    folder.mkdir(parents=True, exist_ok=True)

    def take(name: str) -> Image.Image:
        picture = Image.open(window.picture(folder / f"{name}.png")).convert("RGB")
        statistics = ImageStat.Stat(picture)
        assert min(statistics.stddev) > 5, f"the picture {name} is of one colour"
        return picture

    return take
