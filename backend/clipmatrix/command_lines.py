"""What to type here: lines that install a package, or run this program again, in the environment that is in use."""

import os
import shutil
import sys
from pathlib import Path


def install_line(package: str) -> str:
    """Say what to type to get a package into this very environment.

    Never by the name of ours and an extra: on PyPI that name is somebody else's.
    """
    return f"uv pip install --python {sys.executable} {package}"


def own_program() -> str:
    """Say what to type to run this program again: in an environment of its own it is on nobody's ``PATH``."""
    if os.environ.get("UV"):  # which `uv run` sets, together with a PATH that ends with the command
        return "uv run clipmatrix"
    program = Path(sys.argv[0])
    if program.stem != "clipmatrix":
        return f"{sys.executable} -m clipmatrix"
    found = shutil.which("clipmatrix")
    return "clipmatrix" if found and Path(found).resolve() == program.resolve() else str(program)
