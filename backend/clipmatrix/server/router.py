"""The loop in the main thread: receive, act, send; it never waits for a client or for a job."""

import logging
from collections.abc import Callable

import zmq

from .clients import Clients
from .desk import Desk, Event
from .mailbox import Mailbox
from .services import Services

log = logging.getLogger(__name__)

TICK_MS = 200
"""How long the loop sleeps when nothing happens."""

RETRY_MS = 20
"""How long it sleeps while a slow client has not yet taken all that waits for it."""

BATCH = 32
"""Messages read before results are looked at again."""

STOP_SECONDS = 3.0
"""How long a worker may take to end."""


def run(socket: "zmq.Socket[bytes]", secret: str, services: Services, stop: Callable[[], bool]) -> bool:
    """Serve until told to stop.

    Parameters
    ----------
    socket
        A bound ROUTER socket; it is left open.
    secret
        The launch secret.
    services
        Who computes.
    stop
        Asked at least every :data:`TICK_MS` milliseconds.

    Returns
    -------
    bool
        Whether all threads have ended; if not, one of them hangs in a computation.
    """
    mailbox: Mailbox[Event] = Mailbox(socket.context)
    clients = Clients(socket)
    desk = Desk(services, secret, clients, mailbox.post)
    poller = zmq.Poller()
    poller.register(socket, zmq.POLLIN)
    poller.register(mailbox.wake, zmq.POLLIN)
    try:
        while not stop():
            poller.poll(RETRY_MS if clients.waiting else TICK_MS)
            _receive(socket, desk)
            for event in mailbox.collect():
                desk.on_event(event)
            desk.end_abandoned()
            desk.start_next()
            clients.flush()
    finally:
        ended = desk.close(STOP_SECONDS)
        mailbox.close()
    return ended


def _receive(socket: "zmq.Socket[bytes]", desk: Desk) -> None:
    for _ in range(BATCH):
        try:
            client, *frames = socket.recv_multipart(zmq.NOBLOCK)
        except zmq.Again:
            return
        desk.receive(client, frames)
