"""A real router in a process of its own, whose job is small: it paints the character red, and pushes it 2 cm aside.

Run by itself, ``python -m tests.blender_addon.painter FOLDER`` says where it listens, and serves until it is killed,
or whoever started it is gone, as when Blender takes the tests' process down.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import msgspec
import numpy as np
import zmq
from clipmatrix.errors import JobError
from clipmatrix.server.parent import parent_watch
from clipmatrix.server.router import run
from clipmatrix.server.services import Cancelled, Report, Services
from clipmatrix.server.sockets import bound_address, open_router
from clipmatrix_protocol import (
    Brief,
    Done,
    Look,
    Progress,
    State,
    Submit,
    Summary,
    Update,
    Validity,
    decode,
    encode,
)

from .columns import column_body

REPOSITORY = Path(__file__).resolve().parents[2]
SECRET = "for the tests alone"
RED = (200, 20, 20)
FOREVER = "a figure that is never finished"
IMPOSSIBLE = "an impossible figure"
CANCELLED = "cancelled"


@dataclass(frozen=True)
class Painter:
    """Where a painter listens, and the folder in which it notes what it was asked."""

    address: str
    folder: Path

    @property
    def jobs(self) -> list[Submit]:
        """What it has begun to work on, in that order."""
        frames = [msgspec.msgpack.decode(path.read_bytes(), type=list[bytes]) for path in _notes(self.folder)]
        return [job for job in map(decode, frames) if isinstance(job, Submit)]

    def was_cancelled(self, patience: float = 10) -> bool:
        """Whether a job of its was cancelled, or is within so many seconds."""
        until = time.monotonic() + patience
        while not (cancelled := (self.folder / CANCELLED).exists()) and time.monotonic() < until:
            time.sleep(0.02)
        return cancelled


@contextmanager
def painter() -> Iterator[Painter]:
    """Run a painter until the block ends.

    In its own process: up to Blender 5.0, an operator that runs under ``temp_override`` while another thread of Python
    is at work in the same process may crash Blender.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", __name__, folder]
        with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            try:
                address = process.stdout.readline().strip()
                assert address, "the painter did not start"
                yield Painter(address, Path(folder))
            finally:
                process.terminate()


def main(folder: Path) -> None:
    """Serve, and note in the folder what is asked."""
    services = Services(
        device="painter",
        clips=("embedded",),
        bodies=("figure",),
        warm_up=_nothing,
        warnings=_remarks,
        body=lambda _: column_body(),
        optimise=partial(_optimise, folder),
        model=lambda _: column_body(),
        free_memory=_nothing,
    )
    abandoned = parent_watch(os.getppid())  # while that is surely whoever started it
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    with open_router(context, "tcp://127.0.0.1:*") as socket:
        print(bound_address(socket), flush=True)
        run(socket, SECRET, services, abandoned)


def _optimise(folder: Path, job: Submit, report: Report, cancelled: Cancelled) -> Done:
    """Paint in the number of steps asked for; see the prompts above for jobs that go otherwise."""
    _note(folder, job)
    prompt, steps = job.brief.prompts[0].text, job.brief.settings.steps
    if prompt == IMPOSSIBLE:
        raise JobError("diverged", "The character fell apart.", "Use fewer steps.")
    state = _painted(job)
    step = 0
    while (step < steps or prompt == FOREVER) and not cancelled():
        step += 1
        time.sleep(0.01)
        report(Progress(job.job, min(step, steps), steps, 100.0, 0.1, 0.2))
        if step == 1:
            report(Update(job.job, step, state))
    if cancelled():
        (folder / CANCELLED).touch()
    summary = Summary(step, 0.5, step < steps, 0.1, 0.3, Validity(2, 0, 0, 1.0), 100.0, "painter", {"torch": "0"})
    return Done(job.job, state, summary)


def _notes(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.job"))


def _note(folder: Path, job: Submit) -> None:
    path = folder / f"{len(_notes(folder)):04d}.job"
    half = path.with_suffix(".part")
    half.write_bytes(msgspec.msgpack.encode([bytes(frame) for frame in encode(job)]))
    half.rename(path)  # whoever looks sees all of it or nothing


def _painted(job: Submit) -> State:
    size = job.brief.settings.texture_size
    texture = np.broadcast_to(np.array(RED, np.uint8), (size, size, 3)).copy()
    offsets = tuple(
        np.tile(np.array([0.02, 0, 0], np.float32), (len(part.vertices), 1)) for part in job.character.parts
    )
    values = np.array([shape.value for shape in job.character.shapes], np.float32)
    return State(values, offsets, (texture,) * job.character.textures, Look())


def _nothing() -> None:
    pass


def _remarks(brief: Brief) -> tuple[str, ...]:
    words = [word for word in brief.prompts[0].text.split() if word == "quixotic"]
    return tuple(f"The CLIP does not know the word {word}." for word in words)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
