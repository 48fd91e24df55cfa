"""A client that speaks the protocol over a real DEALER socket, with a time limit on every wait."""

import time
from collections.abc import Mapping
from typing import Any, TypeVar

import zmq
from clipmatrix_protocol import PROTOCOL_VERSION, Hello, Message, Welcome, decode, encode

SECRET = "a secret for tests"
SECONDS = 60.0

M = TypeVar("M")


class Peer:
    """One DEALER socket."""

    def __init__(
        self, context: "zmq.Context[zmq.Socket[bytes]]", address: str, options: Mapping[int, bytes] | None = None
    ) -> None:
        self.socket = context.socket(zmq.DEALER)
        self.socket.setsockopt(zmq.LINGER, 0)
        self.socket.setsockopt(zmq.RCVHWM, 4)
        for option, value in (options or {}).items():
            self.socket.setsockopt(option, value)
        self.socket.connect(address)

    def hello(self, secret: str = SECRET) -> Welcome:
        """Say hello and return the Welcome."""
        self.say(Hello(PROTOCOL_VERSION, "test", secret))
        return self.hear(Welcome)

    def say(self, message: Message) -> None:
        """Send a message."""
        self.socket.send_multipart(encode(message))

    def say_raw(self, *frames: bytes) -> None:
        """Send frames that may be anything."""
        self.socket.send_multipart(frames)

    def next(self, seconds: float = SECONDS) -> Any:
        """Return the next message.

        Raises
        ------
        TimeoutError
            If none comes in time.
        """
        if not self.socket.poll(max(0, int(1000 * seconds))):
            raise TimeoutError("nothing arrives")
        return decode(self.socket.recv_multipart())

    def hear(self, kind: type[M]) -> M:
        """Skip to the next message of a kind and return it."""
        return self.hear_all(kind)[-1]

    def hear_all(self, kind: type[M]) -> list[Any]:
        """Return all messages up to the next one of a kind, that one included."""
        until = time.monotonic() + SECONDS
        heard = []
        while True:
            heard.append(self.next(until - time.monotonic()))
            if isinstance(heard[-1], kind):
                return heard

    def is_quiet(self, seconds: float) -> bool:
        """Whether nothing arrives for a while."""
        return not self.socket.poll(int(1000 * seconds))

    def close(self) -> None:
        """Hang up."""
        self.socket.close(linger=0)
