"""Ticks the session where no timer does, until what is waited for has happened or can't happen any more."""

import time
from collections.abc import Callable

from ..errors import Refusal
from . import session
from .phases import Phase

TICK_SECONDS = 0.02
"""Between two ticks."""

LOST_SECONDS = 60.0
"""How long a backend that was lost may take to come back."""

ENDED = frozenset({Phase.OFFLINE, Phase.REFUSED, Phase.FAILED})
"""Nothing comes any more."""


def pump_until(done: Callable[[session.Session], bool], look: Callable[[session.Session], None] | None = None) -> None:
    """Tick until ``done``.

    Parameters
    ----------
    done
        Asked after each tick.
    look
        Called after each tick before ``done``, if given; what it raises ends the pumping.

    Raises
    ------
    Refusal
        The session's own, if it ended otherwise; or that the backend has stayed away.
    """
    heard = time.monotonic()
    while True:
        session.tick()
        now = session.current()
        if look is not None:
            look(now)
        if done(now):
            return
        if now.state in ENDED:
            raise now.error or Refusal(f"The backend is {now.state.value}.", "Look into its log.")
        if now.state is not Phase.LOST:
            heard = time.monotonic()
        elif time.monotonic() - heard > LOST_SECONDS:
            raise Refusal(f"The backend has been away for {LOST_SECONDS:.0f} seconds.", "Look into its log.")
        time.sleep(TICK_SECONDS)


def pump_for(seconds: float) -> None:
    """Tick for a while, once at least: to let a last message out, or to stay awake between two long tasks."""
    until = time.monotonic() + seconds
    session.tick()
    while time.monotonic() < until:
        time.sleep(TICK_SECONDS)
        session.tick()
