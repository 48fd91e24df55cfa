"""The socket clients connect to, with every limit set."""

import errno

import zmq
from clipmatrix_protocol import MAX_FRAME_BYTES

from ..errors import UsageError
from .curve import encrypt
from .keys import KeyFolder

QUEUE_LENGTH = 4
"""Messages that may wait in libzmq for one client and from one client (ZMQ_SNDHWM, ZMQ_RCVHWM)."""

HEARTBEAT_MS = 2_000
"""Between two ZMTP pings; a silent peer is dropped after :data:`HEARTBEAT_TIMEOUT_MS`."""

HEARTBEAT_TIMEOUT_MS = 60_000
"""Generous: a Blender that renders, bakes or loads reads nothing meanwhile; what waits for it fills its queue, and its
socket then no longer sees our pings."""


def open_router(
    context: "zmq.Context[zmq.Socket[bytes]]",
    address: str,
    max_frame_bytes: int = MAX_FRAME_BYTES,
    keys: KeyFolder | None = None,
) -> "zmq.Socket[bytes]":
    """Bind a ROUTER socket.

    ``ROUTER_MANDATORY`` makes a send to a client that has gone, or whose queue is full, an error instead of a silent
    loss. ``ROUTER_HANDOVER`` stays off: nobody takes over the connection of a client that was let in.

    Parameters
    ----------
    context
        The process's zmq context.
    address
        As :func:`~.security.check_address` returns it.
    max_frame_bytes
        A longer frame closes its connection.
    keys
        What encrypts the connections; needs :func:`~.curve.allow_list` beside it. None: they are not encrypted.

    Raises
    ------
    UsageError
        If the port is taken, the address does not exist on this machine, or there is no server key.
    """
    socket = context.socket(zmq.ROUTER)
    for option, value in (
        (zmq.LINGER, 0),
        (zmq.SNDHWM, QUEUE_LENGTH),
        (zmq.RCVHWM, QUEUE_LENGTH),
        (zmq.MAXMSGSIZE, max_frame_bytes),
        (zmq.ROUTER_MANDATORY, 1),
        (zmq.HEARTBEAT_IVL, HEARTBEAT_MS),
        (zmq.HEARTBEAT_TIMEOUT, HEARTBEAT_TIMEOUT_MS),
        (zmq.HEARTBEAT_TTL, HEARTBEAT_TIMEOUT_MS),
        (zmq.IPV6, int("[" in address)),
    ):
        socket.setsockopt(option, value)
    try:
        if keys is not None:
            encrypt(socket, keys)
        socket.bind(address)
    except UsageError:
        socket.close()
        raise
    except zmq.ZMQError as error:
        socket.close()
        if error.errno in (errno.EADDRINUSE, zmq.EADDRINUSE):
            raise UsageError(f"{address} is taken", "choose another port, or 0 for a free one") from error
        raise UsageError(f"cannot listen on {address}: {error.strerror}", "choose another --address") from error
    return socket


def bound_address(socket: "zmq.Socket[bytes]") -> str:
    """Return the address a socket is bound to, with the port the system chose."""
    endpoint: bytes = socket.getsockopt(zmq.LAST_ENDPOINT)  # type: ignore[assignment]
    return endpoint.rstrip(b"\0").decode()
