"""Run the extension's tests in other Blenders: ``uv run python tools/other_blenders.py [4.2 5.3] [-- PYTEST OPTIONS]``.

Each Blender is a ``bpy`` wheel in an environment of its own below .blenders/, with the Python that it comes with; all
else that the tests need is what pyproject.toml asks for. Made once, an environment is kept, and brought up to date.
"""

import argparse
import os
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from extension.errors import BuildError
from extension.targets import python_in
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENTS = ROOT / ".blenders"
BLENDERS = ("4.2", "5.0", "5.1", "5.2", "5.3")
"""All that ClipMatrix is for, but the one that pyproject.toml asks for."""

TESTS = ("-n", "2", "--dist", "loadfile", "tests/blender_addon", "tests/system/test_extension_zip.py")
"""What is run where nothing else is asked for."""

OLDER_NUMPY = "3.11"
"""The Python whose Blenders want numpy below 2."""


@dataclass(frozen=True)
class Environment:
    """Where a Blender's tests run, and what is installed there."""

    blender: str
    python: str
    requirements: tuple[str, ...]

    @property
    def folder(self) -> Path:
        """The environment's own folder."""
        return ENVIRONMENTS / self.blender

    @property
    def interpreter(self) -> Path:
        """Its Python."""
        return self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def environment(blender: str) -> Environment:
    """What a Blender's environment is made of.

    Raises
    ------
    BuildError
        If it is no version of a Blender that ClipMatrix is for.
    """
    python = python_in(blender)
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
    others = [text for text in groups["dev"] if not _is_replaced(text, python)]
    return Environment(blender, python, (f"bpy=={blender}.*", *others))


def _is_replaced(requirement: str, python: str) -> bool:
    """Whether a requirement is one of this workspace's own, or one that holds for the usual Blender alone."""
    name = Requirement(requirement).name
    return name in {"bpy", "clipmatrix"} or (name == "numpy" and python != OLDER_NUMPY)


def make(place: Environment) -> None:
    """Make an environment, or bring it up to date.

    Raises
    ------
    BuildError
        If uv can't; it has said why.
    """
    if not place.interpreter.exists():
        _uv("venv", "--python", place.python, str(place.folder))
    packages = ["--editable", "protocol", "--editable", "backend[smplx,warp]"]
    _uv("pip", "install", "--python", str(place.interpreter), *packages, *place.requirements)


def _uv(*arguments: str) -> None:
    if subprocess.run(["uv", *arguments, "--quiet"], cwd=ROOT, check=False).returncode:
        raise BuildError("the environment could not be made; what uv says of it stands above")


def main(arguments: list[str]) -> int:
    """Run the tests in one Blender after the other; 1 if any fails, 2 if they can't be run."""
    at = arguments.index("--") if "--" in arguments else len(arguments)
    parser = argparse.ArgumentParser(prog="other_blenders.py", description=(__doc__ or "").partition("\n")[2])
    parser.add_argument("blenders", nargs="*", metavar="VERSION", help=f"a Blender; default: {' '.join(BLENDERS)}")
    blenders = parser.parse_args(arguments[:at]).blenders or BLENDERS
    codes = {}
    try:
        for place in [environment(blender) for blender in dict.fromkeys(blenders)]:
            print(f"== Blender {place.blender} ==", flush=True)
            make(place)
            codes[place.blender] = _test(place, arguments[at + 1 :] or TESTS)
    except (BuildError, OSError) as error:
        print(f"other_blenders: {error}", file=sys.stderr)
        return 2
    for blender, code in codes.items():
        print(f"Blender {blender}: {'passed' if code == 0 else f'failed (code {code})'}")
    return int(any(codes.values()))


def _test(place: Environment, arguments: Sequence[str]) -> int:
    return subprocess.run([str(place.interpreter), "-m", "pytest", *arguments], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
