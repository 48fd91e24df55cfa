"""The keys that open a backend to other machines: the server's own pair, and a list of the clients it takes.

A folder holds ``server.key``, the server's secret key, and ``clients/NAME.key``, the public key of each client. A key
is one line of Z85, 40 letters. A client's secret key is kept by the client alone.
"""

import os
import re
import struct
from dataclasses import dataclass, field
from pathlib import Path

import zmq
from zmq.utils import z85

from ..errors import UsageError

SERVER, CLIENTS, SUFFIX = "server.key", "clients", ".key"

KEY_BYTES = 32

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
"""What no file on Windows may be called, whatever its ending."""


@dataclass(frozen=True)
class KeyPair:
    """A CURVE key pair in Z85, 40 letters each."""

    public: bytes
    secret: bytes = field(repr=False)


@dataclass(frozen=True)
class KeyFolder:
    """A folder of keys; it is read anew at each question, so that a change counts at once."""

    path: Path

    def server(self) -> KeyPair:
        """Read the server's pair.

        Raises
        ------
        UsageError
            If there is none.
        """
        file = self.path / SERVER
        if not file.exists():
            raise UsageError(f"there are no keys in {self.path}", "make some with `clipmatrix keys add NAME`")
        secret = _read(file)
        return KeyPair(zmq.curve_public(secret), secret)

    def server_or_new(self) -> KeyPair:
        """Read the server's pair; make it first where there is none.

        Raises
        ------
        UsageError
            If it cannot be read or written.
        """
        if not (self.path / SERVER).exists():
            _write(self.path / SERVER, zmq.curve_keypair()[1])
        return self.server()

    def clients(self) -> dict[bytes, str]:
        """Return the clients that are let in: name by public key."""
        files = sorted((self.path / CLIENTS).glob(f"[!.]*{SUFFIX}"))  # macOS leaves ._NAME.key beside files on a share
        return {_read(file): file.stem for file in files}

    def add(self, name: str) -> KeyPair:
        """Let a client in and return its pair; its secret half is not kept.

        Raises
        ------
        UsageError
            If the name is no good or in use.
        """
        if not _NAME.fullmatch(name):
            raise UsageError(f"{name!r} is no name for a client", "use up to 64 letters, digits, dots and dashes")
        if _DEVICE.fullmatch(name):
            raise UsageError(f"no file may be called {name} on Windows", f"put something before it, as in my-{name}")
        file = self._client(name)
        if file.exists():
            raise UsageError(f"{name} has a key already", f"take it away with `clipmatrix keys remove {name}` first")
        public, secret = zmq.curve_keypair()
        _write(file, public)
        return KeyPair(public, secret)

    def remove(self, name: str) -> None:
        """Let a client in no more, from its next connection on.

        Raises
        ------
        UsageError
            If there is no such client.
        """
        file = self._client(name)
        if not (_NAME.fullmatch(name) and file.exists()):
            raise UsageError(f"there is no client {name!r}", "see `clipmatrix keys list`")
        file.unlink()

    def _client(self, name: str) -> Path:
        return self.path / CLIENTS / f"{name}{SUFFIX}"


def _read(file: Path) -> bytes:
    try:
        key = file.read_bytes().strip()
        complete = len(z85.decode(key)) == KEY_BYTES
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}", "check who may read it") from error
    except (KeyError, ValueError, struct.error):
        complete = False
    if not complete:
        raise UsageError(f"{file} holds no key", "remove the file, then run `clipmatrix keys add NAME`")
    return key


def _write(file: Path, key: bytes) -> None:
    """Write a new file that its owner alone can read; it appears whole or not at all."""
    draft = file.with_name(file.name + ".new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as opened:
            opened.write(key + b"\n")
        draft.replace(file)
    except OSError as error:
        raise UsageError(f"cannot write {file}: {error.strerror}", "choose another --folder") from error
