"""One backend at the other end of a link: greeting it, pinging it, noticing its silence."""

from __future__ import annotations

import time
from collections import deque

import zmq
from clipmatrix_protocol import PROTOCOL_VERSION, Hello, Message, Ping

from ..errors import Refusal
from ..version import version
from . import hindrances
from .artist import artist
from .handshake import FINAL
from .socket import Frames, Garbled, Link, packed
from .target import read_target


class Connection:
    """A link with manners. Nothing is sent before it is possible, nothing waits.

    Parameters
    ----------
    text
        The address as the artist wrote it, or the line that was pasted.
    secret
        The backend's launch secret, for an address.
    every
        Seconds between two pings.

    Raises
    ------
    Refusal
        If the address can't be one, or Blender is not allowed online and the address is another machine.
    """

    def __init__(self, text: str, secret: str, every: float) -> None:
        self.target = read_target(text, secret)
        try:
            self._link = Link.open(self.target)
        except zmq.ZMQError as error:
            raise Refusal(f"“{self.address}” is no address: {error}.", "Write it as host:port.") from error
        self._hello = Hello(
            version=PROTOCOL_VERSION,
            client=f"ClipMatrix extension {version()}",
            secret=self.target.secret,
            user=artist(),
        )
        self._every = every
        self._outbox: deque[Frames] = deque()
        self._heard = self._beaten = time.monotonic()
        self.send(self._hello)

    @property
    def address(self) -> str:
        """``tcp://host:port``."""
        return self.target.address

    def hindrance(self) -> Refusal | None:
        """Why no attempt to connect will ever succeed; None as long as one may."""
        handshake = self._link.handshake
        return hindrances.final(handshake, self.target) if handshake in FINAL else None

    def unanswered(self) -> Refusal:
        """Why nobody has answered our greeting so far."""
        return hindrances.unanswered(self._link.handshake, self.target)

    @property
    def silent(self) -> float:
        """Seconds since something arrived, or since the last greeting that has to be answered."""
        return time.monotonic() - self._heard

    def send(self, message: Message) -> None:
        """Send now, or as soon as there is a connection, in order; raises Refusal for what can't be sent at all."""
        self._outbox.append(packed(message))
        self._flush()

    def receive(self) -> list[Message | Garbled]:
        """Everything that has arrived, oldest first."""
        arrived = self._link.drain()
        if arrived:
            self._heard = time.monotonic()
        self._flush()
        return arrived

    def greet_again(self) -> None:
        """Say hello to a backend that does not know us any more, and grant it the time to answer."""
        self._heard = self._beaten = time.monotonic()
        self.send(self._hello)

    def ping(self) -> bool:
        """Ask for a sign of life, if the last question is old enough; False if nobody is connected to be asked."""
        return not self._is_time() or self._link.send(packed(Ping(stamp=time.monotonic())))

    def knock(self) -> None:
        """Say hello to a backend that was lost, if the last try is old enough; what was still to be said is dropped."""
        self._outbox.clear()
        if self._is_time():
            self._link.send(packed(self._hello))

    def close(self) -> None:
        """Hang up."""
        self._link.close()

    def _is_time(self) -> bool:
        now = time.monotonic()
        if now - self._beaten < self._every:
            return False
        self._beaten = now
        return True

    def _flush(self) -> None:
        while self._outbox and self._link.send(self._outbox[0]):
            self._outbox.popleft()
