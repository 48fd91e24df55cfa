"""Real optimisations in a real process: what arrives, and that the backend stays awake meanwhile."""

import signal
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from clipmatrix_protocol import Accepted, Attach, Cancel, Done, Failed, Ping, Pong, Progress, Update

from .ball import ball, ball_job
from .conftest import Process, backend_process
from .peer import Peer

Connect = Callable[[str], Peer]


@pytest.fixture(scope="module")
def process() -> Iterator[Process]:
    with backend_process() as backend:
        yield backend


def test_a_character_comes_back_changed(process: Process, connect: Connect) -> None:
    peer = connect(process.address)
    peer.hello()
    peer.say(ball_job("whole", steps=6))
    heard = peer.hear_all(Done)
    assert isinstance(heard[0], Accepted)
    assert any(isinstance(message, Progress) for message in heard)
    assert any(isinstance(message, Update) for message in heard)
    done = heard[-1]
    assert done.summary.steps == 6
    assert not done.summary.stopped_early
    assert done.state.offsets[0].shape == ball().parts[0].vertices.shape
    assert np.abs(done.state.offsets[0]).max() > 0
    (texture,) = done.state.textures
    assert texture.shape == (64, 64, 3)
    assert np.ptp(texture) > 0


def test_unknown_words_are_warned_of(process: Process, connect: Connect) -> None:
    peer = connect(process.address)
    peer.hello()
    peer.say(ball_job("words", steps=1, prompt="a red Weltanschauung"))
    (warning,) = peer.hear(Accepted).warnings
    assert "weltanschauung" in warning.lower()
    peer.hear(Done)


def test_weights_that_cannot_be_had_are_named_with_a_remedy(process: Process, connect: Connect) -> None:
    peer = connect(process.address)
    peer.hello()
    peer.say(ball_job("elsewhere", steps=1, clip="ViT-B-32:/nowhere/weights.safetensors"))
    failed = peer.hear(Failed)
    assert failed.code == "clip_unavailable"
    assert "/nowhere/weights.safetensors" in failed.message + failed.remedy


def test_the_backend_answers_while_it_computes_and_cancel_keeps_the_result(process: Process, connect: Connect) -> None:
    peer, other = connect(process.address), connect(process.address)
    peer.hello()
    other.hello()
    peer.say(ball_job("long", steps=10_000))
    peer.hear(Progress)
    other.say(Attach("long"))
    for _ in range(10):
        begin = time.monotonic()
        other.say(Ping(begin))
        pong = other.hear(Pong)
        assert time.monotonic() - begin < 3
        assert pong.idle is not None
    other.say(Cancel("long"))
    for listener in (peer, other):
        done = listener.hear(Done)
        assert done.summary.stopped_early
        assert 0 < done.summary.steps < 10_000


def test_ctrl_c_ends_a_process_that_has_a_job(process: Process, connect: Connect) -> None:
    # Stays the last: it ends the process that the tests above share.
    peer = connect(process.address)
    peer.hello()
    peer.say(ball_job("interrupted", steps=10_000))
    peer.hear(Progress)
    process.process.send_signal(signal.SIGINT)
    assert process.process.wait(15) == 0
