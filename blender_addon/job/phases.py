"""The phases of a session, and how long it waits in them."""

from dataclasses import dataclass
from enum import Enum


class Phase(Enum):
    """What the session is doing; the value is how the panel says it."""

    OFFLINE = "not connected"
    STARTING = "starting the backend"
    CONNECTING = "connecting"
    REFUSED = "turned away"
    IDLE = "ready"
    FETCHING = "waiting for a body"
    SUBMITTED = "waiting for its turn"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPING = "stopping"
    FINISHED = "finished"
    FAILED = "failed"
    LOST = "connection lost"


STOPPABLE = frozenset({Phase.SUBMITTED, Phase.RUNNING, Phase.PAUSED})
"""A job is under way, and nobody has asked it to stop."""

WORKING = STOPPABLE | {Phase.STOPPING}
"""A job is under way and the backend answers."""

BUSY = WORKING | {Phase.FETCHING}
"""Some request is under way."""

FREE = frozenset({Phase.IDLE, Phase.FINISHED, Phase.FAILED})
"""The backend answers and waits for a request."""

TALKING = BUSY | FREE
"""The backend has welcomed us and answers."""


@dataclass(frozen=True)
class Patience:
    """Time limits in seconds: for a Welcome, between two Pings, of silence until the backend counts as lost."""

    welcome: float = 10.0
    ping: float = 2.0
    silence: float = 12.0
