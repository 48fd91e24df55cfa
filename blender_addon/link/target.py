"""Where a connection leads, and what opens the door there: a secret on this machine, keys on another."""

from __future__ import annotations

from dataclasses import dataclass, field

import bpy
import zmq
from clipmatrix_protocol import SCHEME, Invitation, ProtocolError, read_invitation
from zmq.utils import z85

from ..errors import Fix, Refusal
from .address import is_loopback, normalise

ALLOW_ONLINE = Fix("screen.userpref_show", "Open Preferences", {"section": "SYSTEM"})


@dataclass(frozen=True)
class Keys:
    """CURVE keys as libzmq takes them: Z85, 40 letters each.

    Attributes
    ----------
    server
        The public key of the only server we talk to.
    public, secret
        Our own pair.
    """

    server: bytes
    public: bytes
    secret: bytes = field(repr=False)


@dataclass(frozen=True)
class Target:
    """A backend to connect to.

    Attributes
    ----------
    address
        ``tcp://host:port``.
    secret
        Its launch secret; empty where keys take its place.
    keys
        What encrypts the connection; None on this machine.
    """

    address: str
    secret: str = field(repr=False)
    keys: Keys | None = None

    @property
    def is_local(self) -> bool:
        """Whether it stays on this machine."""
        return is_loopback(self.address)


def tidy(text: str) -> str:
    """What was written, as :func:`read_target` takes it: ``tcp://host:port``, or the line without space around it.

    Raises
    ------
    Refusal
        If it is neither.
    """
    line = text.strip()
    if not line.startswith(SCHEME):
        return normalise(line)
    invitation(line)
    return line


def read_target(text: str, secret: str) -> Target:
    """Understand what the artist wrote or pasted.

    Parameters
    ----------
    text
        An address, or the line that ``clipmatrix keys`` printed.
    secret
        The launch secret, for an address.

    Raises
    ------
    Refusal
        If it is neither, or Blender is not allowed online and it is another machine.
    """
    line = tidy(text)
    target = _invited(line) if line.startswith(SCHEME) else Target(line, secret)
    if not target.is_local and not bpy.app.online_access:
        raise Refusal(
            f"Blender is set to stay offline, and {target.address} is another machine.",
            "Allow online access in Preferences > System, or use a backend on this machine.",
            ALLOW_ONLINE,
        )
    return target


def invitation(line: str) -> Invitation:
    """Read the line that ``clipmatrix keys`` printed.

    Raises
    ------
    Refusal
        If it is none, or was not copied whole.
    """
    try:
        return read_invitation(line)
    except ProtocolError as error:
        raise Refusal(
            f"This can't be pasted: {error}.", f"Copy the whole line, from {SCHEME} to its last letter."
        ) from error


def _invited(line: str) -> Target:
    if not zmq.has("curve"):  # a ZeroMQ that some distribution has built, in place of the extension's own
        raise Refusal(
            "This Blender's ZeroMQ library can't encrypt a connection.",
            "Install the extension from its zip, which brings one that can.",
        )
    found = invitation(line)
    secret = z85.encode(found.client_key)
    keys = Keys(server=z85.encode(found.server_key), public=zmq.curve_public(secret), secret=secret)
    return Target(f"tcp://{found.host}:{found.port}", "", keys)
