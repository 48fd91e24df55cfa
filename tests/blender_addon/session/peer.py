"""A real ROUTER socket whose answers the test writes, and the pieces of a conversation with it."""

import time

import numpy as np
import pytest
import zmq
from clipmatrix_protocol import (
    PROTOCOL_VERSION,
    Accepted,
    Done,
    Failed,
    Hello,
    Look,
    Ping,
    Pong,
    Progress,
    State,
    Submit,
    Summary,
    Sun,
    Update,
    Validity,
    Welcome,
    decode,
    encode,
)

SUMMARY = Summary(5, 1.0, False, 0.1, 0.3, Validity(1, 0, 0, 1.1), 100.0, "cpu", {"clipmatrix": "0.1.0"})


GLOSSY = Look(0.125, 0.5, (0.5, 0.5, 0.25), (Sun((0.0, -1.0, 0.5), (1.0, 0.75, 0.5)),))
"""What the peer's states look like."""


class Peer:
    """A backend of which every word is the test's."""

    def __init__(self, context: zmq.Context, port: int = 0) -> None:
        self.socket = context.socket(zmq.ROUTER)
        self.socket.linger = 0
        self.socket.bind(f"tcp://127.0.0.1:{port or '*'}")
        self.address = self.socket.last_endpoint.decode()
        self.client = b""
        self.heard: list = []
        self.pinged = 0.0

    def listen(self) -> None:
        """Take in what has come; answer pings at once, as a backend does."""
        while self.socket.poll(0):
            self.client, *frames = self.socket.recv_multipart()
            message = decode(frames)
            if isinstance(message, Ping):
                self.pinged = message.stamp
                self.say(Pong(message.stamp))
            else:
                self.heard.append(message)

    def say(self, *messages) -> None:
        """Send to whoever spoke last."""
        for message in messages:
            self.socket.send_multipart([self.client, *encode(message)])

    def welcome(self, version: int = PROTOCOL_VERSION) -> None:
        """Let the client in."""
        self.say(Welcome(version, "test backend", "cpu", ("embedded",), ("figure",)))

    def last(self, kind):
        """The newest message of a kind, or None."""
        return next((message for message in reversed(self.heard) if isinstance(message, kind)), None)

    def close(self) -> None:
        """Go away like a killed process."""
        self.socket.close()


def pump(session, peer, until, seconds=5.0):
    """Tick, and let the peer listen, until something is so."""
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end, f"still {session.state}, {session.error}"
        peer.listen()
        session.tick()
        time.sleep(0.005)


def connect(session, peer, phase):
    session.connect(peer.address, "secret")
    pump(session, peer, lambda: peer.last(Hello))
    peer.welcome()
    pump(session, peer, lambda: session.state is phase.IDLE)


def be_forgotten(session, peer):
    """Have the peer not know the session any more, and let it in when it greets again; all but jobs is unheard then."""
    peer.heard[:] = [message for message in peer.heard if isinstance(message, Submit)]
    peer.say(Failed("not_welcomed", "Who are you?", "Say hello first."))
    pump(session, peer, lambda: peer.last(Hello))
    peer.welcome()


def generate(blender, session, peer):
    """Press Generate, and have the peer accept the job and send one update, which lands in the scene."""
    assert blender.ops.clipmatrix.generate() == {"FINISHED"}
    hear_job(session, peer)
    peer.say(Accepted(job(peer), 0, ("a remark",)), Progress(job(peer), 1, 5, 2.0, 2.0, 0.2))
    peer.say(Update(job(peer), 1, state(peer, 0.1)))
    pump(session, peer, lambda: session.job is not None and session.job.draft is not None)


def hear_job(session, peer):
    """Wait until the peer has heard of the session's job."""
    pump(session, peer, lambda: peer.last(Submit) and job(peer) == session.job.id)


def job(peer):
    return peer.last(Submit).job


def state(peer, amount, **sliders):
    """A state that moves all vertices by ``amount`` along each axis and paints all grey."""
    character = peer.last(Submit).character
    values = [sliders.get(shape.name, shape.value) for shape in character.shapes]
    return State(
        coefficients=np.array(values, np.float32),
        offsets=tuple(np.full(part.vertices.shape, amount, np.float32) for part in character.parts),
        textures=tuple(np.full((64, 64, 3), 200, np.uint8) for _ in character.parts),
        look=GLOSSY,
    )


def shown(blender):
    """How far the column's first vertex has moved in x, or None without a draft."""
    mesh = blender.data.objects["Column"].data
    key = mesh.shape_keys and mesh.shape_keys.key_blocks.get("ClipMatrix offsets")
    return key and pytest.approx(key.data[0].co.x - mesh.vertices[0].co.x, abs=1e-6)


def finish(session, peer):
    """Have the peer say that the job is done, and let the result arrive."""
    peer.say(Done(job(peer), state(peer, 0.5), SUMMARY))
    pump(session, peer, lambda: session.job.ended and not session.is_writing)
