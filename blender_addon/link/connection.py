"""One backend at the other end of a link: greeting it, pinging it, noticing its silence."""

from __future__ import annotations

import time
from collections import deque

import bpy
import zmq
from clipmatrix_protocol import PROTOCOL_VERSION, Hello, Message, Ping

from ..errors import Refusal
from ..version import version
from .address import is_loopback, normalise
from .socket import Garbled, Link


class Connection:
    """A link with manners. Nothing is sent before it is possible, nothing waits.

    Parameters
    ----------
    text
        The address, as the artist wrote it.
    secret
        The backend's launch secret.
    every
        Seconds between two pings.

    Raises
    ------
    Refusal
        If the address can't be one, or Blender is not allowed online and the address is another machine.
    """

    def __init__(self, text: str, secret: str, every: float) -> None:
        self.address = normalise(text)
        if not is_loopback(self.address) and not bpy.app.online_access:
            raise Refusal(
                f"Blender is set to stay offline, and {self.address} is another machine.",
                "Allow online access in Preferences > System, or use a backend on this machine.",
            )
        try:
            self._link = Link.open(self.address)
        except zmq.ZMQError as error:
            raise Refusal(f"“{text}” is no address: {error}.", "Write it as host:port.") from error
        self._hello = Hello(version=PROTOCOL_VERSION, client=f"ClipMatrix extension {version()}", secret=secret)
        self._every = every
        self._outbox: deque[Message] = deque()
        self._heard = self._beaten = time.monotonic()
        self.send(self._hello)

    @property
    def silent(self) -> float:
        """Seconds since something arrived, or since the last greeting that has to be answered."""
        return time.monotonic() - self._heard

    def send(self, message: Message) -> None:
        """Send now, or as soon as there is a connection, in order."""
        self._outbox.append(message)
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
        return not self._is_time() or self._link.send(Ping(stamp=time.monotonic()))

    def knock(self) -> None:
        """Say hello to a backend that was lost, if the last try is old enough; what was still to be said is dropped."""
        self._outbox.clear()
        if self._is_time():
            self._link.send(self._hello)

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
