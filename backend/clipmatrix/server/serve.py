"""A backend as a process: bind, say where, serve, end cleanly when asked to."""

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

import zmq

from ..errors import UsageError
from .computing import Computing
from .curve import allow_list
from .keys import KeyFolder
from .parent import parent_watch
from .router import run
from .security import check_address, check_loopback
from .services import real_services
from .sockets import bound_address, open_router

log = logging.getLogger(__name__)


def serve(
    address: str,
    secret: str,
    computing: Computing,
    ready: Callable[[str], None],
    parent_pid: int | None = None,
    keys: KeyFolder | None = None,
) -> bool:
    """Serve until SIGINT or SIGTERM, or until the parent is gone. Call it from the main thread.

    Parameters
    ----------
    address
        ``tcp://HOST:PORT``; port 0 lets the system choose. Without keys a loopback address.
    secret
        What clients have to know; empty where keys take its place.
    computing
        On what, and how.
    ready
        Called with the address once clients are served.
    parent_pid
        A process to end with; None to go on without anybody.
    keys
        What encrypts the connections, and the clients that are let in; None for this machine alone.

    Returns
    -------
    bool
        Whether all threads have ended; if not, the process has to be left without waiting for them.

    Raises
    ------
    UsageError
        If the address, the way to compute, the parent or the keys are not possible.
    """
    endpoint = check_loopback(address) if keys is None else _with_keys(address, keys)
    orphaned = (lambda: False) if parent_pid is None else parent_watch(parent_pid)
    context = zmq.Context()
    try:
        door = nullcontext() if keys is None else allow_list(context, keys)
        with _stop_signals() as asked, door, open_router(context, endpoint, keys=keys) as socket:
            services = real_services(computing)
            ready(bound_address(socket))
            ended = run(socket, secret, services, lambda: asked.is_set() or orphaned())
    finally:
        context.term()
    log.info("ended")
    return ended


def _with_keys(address: str, keys: KeyFolder) -> str:
    """Check an address that other machines may reach, and that there is somebody who can."""
    endpoint = check_address(address)
    keys.server()
    clients = keys.clients()
    if not clients:
        raise UsageError(f"no client has a key in {keys.path}", "make one with `clipmatrix keys add NAME`")
    log.info("clients with a key: %s", ", ".join(clients.values()))
    return endpoint


@contextmanager
def _stop_signals() -> Iterator[threading.Event]:
    """Turn SIGINT and SIGTERM into an event for as long as the block runs; a second one ends the process at once."""
    asked = threading.Event()

    def ask(number: int, _frame: object) -> None:
        asked.set()
        signal.signal(number, signal.SIG_DFL)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
