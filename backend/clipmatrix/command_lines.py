"""What to type here: lines that install a package, or run this program again, in the environment that is in use."""

import os
import shutil
import sys
from pathlib import Path


def quoted(path: str | Path) -> str:
    """Write a path as one word, which every shell takes; on Windows many a home folder has a space in it."""
    return f'"{path}"' if " " in str(path) else str(path)


def install_line(package: str) -> str:
    """Say what to type to get a package into this very environment.

    Never by the name of ours and an extra: on PyPI that name is somebody else's.
    """
    return f"uv pip install --python {quoted(sys.executable)} {package}"


def own_program() -> str:
    """Say what to type to run this program again: in an environment of its own it is on nobody's ``PATH``."""
    if os.environ.get("UV"):  # which `uv run` sets, together with a PATH that ends with the command
        return "uv run clipmatrix"
    program = Path(sys.argv[0])
    if program.stem != "clipmatrix":
        return f"{_run(sys.executable)} -m clipmatrix"
    found = shutil.which("clipmatrix")
    # On Windows the file is called clipmatrix.exe, and says that it is clipmatrix.
    here = found is not None and Path(found).resolve().with_suffix("") == program.resolve().with_suffix("")
    return "clipmatrix" if here else _run(program)


def _run(program: str | Path) -> str:
    """Say how a program is started; PowerShell takes one in quotes for a mere text unless told to run it."""
    word = quoted(program)
    return f"& {word}" if sys.platform == "win32" and word.startswith('"') else word
