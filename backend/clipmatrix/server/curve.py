"""Encrypting a socket with CURVE, and letting in those clients alone whose keys are on the list.

A CURVE socket by itself takes every client that knows the server's public key, whatever the client's own: libzmq leaves
the choice to a ZAP handler, and admits everybody where none runs. So the socket names a ZAP domain and enforces it:
without a handler nobody gets in.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import zmq
from zmq.auth.thread import ThreadAuthenticator

from ..errors import UsageError
from .keys import KeyFolder

log = logging.getLogger(__name__)

DOMAIN = "clipmatrix"


class AllowList:
    """What the ZAP handler asks, in a thread of its own; reads the folder each time."""

    def __init__(self, keys: KeyFolder) -> None:
        self._keys = keys

    def callback(self, _domain: str, key: bytes) -> bool:
        """Whether a client with this public key (Z85) may come in. Never raises: the handler would not survive it."""
        try:
            name = self._keys.clients().get(key)
        except UsageError as error:
            log.error("nobody is let in: %s", error)
            return False
        if name is None:
            log.info("turned away a client: its key is not on the list")
        else:
            log.info("let in the key of %s", name)
        return name is not None


@contextmanager
def allow_list(context: "zmq.Context[zmq.Socket[bytes]]", keys: KeyFolder) -> Iterator[None]:
    """Answer libzmq's question who may come in, for all sockets of a context, until the block ends."""
    handler = ThreadAuthenticator(context)
    handler.start()
    try:
        handler.configure_curve_callback(DOMAIN, AllowList(keys))
        yield
    finally:
        handler.stop()


def encrypt(socket: "zmq.Socket[bytes]", keys: KeyFolder) -> None:
    """Have a socket that is not bound yet speak CURVE only.

    Raises
    ------
    UsageError
        If the folder has no server key.
    """
    socket.setsockopt(zmq.CURVE_SERVER, 1)
    socket.setsockopt(zmq.CURVE_SECRETKEY, keys.server().secret)
    socket.setsockopt(zmq.ZAP_DOMAIN, DOMAIN.encode())
    socket.setsockopt(zmq.ZAP_ENFORCE_DOMAIN, 1)
