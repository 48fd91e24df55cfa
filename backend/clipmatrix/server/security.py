"""Who may talk to a backend on this machine: addresses that stay here, clients that know the launch secret."""

import hmac
import ipaddress
import re
import secrets

from ..errors import UsageError

_FORM = re.compile(r"tcp://(?P<host>\[[0-9a-fA-F:.]+\]|[^\s:/\[\]]+):(?P<port>\d{1,5}|\*)")


def make_secret() -> str:
    """Make a launch secret: 256 random bits that survive being pasted."""
    return secrets.token_urlsafe(32)


def is_secret(given: str, secret: str) -> bool:
    """Compare two secrets in a time that does not depend on where they differ."""
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), secret.encode("utf-8", "surrogateescape"))


def check_address(address: str) -> str:
    """Return the address as libzmq binds it.

    Parameters
    ----------
    address
        ``tcp://HOST:PORT``; port 0 lets the system choose a free one.

    Raises
    ------
    UsageError
        If it has another form.
    """
    match = _FORM.fullmatch(address)
    if match is None or (match["port"] != "*" and int(match["port"]) > 65535):
        raise UsageError(f"{address!r} is not an address", "write it as tcp://127.0.0.1:PORT")
    host = "127.0.0.1" if match["host"] == "localhost" else match["host"]
    return f"tcp://{host}:{'*' if match['port'] in ('*', '0') else match['port']}"


def check_loopback(address: str) -> str:
    """Return the address as libzmq binds it, if it cannot be reached from another machine.

    Raises
    ------
    UsageError
        If it has another form, or is not a loopback address: without keys the wire is not encrypted.
    """
    endpoint = check_address(address)
    if not is_loopback(endpoint):
        host = endpoint.removeprefix("tcp://").rpartition(":")[0]
        raise UsageError(
            f"{host} can be reached from other machines, and without keys the connection is not encrypted",
            "make keys with `clipmatrix keys add NAME`, or listen on tcp://127.0.0.1:PORT",
        )
    return endpoint


def is_loopback(endpoint: str) -> bool:
    """Whether an address that :func:`check_address` returned stays on this machine."""
    host = endpoint.removeprefix("tcp://").rpartition(":")[0].strip("[]")
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
