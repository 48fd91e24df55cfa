"""A character out of a .blend: a Blender of its own opens it and exports it."""

import importlib.util
import sys
from pathlib import Path

from ..errors import UsageError
from .processes import BlenderRun, running
from .request import own_extension


def blend_to_glb(blend: Path, glb: Path) -> None:
    """Write the character of a .blend, as it stands there, as a glTF binary.

    Parameters
    ----------
    blend
        The file; its selected character is taken, or its first one.
    glb
        The file to write; Blender's log is left beside it.

    Raises
    ------
    UsageError
        If this Python has no Blender in it, or Blender refuses; the words are Blender's.
    """
    script = own_extension() / "headless.py"
    if not script.is_file() or importlib.util.find_spec("bpy") is None:
        raise UsageError(
            f"{blend} needs Blender to be read, which this Python does not have", "export it as .glb, and name that"
        )
    command = [
        sys.executable, str(script), "export", "--blend", str(blend), "--export", str(glb), "--progress", "json",
    ]  # fmt: skip
    with running(command, glb.with_suffix(".log")) as process:
        blender = BlenderRun(process)
        failed = [event for event in blender.events() if event["event"] == "failed"]
        code = blender.returncode
    if failed:
        raise UsageError(failed[-1]["message"].rstrip("."), failed[-1].get("remedy", "").rstrip("."))
    if code != 0 or not glb.is_file():
        raise UsageError(f"Blender cannot export {blend}", "open it in Blender, and export it as .glb there")
