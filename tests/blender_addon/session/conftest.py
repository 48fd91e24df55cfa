"""The session, a peer it talks to, and a job that runs."""

import pytest
import zmq

from .peer import Peer, connect, generate


@pytest.fixture
def peer():
    context = zmq.Context()
    peer = Peer(context)
    yield peer
    peer.close()
    context.destroy(linger=0)


@pytest.fixture
def session(blender, rooms):
    current = rooms("job.session").current()
    current.patience = rooms("job.phases").Patience(welcome=1.0, ping=0.05, silence=0.6)
    return current


@pytest.fixture
def phase(rooms):
    return rooms("job.phases").Phase


@pytest.fixture
def connected(session, peer, phase):
    connect(session, peer, phase)
    return session


@pytest.fixture
def running(blender, scenes, connected, peer, phase):
    """A job on a skinned column, accepted by the peer, one update on its way."""
    scenes.character()
    generate(blender, connected, peer)
    assert connected.state is phase.RUNNING
    return connected
