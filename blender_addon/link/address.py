"""Backend addresses as artists write them."""

from __future__ import annotations

import ipaddress
import re

from clipmatrix_protocol import DEFAULT_PORT

from ..errors import Refusal

_FORM = re.compile(r"(?:[a-zA-Z]+://)?(?P<host>\[[0-9a-fA-F:]+\]|[^\s:/\[\]]+)(?::(?P<port>\d{1,5}))?/*")


def normalise(text: str) -> str:
    """``tcp://host:port`` from ``host``, ``host:port``, ``tcp://host:port`` or ``http://host:port/``.

    Raises
    ------
    Refusal
        If it is none of these.
    """
    match = _FORM.fullmatch(text.strip())
    port = int(match["port"] or DEFAULT_PORT) if match else 0
    if match is None or not 0 < port < 65536:
        raise Refusal(f"“{text}” is no address.", f"Write it as host:port, for example 127.0.0.1:{DEFAULT_PORT}.")
    return f"tcp://{match['host']}:{port}"


def is_loopback(address: str) -> bool:
    """Whether a normalised address stays on this machine."""
    host = address.removeprefix("tcp://").rpartition(":")[0].strip("[]")
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
