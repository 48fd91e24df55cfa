"""What waits to be sent to one client: everything in order, of progress and updates only the newest."""

from collections import deque
from collections.abc import Iterator

from clipmatrix_protocol import Done, Failed, Message, Progress, Update, encode

Frames = list[bytes | memoryview]

MAX_WAITING = 256
"""A client that leaves more answers unread is not listening."""


class Outbox:
    """Answers keep their order and are never dropped; progress and updates are overtaken by newer ones."""

    def __init__(self) -> None:
        self._answers: deque[Frames] = deque()
        self._newest: dict[tuple[type, str], Frames] = {}

    @property
    def overflows(self) -> bool:
        """Whether so much waits that the client must be given up."""
        return len(self._answers) > MAX_WAITING

    def __bool__(self) -> bool:
        return bool(self._answers or self._newest)

    def put(self, message: Message) -> None:
        """Add a message.

        Raises
        ------
        ProtocolError
            If no peer would accept it.
        """
        frames = encode(message)
        if isinstance(message, Progress | Update):
            self._newest[type(message), message.job] = frames
            return
        if isinstance(message, Done | Failed) and message.job is not None:
            for kind in (Progress, Update):  # the outcome says more, and nothing may come after it
                self._newest.pop((kind, message.job), None)
        self._answers.append(frames)

    def pending(self) -> Iterator[Frames]:
        """Yield what is next, one by one; a message leaves the box when the following one is asked for."""
        while self._answers:
            yield self._answers[0]
            self._answers.popleft()
        while self._newest:
            key = next(iter(self._newest))
            yield self._newest[key]
            del self._newest[key]
