"""write / read: the one line that an artist pastes to reach a backend on another machine.

``clipmatrix://HOST:PORT/TOKEN``; the token is URL-safe base64 of the server's public key, the client's secret key and
the first 4 bytes of the SHA-256 of both, 68 bytes in all. Whoever has the line may use the backend.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass, field

from .address import DEFAULT_PORT
from .errors import ProtocolError

SCHEME = "clipmatrix://"

KEY_BYTES = 32
"""Length of a CURVE key."""

CHECK_BYTES = 4

_FORM = re.compile(
    SCHEME + r"(?P<host>\[[0-9a-fA-F:.]+\]|[^\s:/\[\]]+)(?::(?P<port>\d{1,5}))?/(?P<token>[A-Za-z0-9_-]+)={0,2}/*"
)


@dataclass(frozen=True)
class Invitation:
    """Where a backend is, and the two keys that open it.

    Attributes
    ----------
    host, port
        Where it listens; an IPv6 address stands in brackets.
    server_key
        The server's public CURVE key, 32 bytes: the client talks to nobody else.
    client_key
        The client's secret CURVE key, 32 bytes: the server knows the public half.
    """

    host: str
    port: int
    server_key: bytes
    client_key: bytes = field(repr=False)


def write_invitation(invitation: Invitation) -> str:
    """Turn an invitation into its line."""
    keys = invitation.server_key + invitation.client_key
    token = base64.urlsafe_b64encode(keys + _check(keys)).decode().rstrip("=")
    return f"{SCHEME}{invitation.host}:{invitation.port}/{token}"


def read_invitation(line: str) -> Invitation:
    """Turn a line into its invitation.

    Raises
    ------
    ProtocolError
        If it is none, or was not copied whole; the text does not repeat the line, which is a secret.
    """
    match = _FORM.fullmatch(line.strip())
    if match is None:
        raise ProtocolError("this is not a line that `clipmatrix keys` printed")
    port = int(match["port"] or DEFAULT_PORT)
    if not 0 < port < 65536:
        raise ProtocolError(f"{port} is not a port")
    try:
        token = base64.b64decode(match["token"] + "=" * (-len(match["token"]) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ProtocolError("the line was not copied whole") from error
    keys, check = token[:-CHECK_BYTES], token[-CHECK_BYTES:]
    if len(keys) != 2 * KEY_BYTES or check != _check(keys):
        raise ProtocolError("the line was not copied whole")
    return Invitation(match["host"], port, keys[:KEY_BYTES], keys[KEY_BYTES:])


def _check(keys: bytes) -> bytes:
    """Tell a line that was cut or mistyped; no protection against anybody."""
    return hashlib.sha256(keys).digest()[:CHECK_BYTES]
