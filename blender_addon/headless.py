"""Run the extension's commands with the ``bpy`` wheel: ``python blender_addon/headless.py generate --prompt ...``.

What ``blender --command clipmatrix ARGS`` is to an installed Blender, this script is to a Python that has Blender as
a module. It is started as a file, is no part of the extension, and leaves nobody's Blender settings touched: Blender
gets a user folder of its own, where this folder is linked in as an installed extension.
"""

import contextlib
import faulthandler
import importlib
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import FrameType, ModuleType

MODULE = "bl_ext.user_default.clipmatrix"
"""What the extension is called once Blender has it."""

SOURCE = Path(__file__).resolve().parent
"""The extension's folder: the one with ``blender_manifest.toml``."""

INTERRUPTED = 130
"""Exit code after Ctrl-C or SIGTERM, as shells expect it."""


class HeadlessError(RuntimeError):
    """Blender did not take the extension."""


def link_extension(resources: Path, source: Path = SOURCE) -> Path:
    """Put the extension into a Blender user folder, as a link, or as a copy where links are not allowed.

    Parameters
    ----------
    resources
        What ``BLENDER_USER_RESOURCES`` will name; set it before ``bpy`` is imported.
    source
        The extension's folder.

    Returns
    -------
    Path
        Where Blender will look for the extension.
    """
    place = resources / "extensions" / "user_default" / "clipmatrix"
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        place.symlink_to(source, target_is_directory=True)
    except OSError:
        shutil.copytree(source, place, ignore=shutil.ignore_patterns("__pycache__"))
    return place


def enable() -> ModuleType:
    """Switch the extension on and return its package.

    Raises
    ------
    HeadlessError
        If Blender refuses; the reason is in Blender's own output.
    """
    import bpy

    bpy.ops.preferences.addon_enable(module=MODULE)
    if not _is_enabled():
        raise HeadlessError(f"Blender did not enable {MODULE}")
    return importlib.import_module(MODULE)


def disable() -> None:
    """Switch the extension off: classes and timers left behind can hang Blender at exit."""
    import bpy

    if _is_enabled():
        bpy.ops.preferences.addon_disable(module=MODULE)


def _is_enabled() -> bool:
    import bpy

    preferences = bpy.context.preferences
    return preferences is not None and MODULE in preferences.addons


@contextlib.contextmanager
def user_folder() -> Iterator[Path]:
    """Give Blender a user folder of its own, with the extension in it, until the block ends."""
    with tempfile.TemporaryDirectory(prefix="clipmatrix-blender-", ignore_cleanup_errors=True) as folder:
        resources = Path(folder)
        link_extension(resources)
        os.environ["BLENDER_USER_RESOURCES"] = str(resources)
        yield resources


def main(arguments: list[str]) -> int:
    """Run one command and return its exit code."""
    faulthandler.enable()  # a crash inside Blender says where in Python it happened
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with user_folder():
            enable()
            try:
                command = importlib.import_module(MODULE + ".command.command")
                return int(command.run(arguments))
            finally:
                disable()
    except KeyboardInterrupt:
        return INTERRUPTED
    except (HeadlessError, ImportError) as error:
        print(f"clipmatrix: {error}", file=sys.stderr)
        return 1


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    exit_code = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(exit_code)  # Blender's own exit handlers may crash or hang without a window
