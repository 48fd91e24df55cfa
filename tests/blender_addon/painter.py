"""A real router whose job is small: it paints the character red, and pushes it 2 cm aside."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import zmq
from clipmatrix.errors import JobError
from clipmatrix.server.router import run
from clipmatrix.server.services import Cancelled, Report, Services
from clipmatrix.server.sockets import bound_address, open_router
from clipmatrix_protocol import Brief, Done, Look, Progress, State, Submit, Summary, Update, Validity

from .columns import column_body

SECRET = "for the tests alone"
RED = (200, 20, 20)
FOREVER = "a figure that is never finished"
IMPOSSIBLE = "an impossible figure"


@dataclass
class Painter:
    """What the backend was asked, and where it listens."""

    address: str = ""
    jobs: list[Submit] = field(default_factory=list)
    cancelled: threading.Event = field(default_factory=threading.Event)

    def optimise(self, job: Submit, report: Report, cancelled: Cancelled) -> Done:
        """Paint in the number of steps asked for; see the prompts above for jobs that go otherwise."""
        self.jobs.append(job)
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
            self.cancelled.set()
        summary = Summary(step, 0.5, step < steps, 0.1, 0.3, Validity(2, 0, 0, 1.0), 100.0, "painter", {"torch": "0"})
        return Done(job.job, state, summary)


@contextmanager
def painter() -> Iterator[Painter]:
    """Run the router in a thread until the block ends."""
    own = Painter()
    services = Services(
        device="painter",
        clips=("embedded",),
        bodies=("figure",),
        warm_up=_nothing,
        warnings=_remarks,
        body=lambda _: column_body(),
        optimise=own.optimise,
        model=lambda _: column_body(),
        free_memory=_nothing,
    )
    stop = threading.Event()
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    socket = open_router(context, "tcp://127.0.0.1:*")
    own.address = bound_address(socket)
    thread = threading.Thread(target=lambda: run(socket, SECRET, services, stop.is_set))
    thread.start()
    try:
        yield own
    finally:
        stop.set()
        thread.join(20)
        socket.close()
        context.term()


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
