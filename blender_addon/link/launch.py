"""A backend of our own: a process that ends with this Blender, and the log it leaves."""

from __future__ import annotations

import contextlib
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from ..errors import Fix, Refusal

SECRET_VARIABLE = "CLIPMATRIX_SECRET"
"""How the backend is told the launch secret: a command line could be read by everybody."""

START_SECONDS = 120.0
"""How long it may take to come up; a cold disk reads torch for a while."""

LOGS_KEPT = 5

HEAD_BYTES = 2**16
"""Within these first bytes of the log the backend says that it is ready."""

_READY = "clipmatrix ready "

if sys.platform == "win32":
    _FLAGS = subprocess.CREATE_NO_WINDOW
else:
    _FLAGS = 0


class Launch:
    """A backend process that this Blender has started. Nothing here waits."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path, secret: str) -> None:
        self._process = process
        self._asked_at = time.monotonic()
        self.log = log
        self.secret = secret
        self.address = ""

    @classmethod
    def start(cls, command: Sequence[str], folder: Path) -> Launch:
        """Start a backend on a free port of this machine.

        Parameters
        ----------
        command
            As :func:`~.find.backend_command` returns it.
        folder
            Where its log goes.

        Raises
        ------
        Refusal
            If there is no such program, or the log can't be written.
        """
        log = folder / f"backend-{os.getpid()}.log"
        secret = secrets.token_urlsafe(32)
        arguments = ("serve", "--address", "tcp://127.0.0.1:0", "--parent-pid", str(os.getpid()))
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _forget_old_logs(folder)
            with log.open("wb") as output:
                process = subprocess.Popen(
                    [*command, *arguments],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    env={**os.environ, SECRET_VARIABLE: secret, "PYTHONUTF8": "1"},  # the log's encoding, everywhere
                    start_new_session=True,  # a Ctrl-C in Blender's terminal is not meant for it
                    creationflags=_FLAGS,
                )
        except OSError as error:
            reason = error.strerror or error
            raise Refusal(f"The backend can't be started: {command[0]}: {reason}.", "Choose another.") from error
        return cls(process, log, secret)

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    @property
    def ended(self) -> bool:
        """Whether the process is gone."""
        return self._process.poll() is not None

    def attend(self) -> str:
        """See how it is doing; call it at every tick.

        Returns
        -------
        str
            Where it listens; empty while it starts.

        Raises
        ------
        Refusal
            If it has ended, or does not come up; the text says what stands last in its log.
        """
        if self.ended:
            how = "ended by itself" if self.address else "did not start"
            raise self._refusal(f"The backend {how}.")
        if not self.address:
            self.address = self._said_ready()
            if not self.address and time.monotonic() - self._asked_at > START_SECONDS:
                self.stop()
                raise self._refusal(f"The backend did not start within {START_SECONDS:.0f} seconds.")
        return self.address

    def stop(self) -> None:
        """End it at once, whatever it is at: it keeps nothing that is worth a farewell, and may be past listening."""
        if not self.ended:
            self._process.kill()

    def tail(self, lines: int) -> list[str]:
        """The last lines of the log that say something."""
        try:
            with self.log.open("rb") as file:
                file.seek(max(0, self.log.stat().st_size - 4096))
                text = file.read().decode(errors="replace")
        except OSError as error:
            return [f"{self.log} can't be read: {error.strerror}"]
        return [line.strip() for line in text.splitlines() if line.strip()][-lines:]

    def _said_ready(self) -> str:
        try:
            with self.log.open("rb") as file:
                lines = file.read(HEAD_BYTES).decode(errors="replace").splitlines(keepends=True)
        except OSError:
            return ""  # said so by tail(), should it come to nothing
        ready = (line for line in lines if line.startswith(_READY) and line.endswith("\n"))
        return next((line.removeprefix(_READY).strip() for line in ready), "")

    def _refusal(self, message: str) -> Refusal:
        said = self.tail(1)
        remedy = f"It said: {said[0].removeprefix('clipmatrix: ')}" if said else "It said nothing."
        return Refusal(message, remedy, Fix("wm.path_open", "Show Its Log", {"filepath": str(self.log)}))


def _forget_old_logs(folder: Path) -> None:
    """Keep the newest; a log that another Blender has open may refuse to go."""
    logs = sorted(folder.glob("backend-*.log"), key=lambda log: log.stat().st_mtime)
    for log in logs[:-LOGS_KEPT]:
        with contextlib.suppress(OSError):
            log.unlink()
