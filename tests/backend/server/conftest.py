"""Real backends for the server's tests: the router in a thread with small jobs that count, or a whole process."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
import zmq
from clipmatrix.server.router import run
from clipmatrix.server.services import Services
from clipmatrix.server.sockets import bound_address, open_router

from .counting import counting_services
from .peer import SECRET, Peer

START_SECONDS = 60


@dataclass(frozen=True)
class Process:
    """A backend process that is ready."""

    process: "subprocess.Popen[str]"
    address: str


@pytest.fixture
def context() -> Iterator["zmq.Context[zmq.Socket[bytes]]"]:
    with zmq.Context() as own:
        yield own
        own.destroy(linger=0)


@pytest.fixture
def backend(context: "zmq.Context[zmq.Socket[bytes]]") -> Iterator[Callable[..., str]]:
    """A function that starts a router in a thread and returns its address."""
    stop = threading.Event()
    threads: list[threading.Thread] = []

    def start(services: Services | None = None, **options: int) -> str:
        socket = open_router(context, "tcp://127.0.0.1:*", **options)
        address = bound_address(socket)

        def serve() -> None:
            with socket:
                run(socket, SECRET, services or counting_services(), stop.is_set)

        threads.append(threading.Thread(target=serve))
        threads[-1].start()
        return address

    yield start
    stop.set()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()


@pytest.fixture
def connect(context: "zmq.Context[zmq.Socket[bytes]]") -> Iterator[Callable[[str], Peer]]:
    """A function that opens a client on an address."""
    peers: list[Peer] = []

    def open_peer(address: str) -> Peer:
        peers.append(Peer(context, address))
        return peers[-1]

    yield open_peer
    for peer in peers:
        peer.close()


@contextmanager
def backend_process(*arguments: str, secret: str = SECRET) -> Iterator[Process]:
    """Run ``clipmatrix serve`` on a free port until the block ends."""
    command = [sys.executable, "-m", "clipmatrix", "serve", "--device", "cpu", *arguments]
    if "--address" not in arguments:
        command += ["--address", "tcp://127.0.0.1:0"]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "CLIPMATRIX_SECRET": secret, "OMP_NUM_THREADS": "1"},
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("clipmatrix ready tcp://127.0.0.1:"), line
        yield Process(process, line.split()[2])
    finally:
        process.kill()
        process.wait(10)
        process.stdout.close()
