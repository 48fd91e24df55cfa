"""Blender's own tool for extensions, a script in the ``bpy`` wheel that runs without Blender."""

import importlib.util
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from .errors import BuildError


@dataclass(frozen=True)
class Tool:
    """Where the script is, and the list of tags that Blender knows."""

    script: Path
    tags: Path

    def run(self, *arguments: str) -> list[str]:
        """Run one of its commands.

        Returns
        -------
        list of str
            Its warnings, which do not make it fail.

        Raises
        ------
        BuildError
            If it fails; the text is what it said last, which is the cause.
        """
        done = subprocess.run(
            [sys.executable, "-I", "-B", str(self.script), *arguments, "--output-type", "JSON"],
            capture_output=True,
            text=True,
            check=False,
        )
        said: dict[str, list[str]] = {}
        for line in filter(None, done.stdout.splitlines()):
            kind, text = json.loads(line)
            said.setdefault(str(kind), []).append(str(text))
        errors = said.get("FATAL_ERROR", []) + said.get("ERROR", [])
        if done.returncode or errors:
            told = errors or said.get("STATUS", []) or done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
            raise BuildError(f"Blender's extension tool refuses: {told[-1].splitlines()[0]}")
        return said.get("WARN", [])

    def check(self, extension: Path) -> None:
        """Have Blender validate a folder or a zip, its tags included.

        Raises
        ------
        BuildError
            If it is not what Blender installs.
        """
        self.run("validate", str(extension), "--valid-tags", str(self.tags))


def find() -> Tool:
    """Look for the tool in the ``bpy`` wheel of this environment; the newest Blender's, should there be several.

    Raises
    ------
    BuildError
        If there is no ``bpy``, or it has no such tool.
    """
    spec = importlib.util.find_spec("bpy")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        for scripts in sorted(Path(place).glob("*/scripts"), reverse=True):
            tool = Tool(
                scripts / "addons_core" / "bl_pkg" / "cli" / "blender_ext.py",
                scripts / "modules" / "_bpy_internal" / "extensions" / "tags.py",
            )
            if tool.script.exists() and tool.tags.exists():
                return tool
    raise BuildError("there is no bpy in this environment, whose tool checks the zips; install the wheel “bpy”")
