"""The demo's two processes: a backend that serves, a Blender that works."""

import os
import queue
import secrets
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from ..errors import UsageError
from .request import DemoRequest

START_SECONDS = 120.0
"""How long a backend may take to come up; a cold disk reads torch for a while."""

SILENCE_SECONDS = 300.0
"""How long Blender may say nothing before the demo gives up on it."""


@dataclass(frozen=True)
class Backend:
    """A running backend: where it listens, the secret it asks for."""

    address: str
    secret: str
    log: Path


class BlenderRun:
    """A Blender at work: iterate over its events, then ask for :attr:`returncode`."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    @property
    def returncode(self) -> int:
        """Exit code; 0 when all was written."""
        return self._process.wait()

    def events(self) -> Iterator[dict[str, Any]]:
        """Yield the JSON events Blender prints, one a line; other lines are Blender's own talk and are left out.

        Raises
        ------
        UsageError
            If Blender says nothing for :data:`SILENCE_SECONDS`.
        """
        lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        threading.Thread(target=_pump, args=(self._process, lines), daemon=True).start()
        while True:
            try:
                line = lines.get(timeout=SILENCE_SECONDS)
            except queue.Empty:
                raise UsageError("Blender has stopped answering", "try again with fewer --steps") from None
            if line is None:
                return
            if line.startswith("{"):
                try:
                    event = msgspec.json.decode(line)
                except msgspec.DecodeError:
                    continue
                if isinstance(event, dict) and "event" in event:
                    yield event


def _pump(process: "subprocess.Popen[str]", lines: "queue.SimpleQueue[str | None]") -> None:
    assert process.stdout is not None
    for line in process.stdout:
        lines.put(line)
    lines.put(None)


@contextmanager
def start_backend(request: DemoRequest) -> Iterator[Backend]:
    """Run a backend on the loopback interface until the block ends.

    Raises
    ------
    UsageError
        If it does not come up; the text is the last line of its log.
    """
    secret = secrets.token_urlsafe(32)
    log = request.out / "backend.log"
    command = [
        sys.executable, "-m", "clipmatrix", "serve",
        "--address", f"tcp://127.0.0.1:{request.port}",
        "--device", request.computing.device,
        "--renderer", request.computing.renderer,
        "--precision", request.computing.precision,
        "--parent-pid", str(os.getpid()),
    ]  # fmt: skip
    with running(command, log, secret) as process:
        yield Backend(address=_ready_address(process, log), secret=secret, log=log)


def _ready_address(process: "subprocess.Popen[str]", log: Path) -> str:
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    threading.Thread(target=_pump, args=(process, lines), daemon=True).start()
    while True:
        try:
            line = lines.get(timeout=START_SECONDS)
        except queue.Empty:
            raise UsageError(f"the backend did not start within {START_SECONDS:.0f} s", f"see {log}") from None
        if line is None:
            said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines() or ["it said nothing"]
            raise UsageError(f"the backend did not start: {said[-1]}", f"see {log}")
        if line.startswith("clipmatrix ready "):
            return line.split()[2]


@contextmanager
def start_blender(request: DemoRequest, backend: Backend) -> Iterator[BlenderRun]:
    """Run Blender, headless, with the extension's own ``generate`` command, until the block ends."""
    settings = request.settings
    character = ["--figure"] if request.blend is None else ["--blend", str(request.blend), "--fix"]
    command = [
        sys.executable, str(request.extension / "headless.py"), "generate", *character,
        "--prompt", request.prompt,
        "--address", backend.address,
        "--out", str(request.out),
        "--seed", str(settings.seed),
        "--steps", str(settings.steps),
        "--views", str(settings.views),
        "--texture-size", str(settings.texture_size),
        "--clip", settings.clip,
        "--pictures", request.pictures,
        *(["--film-growth"] if request.growth else []),
        *(["--motion", str(request.motion)] if request.motion else []),
        "--progress", "json",
    ]  # fmt: skip
    with running(command, request.out / "blender.log", backend.secret) as process:
        yield BlenderRun(process)


@contextmanager
def running(command: list[str], log: Path, secret: str = "") -> Iterator["subprocess.Popen[str]"]:
    """Run a Python that speaks on standard output, its standard error in a log, until the block ends.

    All of it is UTF-8, whatever this system's own encoding is; bytes that are not are shown as such and lose no line.
    """
    with log.open("wb") as stderr:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            encoding="utf-8",
            errors="replace",
            env={**os.environ, "CLIPMATRIX_SECRET": secret, "PYTHONUTF8": "1"},
        )
    try:
        yield process
    finally:
        _stop(process)


def _stop(process: "subprocess.Popen[str]") -> None:
    """End a process politely, then not."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
