"""What keeps a connection from coming about, in words."""

from __future__ import annotations

from ..errors import Fix, Refusal
from .handshake import Handshake
from .target import Target

CONNECT = Fix("clipmatrix.connect", "Connect")


def final(handshake: Handshake, target: Target) -> Refusal:
    """The other side won't have us, or we won't have it."""
    if handshake is Handshake.REJECTED:
        return Refusal(
            f"The backend at {target.address} does not know your key.",
            "Ask for a new line of “clipmatrix keys add” and paste it.",
            CONNECT,
        )
    if target.keys is not None:
        return Refusal(
            f"What answers at {target.address} is not the backend that your line was made for.",
            "Check the address in the line; if the backend has new keys, ask for a new line.",
            CONNECT,
        )
    if handshake is Handshake.INCOMPATIBLE:
        return Refusal(
            f"The backend at {target.address} takes encrypted connections only.",
            "Ask for a line of “clipmatrix keys add” and paste it.",
            CONNECT,
        )
    return Refusal(
        f"What answers at {target.address} hangs up again.",
        "It may want a pasted line, or be no ClipMatrix backend: check the address.",
        CONNECT,
    )


def unanswered(handshake: Handshake, target: Target) -> Refusal:
    """Time is up, and nobody has said welcome."""
    if handshake is Handshake.NOBODY:
        how = "Start it, then connect." if target.is_local else "Check the address, the network and its firewall."
        return Refusal(f"No backend answers at {target.address}.", how, CONNECT)
    return Refusal(
        f"Something answers at {target.address}, but it is no ClipMatrix backend.",
        "Another program may use this port: check the address.",
        CONNECT,
    )
