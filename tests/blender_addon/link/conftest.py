"""The session, its preferences, and turning its wheel."""

import time

import pytest


@pytest.fixture
def session(blender, rooms):
    current = rooms("job.session").current()
    yield current
    current.stop_backend()


@pytest.fixture
def phase(rooms):
    return rooms("job.phases").Phase


@pytest.fixture
def settings(blender, rooms):
    return rooms("interface.preferences").of(blender.context)


@pytest.fixture
def settle(session, phase):
    """A function that ticks until the session has made up its mind, or is in a given state; returns the state."""

    def run(*wanted, seconds=60.0):
        undecided = {phase.STARTING, phase.CONNECTING}
        end = time.monotonic() + seconds
        while session.state not in wanted if wanted else session.state in undecided:
            assert time.monotonic() < end, f"still {session.state}, {session.error}"
            session.tick()
            time.sleep(0.01)
        return session.state

    return run
