"""The socket to the backend: never waits, never raises for a peer that is away."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import zmq
from clipmatrix_protocol import Message, ProtocolError, decode, encode

from ..errors import Refusal
from .handshake import Handshake, HandshakeWatch
from .target import Target

MAX_MESSAGE_BYTES = 2**30
"""A longer frame closes the connection (ZMQ_MAXMSGSIZE)."""

HEARTBEAT_MS = 2_000
"""Between two ZMTP pings; a connection that is silent for :data:`HEARTBEAT_TIMEOUT_MS` is dropped and made anew."""

HEARTBEAT_TIMEOUT_MS = 60_000
"""Generous: while Blender renders, bakes or loads nobody takes messages away, and a full queue hears no answers."""


@dataclass(frozen=True)
class Garbled:
    """Something arrived that is no message of this protocol; ``why`` is the decoder's sentence."""

    why: str


Frames = list[bytes | memoryview]
"""A message as the socket takes it."""


def packed(message: Message) -> Frames:
    """Make a message ready to be sent.

    Raises
    ------
    Refusal
        If it is more than the protocol takes.
    """
    try:
        return encode(message)
    except ProtocolError as error:
        raise Refusal(f"This can't be sent: {error}.", "Use less: hide parts, or join small ones.") from error


class Link:
    """A DEALER socket on one address. Reconnects by itself, with back-off; the session above has to say hello again."""

    def __init__(self, socket: zmq.Socket[bytes], watch: HandshakeWatch) -> None:
        self._socket = socket
        self._watch = watch

    @classmethod
    def open(cls, target: Target) -> Link:
        """Start to connect; returns at once.

        Raises
        ------
        zmq.ZMQError
            If the address can't be one.
        """
        socket: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.DEALER)
        for option, value in (
            (zmq.LINGER, 0),
            (zmq.SNDHWM, 4),
            (zmq.RCVHWM, 4),
            (zmq.MAXMSGSIZE, MAX_MESSAGE_BYTES),
            # Queue for finished connections only: a send that fails tells at once that nobody is there.
            (zmq.IMMEDIATE, 1),
            (zmq.RECONNECT_IVL, 200),
            (zmq.RECONNECT_IVL_MAX, 2_000),
            (zmq.HEARTBEAT_IVL, HEARTBEAT_MS),
            (zmq.HEARTBEAT_TIMEOUT, HEARTBEAT_TIMEOUT_MS),
            (zmq.IPV6, int("[" in target.address)),
        ):
            socket.setsockopt(option, value)
        if target.keys is not None:
            socket.setsockopt(zmq.CURVE_SERVERKEY, target.keys.server)
            socket.setsockopt(zmq.CURVE_PUBLICKEY, target.keys.public)
            socket.setsockopt(zmq.CURVE_SECRETKEY, target.keys.secret)
        watch = HandshakeWatch(socket)
        try:
            socket.connect(target.address)
        except zmq.ZMQError:
            watch.close()
            socket.close()
            raise
        return cls(socket, watch)

    @property
    def handshake(self) -> Handshake:
        """How far the newest attempt to connect has come."""
        return self._watch.look()

    def send(self, frames: Frames) -> bool:
        """Hand a message to the socket; False if there is no connection or its queue is full."""
        try:
            self._socket.send_multipart(frames, flags=zmq.NOBLOCK)
        except zmq.Again:
            return False
        return True

    def drain(self, seconds: float = 0.004) -> list[Message | Garbled]:
        """Everything that has arrived, oldest first; stops early when ``seconds`` are used up."""
        arrived: list[Message | Garbled] = []
        until = time.perf_counter() + seconds  # on Windows the monotonic clock of Python 3.11 takes steps of 16 ms
        while time.perf_counter() < until:
            try:
                frames: list[Any] = self._socket.recv_multipart(flags=zmq.NOBLOCK, copy=False)
            except zmq.Again:
                break
            try:
                arrived.append(decode([frame.buffer for frame in frames]))
            except ProtocolError as error:
                arrived.append(Garbled(str(error)))
        return arrived

    def close(self) -> None:
        """Drop the connection and everything not sent."""
        self._watch.close()
        self._socket.close(linger=0)
