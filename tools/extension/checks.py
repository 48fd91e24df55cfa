"""What Blender's validator does not look at."""

import tomllib
import zipfile
from collections.abc import Sequence
from pathlib import Path

from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from . import manifest
from .errors import BuildError
from .targets import Platform, python_tag

PACKAGES = ("clipmatrix-protocol", "msgspec", "pyzmq")
"""What the extension imports and no Blender has."""


def check(archive: Path, python: str, platforms: Sequence[Platform]) -> None:
    """Hold a zip's manifest against its contents.

    Raises
    ------
    BuildError
        If a wheel of the manifest is missing in the zip or the other way round, or if a platform lacks a package.
    """
    with zipfile.ZipFile(archive) as opened:
        inside = {f"./{name}" for name in opened.namelist() if name.endswith(".whl")}
        listed = set(tomllib.loads(opened.read(manifest.NAME).decode()).get("wheels", ()))
    if missing := sorted(listed - inside):
        raise BuildError(f"{archive.name} lacks {missing[0]}, which its manifest names")
    if extra := sorted(inside - listed):
        raise BuildError(f"{archive.name} holds {extra[0]}, which its manifest does not name")
    for platform in platforms:
        found = sorted(package for name in listed if (package := _package(name, python, platform)))
        if found != sorted(PACKAGES):
            raise BuildError(
                f"{archive.name} needs one wheel each of {', '.join(PACKAGES)} for {platform.name}, "
                f"and has {', '.join(found) or 'none'}"
            )


def _package(wheel: str, python: str, platform: Platform) -> str:
    """Name of the package, if the wheel runs on this Python and platform; else empty."""
    try:
        name, _, _, tags = parse_wheel_filename(wheel.rpartition("/")[2])
    except InvalidWheelFilename as error:
        raise BuildError(f"{wheel} is no name for a wheel: {error}") from error
    runs = any(
        (tag.interpreter in (python_tag(python), "py3") or tag.abi == "abi3") and _fits(tag.platform, platform)
        for tag in tags
    )
    return str(name) if runs else ""


def _fits(tag: str, platform: Platform) -> bool:
    """Whether a wheel's platform tag names this kind of computer; how old a system it may be was pip's business."""
    system, machine = platform.name.split("-")
    machines = {"x64": ("x86_64", "amd64", "universal2"), "arm64": ("arm64", "universal2")}[machine]
    systems = {"linux": "manylinux", "windows": "win", "macos": "macosx"}[system]
    return tag == "any" or (tag.startswith(systems) and tag.endswith(machines))
