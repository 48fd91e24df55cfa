"""The manifest inside a zip: the one in the source, and what was packed beside it."""

import json
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .errors import BuildError

NAME = "blender_manifest.toml"
"""What Blender calls it."""


def read(folder: Path) -> dict[str, Any]:
    """Parse an extension's manifest.

    Raises
    ------
    BuildError
        If there is none, or it is no TOML.
    """
    try:
        return tomllib.loads((folder / NAME).read_text(encoding="utf-8"))
    except OSError as error:
        raise BuildError(f"there is no extension in {folder}: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BuildError(f"{folder / NAME} cannot be read: {error}") from error


def packed(source: str, platforms: Sequence[str], wheels: Sequence[str]) -> str:
    """Add to a manifest which platforms the zip is for and which wheels it holds.

    Parameters
    ----------
    source
        The manifest as text; its comments and its order stay.
    platforms
        Blender's names.
    wheels
        Paths from the extension's folder, as in ``./wheels/name.whl``.

    Raises
    ------
    BuildError
        If the source already speaks of them, or if adding changed anything else.
    """
    before = tomllib.loads(source)
    added = {"platforms": list(platforms), "wheels": list(wheels)}
    if taken := sorted(added.keys() & before.keys()):
        raise BuildError(f"the manifest in the source has {' and '.join(taken)} of its own; take them out")
    # A JSON list of strings is a TOML list, too. Keys of the top level must come before the first table.
    lines = [f"{key} = {json.dumps(value, indent=2)}\n" for key, value in added.items()]
    head, table, rest = source.partition("\n[")
    text = head.rstrip() + "\n\n" + "".join(lines) + ("\n[" + rest if table else "")
    if tomllib.loads(text) != before | added:
        raise BuildError("the manifest's first table does not begin a line; write it as “[name]”")
    return text
