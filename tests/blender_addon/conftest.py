"""The real Blender module with the extension enabled, and factory settings before each test."""

import importlib.util
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ADDON = Path(__file__).resolve().parents[2] / "blender_addon"

_user_folder = tempfile.TemporaryDirectory(prefix="clipmatrix-tests-", ignore_cleanup_errors=True)


def _launcher() -> ModuleType:
    """blender_addon/headless.py, which is a script beside the extension and no part of it."""
    spec = importlib.util.spec_from_file_location("clipmatrix_headless", ADDON / "headless.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


headless = _launcher()


@pytest.fixture(scope="session")
def blender_module() -> Iterator[ModuleType]:
    """Blender as a module, with a user folder of its own that has the extension linked in."""
    folder = Path(_user_folder.name)
    headless.link_extension(folder)
    os.environ["BLENDER_USER_RESOURCES"] = str(folder)
    import bpy

    yield bpy
    headless.disable()


@pytest.fixture
def blender(blender_module: ModuleType) -> Iterator[ModuleType]:
    """``bpy`` with factory settings, an empty scene and the extension enabled."""
    blender_module.ops.wm.read_factory_settings(use_empty=True)
    headless.enable()
    yield blender_module
    room("session").current().disconnect()


def room(name: str) -> Any:
    """A module of the enabled extension."""
    return importlib.import_module(f"{headless.MODULE}.{name}")


@pytest.fixture
def rooms() -> Callable[[str], Any]:
    """Look up the extension's modules by name."""
    return room


_status = 0


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Remember how the run ended."""
    global _status
    _status = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave without Blender's own exit handlers, which can crash or hang after the last test has passed."""
    if "bpy" in sys.modules:
        _user_folder.cleanup()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(_status)
