"""A real Blender window on a screen of its own, and a hand in it."""

import contextlib
import itertools
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HAND = Path(__file__).with_name("hand.py")
SIZE = (1600, 1200)
START_SECONDS = 90.0
ANSWER_SECONDS = 60.0


class Window:
    """A running Blender; its Python is reached by :meth:`do`."""

    def __init__(self, process: "subprocess.Popen[bytes]", folder: Path, display: str, log: Path) -> None:
        self.process, self.display, self.log = process, display, log
        self._folder, self._numbers = folder, itertools.count()

    def do(self, code: str, seconds: float = ANSWER_SECONDS) -> Any:
        """Run a few lines in Blender and return what they leave in ``answer``."""
        task = self._folder / f"{next(self._numbers)}.py"
        draft = task.with_suffix(".new")
        draft.write_text(code)
        draft.rename(task)
        answer = task.with_suffix(".json")
        end = time.monotonic() + seconds
        while not answer.exists():
            assert self.process.poll() is None, f"Blender has ended: {self.tail()}"
            assert time.monotonic() < end, f"Blender does not answer: {self.tail()}"
            time.sleep(0.02)
        told = json.loads(answer.read_text())
        assert "error" not in told, told["error"]
        return told["answer"]

    def wait(self, expression: str, seconds: float) -> None:
        """Look until an expression is true in Blender."""
        end = time.monotonic() + seconds
        while not self.do(f"answer = bool({expression})"):
            assert time.monotonic() < end, f"not in time: {expression}; {self.tail()}"
            time.sleep(0.1)

    def picture(self, path: Path) -> Path:
        """Take a picture of the screen once Blender has redrawn; ``screen.screenshot`` is black under software GL."""
        self.do("for area in bpy.context.screen.areas: area.tag_redraw()")
        time.sleep(1.0)
        subprocess.run(["import", "-display", self.display, "-window", "root", str(path)], check=True, timeout=60)
        return path

    def tail(self) -> str:
        """The end of what Blender has printed."""
        return self.log.read_text(errors="replace")[-1500:]


@contextlib.contextmanager
def screen() -> Iterator[str]:
    """A virtual screen, as a value for DISPLAY."""
    reading, writing = os.pipe()
    width, height = SIZE
    xvfb = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{width}x{height}x24", "+extension", "GLX", "-noreset"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as numbers:
            yield f":{int(numbers.readline())}"
    finally:
        end(xvfb)


@contextlib.contextmanager
def open_window(blender: str, folder: Path) -> Iterator[Window]:
    """Open Blender with factory settings and an empty user folder; closed, by force if needed, when the block ends."""
    tasks, user, log = folder / "tasks", folder / "user", folder / "blender.log"
    tasks.mkdir(parents=True)
    user.mkdir()
    size = map(str, SIZE)
    with screen() as display, log.open("wb") as said:
        process = subprocess.Popen(
            [blender, "--factory-startup", "-p", "0", "0", *size, "--python", str(HAND), "--", str(tasks)],
            stdout=said,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env={
                **os.environ,
                "DISPLAY": display,
                "LIBGL_ALWAYS_SOFTWARE": "1",
                "BLENDER_USER_RESOURCES": str(user),
            },
        )
        window = Window(process, tasks, display, log)
        try:
            window.do("", START_SECONDS)
            yield window
        finally:
            end(process)


@contextlib.contextmanager
def backend(secret: str, *, first: str = "") -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """A backend process and its address; ``first`` is Python that runs in it before anything is imported."""
    program = f"{first}\nimport sys\nfrom clipmatrix.cli import main\nsys.exit(main())"
    process = subprocess.Popen(
        [sys.executable, "-c", program, "serve", "--device", "cpu", "--threads", "1", "--address", "tcp://127.0.0.1:0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "CLIPMATRIX_SECRET": secret, "OMP_NUM_THREADS": "1"},
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("clipmatrix ready tcp://"), line
        yield process, line.split()[2]
    finally:
        end(process)
        if process.stdout is not None:
            process.stdout.close()


def end(process: "subprocess.Popen[Any]") -> None:
    """End a process politely, then not."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def missing() -> str:
    """Why there can be no window here, in words; empty if there can."""
    blender = os.environ.get("CLIPMATRIX_BLENDER")
    if not blender:
        return "CLIPMATRIX_BLENDER does not name a Blender 4.2 or newer"
    if shutil.which(blender) is None:
        return f"CLIPMATRIX_BLENDER names {blender}, which can't be run"
    lacking = [program for program in ("Xvfb", "import") if shutil.which(program) is None]
    return f"there is no {' and no '.join(lacking)} on this machine (Xvfb, ImageMagick)" if lacking else ""
