"""The clients that were welcomed, and sending to them without ever waiting."""

import logging
import math
import time
from dataclasses import dataclass, field
from typing import Literal

import zmq
from clipmatrix_protocol import Failed, Message, ProtocolError, encode

from .failures import INTERNAL_REMEDY
from .outbox import Frames, Outbox

log = logging.getLogger(__name__)

MAX_CLIENTS = 64
"""Remembered at a time; the one that was silent longest makes room, and would have to say hello again."""


@dataclass
class Client:
    """One welcomed connection: who it is, what waits for it, when it last spoke (monotonic seconds)."""

    name: str
    outbox: Outbox = field(default_factory=Outbox)
    heard: float = field(default_factory=time.monotonic)


class Clients:
    """Everybody who was welcomed, by routing id."""

    def __init__(self, socket: "zmq.Socket[bytes]") -> None:
        self._socket = socket
        self._clients: dict[bytes, Client] = {}

    def __contains__(self, identity: bytes) -> bool:
        return identity in self._clients

    @property
    def waiting(self) -> bool:
        """Whether anything could not be sent yet."""
        return any(client.outbox for client in self._clients.values())

    def name(self, identity: bytes) -> str:
        """Return the name that a welcomed client gave."""
        return self._clients[identity].name

    def welcome(self, identity: bytes, name: str) -> None:
        """Remember a client; one that says hello again keeps what waits for it."""
        if identity in self._clients:
            return
        log.info("%s connected", name)
        self._clients[identity] = Client(name)
        if len(self._clients) > MAX_CLIENTS:
            self.forget(min(self._clients, key=lambda other: self._clients[other].heard))

    def heard(self, identity: bytes) -> None:
        """Note that a client has spoken."""
        self._clients[identity].heard = time.monotonic()

    def silence(self, identity: bytes) -> float:
        """Return seconds since a client has spoken; infinity for one that is not known any more."""
        client = self._clients.get(identity)
        return math.inf if client is None else time.monotonic() - client.heard

    def forget(self, identity: bytes) -> None:
        """Let a client go; whatever waited for it is dropped."""
        client = self._clients.pop(identity, None)
        if client is not None:
            log.info("%s is gone", client.name)

    def put(self, identity: bytes, message: Message) -> bool:
        """Leave a message for a client; it is sent by :meth:`flush`. False if the client is not known any more."""
        client = self._clients.get(identity)
        if client is None:
            return False
        try:
            client.outbox.put(message)
        except ProtocolError as error:  # our own mistake: a value that no client would accept
            log.error("a %s cannot be sent", type(message).__name__, exc_info=error)
            said = "The backend produced a result that cannot be sent."
            client.outbox.put(Failed("internal", said, INTERNAL_REMEDY, getattr(message, "job", None)))
        if client.outbox.overflows:
            log.warning("%s does not read its answers", client.name)
            self.forget(identity)
            return False
        return True

    def refuse(self, identity: bytes, failed: Failed) -> None:
        """Send one message to somebody who is not welcome, if that is possible at once, and forget them."""
        self.forget(identity)
        self._send(identity, encode(failed))

    def flush(self) -> None:
        """Send what can be sent without waiting; the rest stays for the next call."""
        for identity in list(self._clients):
            for frames in self._clients[identity].outbox.pending():
                outcome = self._send(identity, frames)
                if outcome == "gone":
                    self.forget(identity)
                if outcome != "sent":
                    break

    def _send(self, identity: bytes, frames: Frames) -> Literal["sent", "full", "gone"]:
        """Send if that is possible at once: the client's queue may be full, or its connection gone."""
        try:
            self._socket.send_multipart([identity, *frames], zmq.NOBLOCK)
        except zmq.Again:
            return "full"
        except zmq.ZMQError as error:
            if error.errno != zmq.EHOSTUNREACH:
                raise
            return "gone"
        return "sent"
