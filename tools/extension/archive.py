"""An extension's files in one zip: the same files make the same bytes."""

import stat
import zipfile
from pathlib import Path

LEFT_OUT = ("__pycache__", "headless.py", "wheels")
"""Names in the source that no artist needs: caches, what starts tests and demos, wheels of an earlier build."""

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The date of every file in a zip: the earliest one a zip can hold."""

MODE = stat.S_IFREG | 0o644
"""Readable by everybody, executable by nobody."""


def source_files(folder: Path) -> dict[str, bytes]:
    """Read what of a source folder belongs into a zip, by its path there; hidden files and links do not."""
    files = {}
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        hidden = any(part in LEFT_OUT or part.startswith(".") or part.endswith((".pyc", ".zip")) for part in parts)
        if path.is_file() and not path.is_symlink() and not hidden:
            files["/".join(parts)] = path.read_bytes()
    return files


def write(target: Path, files: dict[str, bytes]) -> None:
    """Write a zip whose bytes depend on names and contents alone, not on dates, order, owner or time zone."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.create_system = 3  # Unix, wherever it is made
            entry.external_attr = MODE << 16
            # A wheel is a zip already.
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(".whl") else zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name])
