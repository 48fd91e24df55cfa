"""The index beside the zips, which makes a folder on a web server a repository of extensions."""

import json
from pathlib import Path

from .blender import Tool
from .errors import BuildError

INDEX = "index.json"
"""What Blender reads."""

PAGE = Path(__file__).with_name("repository.html")
"""What a person reads, and drags links from into Blender."""


def write(tool: Tool, folder: Path) -> None:
    """Write ``index.json`` and ``index.html`` for all zips in a folder.

    Raises
    ------
    BuildError
        If Blender's tool refuses, or warns that two zips are for the same Blender.
    """
    warnings = tool.run("server-generate", "--repo-dir", str(folder), "--html", "--html-template", str(PAGE))
    if warnings:
        raise BuildError(f"the repository is ambiguous: {warnings[0]}")
    path = folder / INDEX
    index = json.loads(path.read_text(encoding="utf-8"))
    index["data"].sort(key=lambda entry: entry["archive_url"])  # the tool lists them as the disk does
    path.write_text(json.dumps(index, indent=2) + "\n", encoding="utf-8")
