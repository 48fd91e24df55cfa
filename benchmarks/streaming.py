"""A backend that computes nothing and streams as fast as it is told to: real sockets, real messages, random states.

    python benchmarks/streaming.py [--rate 8] [--seconds 10]

A job has as many steps as fit; each brings an Update with offsets for every vertex and textures of the brief's size,
and normal maps where the brief asks for them.
Prints its address, and takes any secret given in CLIPMATRIX_SECRET.
"""

import argparse
import itertools
import os
import signal
import threading
import time
from dataclasses import dataclass

import numpy as np
import zmq
from clipmatrix.errors import JobError
from clipmatrix.server.router import run
from clipmatrix.server.services import Cancelled, Report, Services
from clipmatrix.server.sockets import bound_address, open_router
from clipmatrix_protocol import Body, Brief, Done, Look, Progress, State, Submit, Summary, Update, Validity

DIFFERENT = 4
"""Random states that take turns."""


@dataclass(frozen=True)
class Stream:
    """How fast, updates per second, and for how long, seconds."""

    rate: float
    seconds: float

    def optimise(self, job: Submit, report: Report, cancelled: Cancelled) -> Done:
        """Report a random state at each step."""
        states = [random_state(job, seed) for seed in range(DIFFERENT)]
        steps, began = max(1, round(self.rate * self.seconds)), time.monotonic()
        step = 0
        for state in itertools.islice(itertools.cycle(states), steps):
            step += 1
            time.sleep(max(0.0, began + step / self.rate - time.monotonic()))
            report(Progress(job.job, step, steps, self.rate, (steps - step) / self.rate, 0.2 + 0.1 * step / steps))
            report(Update(job.job, step, state))
            if cancelled():
                break
        spent = time.monotonic() - began
        validity = Validity(len(job.character.poses), 0, 0, 1.0)
        return Done(job.job, states[0], Summary(step, spent, step < steps, 0.2, 0.3, validity, 0.0, "none", {}))


def random_state(job: Submit, seed: int) -> State:
    """A millimetre of noise on every vertex, and noise for texture and normal map."""
    rng = np.random.default_rng(seed)
    size = job.brief.settings.texture_size

    def images() -> tuple[np.ndarray, ...]:
        return tuple(rng.integers(0, 256, (size, size, 3), np.uint8) for _ in range(job.character.textures))

    return State(
        coefficients=np.array([shape.value for shape in job.character.shapes], np.float32),
        offsets=tuple(
            rng.normal(scale=1e-3, size=part.vertices.shape).astype(np.float32) for part in job.character.parts
        ),
        textures=images(),
        look=Look(),
        normal_maps=images() if job.brief.vary.normals else (),
    )


def services(stream: Stream) -> Services:
    """What the router needs."""
    return Services(
        device="nothing",
        clips=("embedded",),
        bodies=(),
        warm_up=_warm_up,
        warnings=_remarks,
        body=_no_body,
        optimise=stream.optimise,
        model=_no_body,
        free_memory=lambda: None,
    )


def _warm_up() -> None:
    """There is nothing to warm up."""


def _remarks(_brief: Brief) -> tuple[str, ...]:
    return ()


def _no_body(_question: object) -> Body:
    raise JobError("unknown_body", "This backend only streams.", "Start the real one.")


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=8.0, help="updates a second")
    parser.add_argument("--seconds", type=float, default=10.0, help="length of a job")
    options = parser.parse_args()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    with open_router(context, "tcp://127.0.0.1:*") as socket:
        print("ready", bound_address(socket), flush=True)
        stream = Stream(options.rate, options.seconds)
        run(socket, os.environ.get("CLIPMATRIX_SECRET", ""), services(stream), stop.is_set)
    context.term()


if __name__ == "__main__":
    main()
