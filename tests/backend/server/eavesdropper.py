"""Somebody in between who passes every byte on and remembers it."""

import contextlib
import socket
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def eavesdropper(address: str) -> Iterator[tuple[str, bytearray]]:
    """Listen on a port of its own, pass one connection on to ``address``, and keep all that goes by, both ways."""
    host, _, port = address.removeprefix("tcp://").rpartition(":")
    overheard = bytearray()

    def pass_on(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):  # either end may hang up
            while data := source.recv(65536):
                overheard.extend(data)
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def listen() -> None:
        client, _ = ears.accept()
        server = socket.create_connection((host, int(port)))
        for ends in ((client, server), (server, client)):
            threading.Thread(target=pass_on, args=ends, daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as ears:
        threading.Thread(target=listen, daemon=True).start()
        yield f"tcp://127.0.0.1:{ears.getsockname()[1]}", overheard
