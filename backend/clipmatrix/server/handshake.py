"""The first message of a client: may it come in?"""

from collections.abc import Sequence
from importlib.metadata import version

from clipmatrix_protocol import (
    PROTOCOL_VERSION,
    Failed,
    Hello,
    ProtocolError,
    Status,
    Welcome,
    decode,
    greeting_version,
    mismatch,
)

from .security import is_secret
from .services import Services

MAX_GREETING_BYTES = 4096
"""Nothing longer is decoded for a stranger."""

OWN_ID = b"\0"
"""First byte of the routing ids that ROUTER gives out; ids chosen by a client cannot begin with it."""


def greet(identity: bytes, frames: Sequence[bytes], secret: str) -> Hello | Failed:
    """Read a stranger's message.

    Parameters
    ----------
    identity
        Its routing id.
    frames
        What it sent.
    secret
        The launch secret.

    Returns
    -------
    Hello or Failed
        Its greeting, if it may come in; else why not.
    """
    if not identity.startswith(OWN_ID):
        # A chosen id could be taken over by somebody else once its owner has gone.
        return Failed("not_welcomed", "This client chose its own routing id.", "Connect without ZMQ_ROUTING_ID.")
    if sum(map(len, frames)) > MAX_GREETING_BYTES:
        return _hello_first()
    theirs = greeting_version(frames)
    if theirs is None:
        return _hello_first()
    wrong = mismatch(theirs, PROTOCOL_VERSION)
    if wrong is not None:
        return Failed("version", wrong, "Update it, then connect again.")
    try:
        hello = decode(frames)
    except ProtocolError as error:
        return Failed("bad_message", f"The greeting cannot be read: {error}.", "Update extension and backend.")
    assert isinstance(hello, Hello)  # greeting_version reads nothing else
    if not is_secret(hello.secret, secret):
        return Failed(
            "secret",
            "The launch secret is not the one of this backend.",
            "Copy the secret that “clipmatrix serve” printed into the panel, then connect again.",
        )
    return hello


def welcome(services: Services, status: Status) -> Welcome:
    """Introduce the backend, and say what it is doing."""
    name = f"clipmatrix {version('clipmatrix')}"
    return Welcome(PROTOCOL_VERSION, name, services.device, services.clips, services.bodies, status)


def _hello_first() -> Failed:
    return Failed("not_welcomed", "This connection has not been welcomed.", "Say hello first.")
