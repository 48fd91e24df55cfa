"""Errors that carry their remedy: what a job says to the artist, what a command says to its user."""

import os
import shutil
import sys
from pathlib import Path

from clipmatrix_protocol import FailureCode


class JobError(Exception):
    """A job that cannot be done; travels to the client as a ``Failed`` message.

    Attributes
    ----------
    code
        Which kind of failure, for programs.
    message
        One sentence that says what is wrong.
    remedy
        One sentence that says what to do; may be empty.
    """

    def __init__(self, code: FailureCode, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.code: FailureCode = code
        self.message = message
        self.remedy = remedy


class UsageError(Exception):
    """A command that cannot be carried out as it was given; the command line prints one line and exits with 2.

    Attributes
    ----------
    message
        What is wrong, without a full stop.
    remedy
        What to do, without a full stop; may be empty.
    """

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}; {self.remedy}" if self.remedy else self.message


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
