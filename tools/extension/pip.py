"""Wheels, through pip: the index they come from is the one that pip is set up for."""

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from .errors import BuildError, DownloadError
from .targets import Platform

PINNED = Path(__file__).with_name("wheels.txt")
"""Versions and hashes of what is downloaded."""

REACHED = " (does pip reach its package index?)"

SECONDS = 600
"""How long one call of pip may take."""


def download(folder: Path, python: str, platform: Platform) -> None:
    """Fetch the pinned wheels for one Python on one platform into a folder.

    Raises
    ------
    DownloadError
        If the index has them not, has other bytes, or can't be reached.
    BuildError
        If there is no pip.
    """
    tags = [option for tag in platform.tags for option in ("--platform", tag)]
    run = _pip(
        "download", "--requirement", str(PINNED), "--require-hashes", "--no-deps", "--only-binary", ":all:",
        "--python-version", python, "--implementation", "cp", *tags, "--dest", str(folder),
    )  # fmt: skip
    if run.returncode:
        raise DownloadError(f"cannot fetch the wheels for Python {python} on {platform.name}: {_reason(run)}{REACHED}")
    for wheel in folder.glob("*_universal2.whl"):
        # The first releases of Blender 4.2 overlook wheels for both kinds of Macs: each kind gets a name of its own.
        wheel.replace(wheel.with_name(f"{wheel.name.rpartition('-')[0]}-{platform.tags[0]}.whl"))


def build(project: Path, folder: Path) -> None:
    """Make a wheel of a pure Python project in the source.

    Raises
    ------
    DownloadError
        If what builds it can't be fetched.
    BuildError
        If there is no pip, or the project can't be built.
    """
    run = _pip("wheel", str(project), "--no-deps", "--wheel-dir", str(folder))
    if run.returncode:
        unreachable = "No matching distribution" in run.stderr or "build dependencies" in run.stderr
        kind = DownloadError if unreachable else BuildError
        raise kind(f"cannot build the wheel of {project.name}: {_reason(run)}{REACHED if unreachable else ''}")


def _pip(*arguments: str) -> "subprocess.CompletedProcess[str]":
    quiet = ("--quiet", "--disable-pip-version-check", "--no-input")
    try:
        return subprocess.run(
            [*_command(), *arguments, *quiet], capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise DownloadError(f"pip has not finished within {SECONDS} seconds; try again") from error


def _command() -> Sequence[str]:
    if importlib.util.find_spec("pip"):
        return (sys.executable, "-m", "pip")
    found = shutil.which("pip")
    if found is None:
        raise BuildError("there is no pip; put it into this environment, or start with “uv run --with pip python ...”")
    return (found,)


def _reason(run: "subprocess.CompletedProcess[str]") -> str:
    """Pip's last error, without its prefix."""
    said = [line.strip() for line in run.stderr.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in said if line.startswith("ERROR: ")]
    return (errors or said or ["pip said nothing"])[-1]
