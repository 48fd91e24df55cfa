"""The painting backend of these tests goes when they go, even where Blender takes their process down."""

import subprocess
import sys
import time

import zmq

from .painter import REPOSITORY

DIES = """
import os, signal
from tests.blender_addon.painter import painter
with painter() as running:
    print(running.address, flush=True)
    os.kill(os.getpid(), signal.SIGABRT)
"""


def test_it_ends_with_the_process_that_started_it():
    with subprocess.Popen([sys.executable, "-c", DIES], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as dying:
        assert dying.stdout is not None
        address = dying.stdout.readline().strip()
    assert dying.returncode != 0
    with zmq.Context() as context, context.socket(zmq.ROUTER) as socket:
        until = time.monotonic() + 10
        while not _takes(socket, address):
            assert time.monotonic() < until, "somebody still listens there"
            time.sleep(0.05)


def _takes(socket: "zmq.Socket[bytes]", address: str) -> bool:
    """Whether the socket could be bound to an address, which is free then."""
    try:
        socket.bind(address)
    except zmq.ZMQError:
        return False
    return True
