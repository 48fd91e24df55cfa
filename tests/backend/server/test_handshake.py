"""Who is let in, and what the others are told."""

from collections.abc import Callable

import msgspec
import pytest
import zmq
from clipmatrix.server import clients
from clipmatrix.server.handshake import MAX_GREETING_BYTES
from clipmatrix_protocol import PROTOCOL_VERSION, Attach, Failed, Hello, Ping, Pong, Status, Welcome, encode
from msgspec.structs import replace

from .counting import submit
from .peer import SECRET, Peer

Start = Callable[..., str]
Connect = Callable[[str], Peer]


def test_a_client_with_the_secret_is_welcomed(backend: Start, connect: Connect) -> None:
    welcome = connect(backend()).hello()
    assert replace(welcome, status=Status()) == Welcome(
        PROTOCOL_VERSION, welcome.server, "counting", ("embedded",), ("figure",)
    )
    assert welcome.server.startswith("clipmatrix ")


@pytest.mark.parametrize("secret", ["", "wrong", SECRET + " ", "ßecret"])
def test_a_wrong_secret_is_refused_and_nothing_else_is_answered(backend: Start, connect: Connect, secret: str) -> None:
    peer = connect(backend())
    peer.say(Hello(PROTOCOL_VERSION, "test", secret))
    assert peer.hear(Failed).code == "secret"
    peer.say(submit("job"))
    assert peer.hear(Failed).code == "not_welcomed"
    peer.say(Ping(1.0))
    assert peer.hear(Failed).code == "not_welcomed"


@pytest.mark.parametrize(
    ("version", "side"), [(PROTOCOL_VERSION - 1, "extension"), (PROTOCOL_VERSION + 1, "backend"), (2**62, "backend")]
)
def test_another_version_is_told_which_side_to_update(
    backend: Start, connect: Connect, version: int, side: str
) -> None:
    peer = connect(backend())
    peer.say(Hello(version, "test", SECRET))
    failed = peer.hear(Failed)
    assert failed.code == "version"
    assert f"update the ClipMatrix {side}" in failed.message


def test_a_hello_of_the_future_with_unknown_fields_is_told_to_update_too(backend: Start, connect: Connect) -> None:
    peer = connect(backend())
    peer.say_raw(msgspec.json.encode({"type": "hello", "version": PROTOCOL_VERSION + 1, "ticket": {"kind": 7}}))
    assert "update the ClipMatrix backend" in peer.hear(Failed).message


@pytest.mark.parametrize("message", [Ping(1.0), Attach("job"), submit("job")])
def test_a_stranger_has_to_say_hello_first(backend: Start, connect: Connect, message: Ping | Attach) -> None:
    peer = connect(backend())
    peer.say(message)
    assert peer.hear(Failed).code == "not_welcomed"
    assert peer.hello().version == PROTOCOL_VERSION


def test_a_greeting_that_is_too_long_is_not_read(backend: Start, connect: Connect) -> None:
    peer = connect(backend())
    (greeting,) = encode(Hello(PROTOCOL_VERSION, "test", SECRET))
    peer.say_raw(bytes(greeting) + b" " * MAX_GREETING_BYTES)
    answer = peer.next()
    assert isinstance(answer, Failed)
    assert answer.code == "not_welcomed"


def test_a_new_connection_has_to_say_hello_again(backend: Start, connect: Connect) -> None:
    address = backend()
    connect(address).hello()
    other = connect(address)
    other.say(Ping(1.0))
    assert other.hear(Failed).code == "not_welcomed"


def test_where_there_are_too_many_the_one_that_was_silent_longest_makes_room(
    backend: Start, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clients, "MAX_CLIENTS", 2)
    address = backend()
    speaking, silent, newest = connect(address), connect(address), connect(address)
    speaking.hello()
    silent.hello()
    speaking.say(Ping(1.0))
    speaking.hear(Pong)
    newest.hello()
    for peer, answer in ((speaking, Pong), (newest, Pong), (silent, Failed)):
        peer.say(Ping(2.0))
        assert isinstance(peer.next(), answer)


def test_hello_may_be_said_twice(backend: Start, connect: Connect) -> None:
    peer = connect(backend())
    peer.hello()
    peer.hello()
    peer.say(Ping(3.5))
    assert peer.hear(Pong).stamp == 3.5


def test_a_client_that_chose_its_routing_id_is_not_let_in(
    backend: Start, context: "zmq.Context[zmq.Socket[bytes]]"
) -> None:
    address = backend()
    with context.socket(zmq.DEALER) as socket:
        socket.setsockopt(zmq.ROUTING_ID, b"somebody")
        socket.setsockopt(zmq.LINGER, 0)
        socket.connect(address)
        socket.send_multipart(encode(Hello(PROTOCOL_VERSION, "test", SECRET)))
        assert socket.poll(10_000)
        assert b"not_welcomed" in socket.recv_multipart()[0]


def test_garbage_is_answered_and_does_no_harm(backend: Start, connect: Connect) -> None:
    peer = connect(backend())
    peer.say_raw(b"\x00\xff garbage", b"", b"more")
    assert peer.hear(Failed).code == "not_welcomed"
    peer.hello()
    for frames in ([b""], [b"{}"], [b"\xff" * 10_000], [b'{"type":"ping","stamp":1}', b"surplus"]):
        peer.say_raw(*frames)
        assert peer.hear(Failed).code == "bad_message"
    peer.say(Welcome(1, "I am", "no", (), ()))
    assert "does not take Welcome" in peer.hear(Failed).message
    peer.say(Ping(1.0))
    peer.hear(Pong)


def test_an_oversize_frame_costs_its_sender_the_connection_and_nobody_else(backend: Start, connect: Connect) -> None:
    address = backend(max_frame_bytes=100_000)
    bystander, giant = connect(address), connect(address)
    bystander.hello()
    giant.hello()
    giant.say_raw(b" " * 100_001)
    assert giant.is_quiet(0.3)
    bystander.say(Ping(1.0))
    assert bystander.hear(Pong)
    giant.say(Ping(2.0))  # the socket has come back by itself, as a stranger
    assert giant.hear(Failed).code == "not_welcomed"
