"""Where a backend is installed on this machine: a path the artist chose, or the usual places."""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from ..errors import Fix, Refusal

CHOOSE = Fix("preferences.addon_show", "Choose It", {"module": (__package__ or "").rpartition(".")[0]})

_SUFFIX = ".exe" if sys.platform == "win32" else ""
_SCRIPTS = "Scripts" if sys.platform == "win32" else "bin"


def backend_command(chosen: str) -> list[str]:
    """The command that runs ``clipmatrix``, without its arguments.

    Parameters
    ----------
    chosen
        A Python, a ``clipmatrix`` executable, a virtual environment, or a folder that has one in ``.venv``;
        empty looks in the usual places.

    Raises
    ------
    Refusal
        If there is none.
    """
    wanted = chosen.strip().strip('"')  # which Windows puts around what "Copy as path" copies
    if wanted:
        return _command(_chosen(Path(wanted).expanduser()))
    found = next(_installed(), None)
    if found is None:
        raise Refusal(
            "The backend is not installed on this machine, or not where it is looked for.",
            "Install it as the guide says (uv sync, in the folder of ClipMatrix's source), then choose that folder.",
            CHOOSE,
        )
    return _command(found)


def _command(program: Path) -> list[str]:
    """``clipmatrix`` runs by itself, a Python has to be told what to run."""
    return [str(program), "-m", "clipmatrix"] if program.stem.lower().startswith("python") else [str(program)]


def _chosen(path: Path) -> Path:
    if path.is_dir():
        programs = (
            folder / _SCRIPTS / (name + _SUFFIX)
            for folder in (path, path / ".venv")
            for name in ("clipmatrix", "python")
        )
        found = next((program for program in programs if _runs(program)), None)
        if found is None:
            raise Refusal(f"There is no Python in {path}.", "Choose a virtual environment or a Python.", CHOOSE)
        return found
    if not path.exists():
        raise Refusal(f"There is no {path}.", "Choose the backend's Python in the preferences.", CHOOSE)
    if not _runs(path):
        raise Refusal(f"{path} is no program.", "Choose the backend's Python in the preferences.", CHOOSE)
    return path


def _installed() -> Iterator[Path]:
    """Where ``PATH``, uv and pipx have it; a Blender that was not started from a terminal has a short ``PATH``."""
    folders = itertools.chain(_on_path(), _usual_folders())
    yield from (program for folder in folders if _runs(program := folder / f"clipmatrix{_SUFFIX}"))


def _on_path() -> Iterator[Path]:
    """Not by ``shutil.which``, which on Windows looks into the current folder first.

    That is the folder of a .blend that was opened by a double click, with whatever else was downloaded with it.
    """
    folders = (Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep))
    yield from (folder for folder in folders if folder.is_absolute())


def _usual_folders() -> Iterator[Path]:
    home = Path.home()
    data = Path(os.environ.get("APPDATA", home)) if sys.platform == "win32" else home / ".local" / "share"
    for variable in ("UV_TOOL_BIN_DIR", "XDG_BIN_HOME", "PIPX_BIN_DIR"):
        if os.environ.get(variable):
            yield Path(os.environ[variable])
    yield home / ".local" / "bin"
    for tools in (os.environ.get("UV_TOOL_DIR"), data / "uv" / "tools"):
        if tools:
            yield Path(tools) / "clipmatrix" / _SCRIPTS
    for pipx in (os.environ.get("PIPX_HOME"), data / "pipx", home / ".local" / "pipx", home / "pipx"):
        if pipx:
            yield Path(pipx) / "venvs" / "clipmatrix" / _SCRIPTS


def _runs(program: Path) -> bool:
    return program.is_file() and os.access(program, os.X_OK)
