"""How threads hand objects to the router loop: a queue, and a socket that wakes the loop's poll."""

import queue
import threading
from typing import Generic, TypeVar

import zmq

T = TypeVar("T")


class Mailbox(Generic[T]):
    """Many threads post, one thread collects.

    A message cannot be polled for in a Python queue and an object cannot travel through a socket, so the object goes
    through the queue and an empty frame through an inproc PUSH-PULL pair beside it.
    """

    def __init__(self, context: "zmq.Context[zmq.Socket[bytes]]") -> None:
        address = f"inproc://mailbox-{id(self)}"
        self._items: queue.SimpleQueue[T] = queue.SimpleQueue()
        self._lock = threading.Lock()  # sockets may change threads, but only through a full memory barrier
        self.wake = context.socket(zmq.PULL)
        self.wake.bind(address)
        self._push = context.socket(zmq.PUSH)
        self._push.setsockopt(zmq.LINGER, 0)
        self._push.connect(address)

    def post(self, item: T) -> None:
        """Leave an item; any thread, returns at once. After :meth:`close` it goes nowhere."""
        self._items.put(item)
        with self._lock:
            if not self._push.closed:
                try:
                    self._push.send(b"", zmq.NOBLOCK)
                except zmq.Again:
                    return  # full of wake-up calls that have not been heard yet: one more adds nothing

    def collect(self) -> list[T]:
        """Return all items that have arrived, oldest first."""
        while self.wake.poll(0):
            self.wake.recv(zmq.NOBLOCK)
        items = []
        while not self._items.empty():
            items.append(self._items.get_nowait())
        return items

    def close(self) -> None:
        """Close the sockets; posting remains harmless."""
        with self._lock:
            self._push.close()
        self.wake.close(linger=0)
