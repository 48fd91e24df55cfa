"""A backend as a process: bind, say where, serve, end cleanly when asked to."""

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import zmq

from .device import spare_threads
from .parent import parent_watch
from .router import run
from .security import check_address
from .services import real_services
from .sockets import bound_address, open_router

log = logging.getLogger(__name__)


def serve(
    address: str,
    secret: str,
    device: str,
    ready: Callable[[str], None],
    parent_pid: int | None = None,
    threads: int | None = None,
) -> bool:
    """Serve until SIGINT or SIGTERM, or until the parent is gone. Call it from the main thread.

    Parameters
    ----------
    address
        ``tcp://127.0.0.1:PORT``; port 0 lets the system choose.
    secret
        What clients have to know.
    device
        ``auto``, ``cpu``, ``cuda`` or ``mps``.
    ready
        Called with the address once clients are served.
    parent_pid
        A process to end with; None to go on without anybody.
    threads
        CPU threads that a job computes with; None leaves one core to Blender.

    Returns
    -------
    bool
        Whether all threads have ended; if not, the process has to be left without waiting for them.

    Raises
    ------
    UsageError
        If the address, the device or the parent is not possible.
    """
    endpoint = check_address(address)
    orphaned = (lambda: False) if parent_pid is None else parent_watch(parent_pid)
    context = zmq.Context()
    try:
        with _stop_signals() as asked, open_router(context, endpoint) as socket:
            services = real_services(device, threads or spare_threads())
            ready(bound_address(socket))
            ended = run(socket, secret, services, lambda: asked.is_set() or orphaned())
    finally:
        context.term()
    log.info("ended")
    return ended


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
