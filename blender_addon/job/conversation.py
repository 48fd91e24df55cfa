"""Whom we talk to: connecting, starting a backend, hanging up, asking for a body."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from clipmatrix_protocol import Body, BodyRequest, CorrectivesRequest, Message, ModelRequest, Status, Welcome

from ..errors import Refusal
from ..link.connection import Connection
from ..link.launch import Launch
from . import refusals
from .phases import FREE, Patience, Phase


@dataclass
class Conversation:
    """One conversation with a backend.

    Attributes
    ----------
    patience
        How long to wait for what.
    state
        What the session is doing.
    error
        What went wrong last, with its remedy; None when nothing did.
    welcome
        Whom we talk to; None before the first Welcome.
    status
        What the backend said last about itself.
    launch
        The backend that we started ourselves; None without one.
    connection
        The line to the backend; None when we have hung up.
    build
        What is to be done with the body that we have asked for.
    """

    patience: Patience = field(default_factory=Patience)
    state: Phase = Phase.OFFLINE
    error: Refusal | None = None
    welcome: Welcome | None = None
    status: Status = field(default_factory=Status)
    launch: Launch | None = None
    connection: Connection | None = None
    build: Callable[[Any], object] | None = None

    @property
    def address(self) -> str:
        """Whom we talk to, or tried to; empty before the first attempt."""
        return self.connection.address if self.connection else ""

    def connect(self, address: str, secret: str) -> None:
        """Start to talk to a backend; ends in IDLE, REFUSED or OFFLINE.

        Raises
        ------
        Refusal
            If the address can't be one, or Blender is not allowed online and the address is another machine.
        """
        connection = Connection(address, secret, self.patience.ping)
        self.hang_up()
        self.connection, self.error = connection, None
        self.state = Phase.CONNECTING

    def start(self, launch: Launch) -> None:
        """Wait for a backend that was started for us, then connect to it; ends like :meth:`connect`."""
        self.stop_backend()
        self.launch, self.error, self.state = launch, None, Phase.STARTING

    def stop_backend(self) -> None:
        """Hang up, and end the backend that we started, if we have."""
        self.disconnect()
        self.end_launch()

    def end_launch(self) -> None:
        """End the backend that we started, if we have; the connection may lead elsewhere by now."""
        if self.launch:
            self.launch.stop()
        self.launch = None

    def disconnect(self) -> None:
        """Hang up; a running job goes on in the backend, what has come back of it stays in the scene."""
        self.hang_up()
        self.state, self.error = Phase.OFFLINE, None

    def request_body(self, name: str, build: Callable[[Body], object]) -> None:
        """Ask for a body; ``build`` is called with it from a later tick.

        Raises
        ------
        Refusal
            If the session is not free.
        """
        self.request(BodyRequest(name=name), build)

    def request(self, what: BodyRequest | ModelRequest | CorrectivesRequest, build: Callable[[Any], object]) -> None:
        """Ask for something; ``build`` is called with the answer from a later tick and may raise a Refusal.

        Raises
        ------
        Refusal
            If the session is not free.
        """
        self.require_free()
        self.build = build
        self.send(what)
        self.state = Phase.FETCHING

    def attend(self) -> None:
        """See to the backend that we started: connect once it is ready, hang up once it has ended."""
        if self.launch is None:
            return
        try:
            address = self.launch.attend()
            if address and self.state is Phase.STARTING:
                self.connect(address, self.launch.secret)
        except Refusal as refusal:
            self.hang_up()
            self.launch, self.state, self.error = None, Phase.OFFLINE, refusal

    def require_free(self) -> None:
        """Forget the last error; a Refusal if no request can be made now."""
        if self.state not in FREE:
            raise refusals.not_free(self.state)
        self.error = None

    def send(self, message: Message) -> None:
        """Say something to the backend, if there is one."""
        if self.connection:
            self.connection.send(message)

    def refuse(self, refusal: Refusal) -> None:
        """Hang up on a backend that we can't talk to."""
        self.hang_up()
        self.state, self.error = Phase.REFUSED, refusal

    def hang_up(self) -> None:
        """End the connection; whoever asked for something gets no answer."""
        if self.connection:
            self.connection.close()
        self.connection = self.build = None
