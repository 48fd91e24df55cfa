"""What a zip is for: the Python inside Blender, and the platforms it runs on."""

import re
from dataclasses import dataclass

from .errors import BuildError


@dataclass(frozen=True)
class Platform:
    """A kind of computer.

    Attributes
    ----------
    name
        What Blender calls it.
    tags
        Platform tags of the wheels that run there, as pip takes them. The oldest systems that Blender 4.2 itself
        supports set them: glibc 2.28, macOS 11.
    """

    name: str
    tags: tuple[str, ...]


PLATFORMS = {
    platform.name: platform
    for platform in (
        Platform("linux-x64", ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64")),
        Platform("windows-x64", ("win_amd64",)),
        Platform("macos-arm64", ("macosx_11_0_arm64",)),
        Platform("macos-x64", ("macosx_11_0_x86_64",)),
    )
}
"""All platforms, by Blender's names."""

PYTHONS = ("3.11", "3.13")
"""Blender 4.2 to 5.0 bring Python 3.11, Blender 5.1 and later 3.13; a Linux distribution's Blender has the system's."""


def python_in(blender: str) -> str:
    """The Python that a Blender brings: ``3.11`` for ``4.2``.

    Raises
    ------
    BuildError
        If it is no version of a Blender that ClipMatrix is for.
    """
    match = re.fullmatch(r"(\d+)\.(\d+)(\.\d+)?", blender)
    version = (int(match[1]), int(match[2])) if match else (0, 0)
    if version < (4, 2):
        raise BuildError(f"“{blender}” is no Blender that ClipMatrix is for; write 4.2, or a later one")
    return PYTHONS[0] if version < (5, 1) else PYTHONS[1]


def python_tag(version: str) -> str:
    """``cp311`` for ``3.11``.

    Raises
    ------
    BuildError
        If it is no version of a Python that Blender could have.
    """
    match = re.fullmatch(r"3\.(\d{2})", version)
    if match is None or int(match[1]) < 11:
        raise BuildError(f"“{version}” is no Python that Blender has; write 3.11, or a later one")
    return f"cp3{match[1]}"
