"""How soon something happens: a backend starts, and a character that is sent to it changes.

    uv run python benchmarks/start.py [--repeats N] [--json FILE]

Each repeat starts a backend anew, as Blender does, waits until it is ready, and sends it the embedded figure with
default settings, which begins with whole-body colours. Prints JSON, seconds: from the start to ready; from the job to
the first update, in a backend that has just started (``first``), and for the next job (``again``), as an artist has it
who presses Generate a second time.
"""

import argparse
import json
import os
import secrets
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import clipmatrix_protocol as protocol
import torch
import zmq
from clipmatrix.bench.machine import machine
from clipmatrix.bodies.figure_character import figure_character
from clipmatrix.bodies.motions import walk
from clipmatrix.server.device import spare_threads


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    torch.set_num_threads(spare_threads())  # as the backend does
    found = [once() for _ in range(asked.repeats)]
    report = {
        name: {"median": statistics.median(one[name] for one in found), "all": [round(one[name], 2) for one in found]}
        for name in found[0]
    }
    report["machine"] = machine()
    print(json.dumps(report, indent=2))
    if asked.json:
        asked.json.write_text(json.dumps(report, indent=2))


def once() -> dict[str, float]:
    """Start a backend, send two jobs, stop it."""
    secret = secrets.token_hex(16)
    command = [sys.executable, "-m", "clipmatrix", "serve", "--device", "cpu", "--address", "tcp://127.0.0.1:0"]
    began = time.monotonic()
    backend = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env={**os.environ, "CLIPMATRIX_SECRET": secret},
    )  # fmt: skip
    try:
        assert backend.stdout is not None
        address = backend.stdout.readline().split()[-1]
        ready = time.monotonic() - began
        with zmq.Context() as context, context.socket(zmq.DEALER) as socket:
            socket.setsockopt(zmq.LINGER, 0)
            socket.connect(address)
            say(socket, protocol.Hello(protocol.PROTOCOL_VERSION, "benchmark", secret))
            hear(socket, protocol.Welcome)
            return {
                "ready": ready,
                "first": to_first_update(socket, "first"),
                "again": to_first_update(socket, "again"),
            }
    finally:
        backend.terminate()
        backend.wait()


def to_first_update(socket: "zmq.Socket[bytes]", name: str) -> float:
    """Send a job, wait for its first update, cancel it."""
    job = protocol.Submit(name, figure_character(walk()), protocol.Brief(prompts=(protocol.Prompt("a red figure"),)))
    began = time.monotonic()
    say(socket, job)
    hear(socket, protocol.Update)
    took = time.monotonic() - began
    say(socket, protocol.Cancel(name))
    hear(socket, protocol.Done)
    return took


def say(socket: "zmq.Socket[bytes]", message: Any) -> None:
    """Send a message."""
    socket.send_multipart(protocol.encode(message))


def hear(socket: "zmq.Socket[bytes]", kind: type) -> None:
    """Skip to the next message of a kind; two minutes are too long for anything here."""
    while socket.poll(120_000):
        message = protocol.decode(socket.recv_multipart())
        if isinstance(message, protocol.Failed):
            raise SystemExit(f"the backend says: {message}")
        if isinstance(message, kind):
            return
    raise SystemExit("the backend does not answer")


if __name__ == "__main__":
    main()
