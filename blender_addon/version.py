"""The extension's own version, as its manifest says it."""

import tomllib
from functools import cache
from pathlib import Path


@cache
def version() -> str:
    """``version`` of ``blender_manifest.toml``."""
    manifest = tomllib.loads((Path(__file__).parent / "blender_manifest.toml").read_text(encoding="utf-8"))
    return str(manifest["version"])
