"""What becomes of a socket's attempts to connect, read off libzmq's own events; never waits."""

from __future__ import annotations

from enum import Enum

import zmq
from zmq.utils.monitor import parse_monitor_message

CLOSINGS = 5
"""So often the other side may end an unfinished handshake before that counts as its answer.

Only as long as none has ever succeeded: later, a backend that restarts behind a tunnel looks the same.
"""


class Handshake(Enum):
    """How far the newest attempt has come."""

    NOBODY = "nobody listens there"
    MUTE = "somebody listens there who does not shake hands"
    DONE = "both sides know each other"
    REJECTED = "our key is not on the server's list"
    INCOMPATIBLE = "one side wants an encrypted connection and the other does not"
    CLOSED = "the other side keeps ending the handshake"


FINAL = frozenset({Handshake.REJECTED, Handshake.INCOMPATIBLE, Handshake.CLOSED})
"""No further attempt will do better."""

_EVENTS = (
    zmq.EVENT_CONNECTED
    | zmq.EVENT_HANDSHAKE_SUCCEEDED
    | zmq.EVENT_HANDSHAKE_FAILED_AUTH
    | zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL
    | zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL
)


class HandshakeWatch:
    """Follows a socket from before it connects until it is closed."""

    def __init__(self, socket: zmq.Socket[bytes]) -> None:
        self._socket = socket
        self._events = socket.get_monitor_socket(_EVENTS)
        self._newest = Handshake.NOBODY
        self._met = False
        self._closings = 0

    def look(self) -> Handshake:
        """Take in what has happened since the last look."""
        while True:
            try:
                frames = self._events.recv_multipart(flags=zmq.NOBLOCK)
            except zmq.Again:
                return self._newest
            self._take(parse_monitor_message(frames)["event"])

    def close(self) -> None:
        """Stop watching; call it before the socket is closed."""
        self._socket.disable_monitor()
        self._events.close(linger=0)

    def _take(self, event: int) -> None:
        match event:
            case zmq.EVENT_CONNECTED:
                self._newest = Handshake.MUTE
            case zmq.EVENT_HANDSHAKE_SUCCEEDED:
                self._newest, self._met = Handshake.DONE, True
            case zmq.EVENT_HANDSHAKE_FAILED_AUTH:
                self._newest = Handshake.REJECTED
            case zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL:
                self._newest = Handshake.INCOMPATIBLE
            case zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL:
                self._closings += 1
                closed = self._closings >= CLOSINGS and not self._met
                self._newest = Handshake.CLOSED if closed else Handshake.MUTE
