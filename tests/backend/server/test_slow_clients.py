"""A client that reads slowly, not at all, or dies: nobody else notices, and memory stays bounded."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from clipmatrix.server.outbox import MAX_WAITING, Outbox
from clipmatrix_protocol import Accepted, Attach, Done, Failed, Ping, Pong, Progress, Update, decode

from .counting import Held, counting_services, state, submit, summary
from .peer import SECRET, Peer

Start = Callable[..., str]
Connect = Callable[[str], Peer]


def test_a_client_that_does_not_read_holds_nobody_up_and_gets_the_newest_state(
    backend: Start, connect: Connect
) -> None:
    address = backend()
    sleeper, other = connect(address), connect(address)
    sleeper.hello()
    other.hello()
    sleeper.say(submit("job", steps=300, texture=512))  # 300 updates of 0.8 MB each: far more than the queues hold
    other.say(Attach("job"))
    slowest = 0.0
    while True:
        begin = time.monotonic()
        other.say(Ping(begin))
        heard = other.hear_all(Pong)
        slowest = max(slowest, time.monotonic() - begin)
        if any(isinstance(message, Done) for message in heard):
            break
    assert slowest < 2
    received = sleeper.hear_all(Done)
    updates = [message.step for message in received if isinstance(message, Update)]
    assert len(updates) < 150, "most updates were overtaken"
    assert updates == sorted(updates)
    assert received[-1].state.offsets[0][0, 0] == 300
    assert sleeper.is_quiet(0.1)


def test_a_client_that_asks_without_end_and_reads_nothing_is_given_up(backend: Start, connect: Connect) -> None:
    address = backend()
    flooder, other = connect(address), connect(address)
    flooder.hello()
    other.hello()
    flooder.say(submit("job", steps=3, texture=1024))
    other.say(Attach("job"))
    other.hear(Done)
    for _ in range(4 * MAX_WAITING):
        flooder.say(Attach("job"))  # 3 MB of answer each
    other.say(Ping(1.0))
    other.hear(Pong)
    while not flooder.is_quiet(0.3):
        flooder.next()
    flooder.say(Ping(2.0))
    assert flooder.hear(Failed).code == "not_welcomed"


def test_a_client_killed_in_the_middle_leaves_job_and_backend_alive(backend: Start, connect: Connect) -> None:
    held = Held()
    address = backend(counting_services(held))
    program = (
        "import sys, time, zmq; sys.path.insert(0, sys.argv[1]);"
        "from counting import submit; from clipmatrix_protocol import Hello, encode, PROTOCOL_VERSION;"
        "s = zmq.Context().socket(zmq.DEALER); s.connect(sys.argv[2]);"
        "s.send_multipart(encode(Hello(PROTOCOL_VERSION, 'doomed', sys.argv[3]))); s.recv_multipart();"
        "s.send_multipart(encode(submit('job', steps=50))); s.recv_multipart(); print('sent', flush=True);"
        "time.sleep(60)"
    )
    command = [sys.executable, "-c", program, str(Path(__file__).parent), address, SECRET]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as doomed:
        assert doomed.stdout is not None
        assert doomed.stdout.readline() == "sent\n"
        os.kill(doomed.pid, signal.SIGKILL)
    held.released.set()
    heir = connect(address)
    heir.hello()
    heir.say(Attach("job"))
    assert isinstance(heir.next(), Accepted)
    assert heir.hear(Done).summary.steps == 50


def test_an_outbox_keeps_answers_in_order_and_only_the_newest_of_the_rest() -> None:
    box = Outbox()
    for step in range(5):
        box.put(Update("job", step, state(step, 64)))
        box.put(Progress("job", step, 9, 1.0, 1.0, 0.0))
        box.put(Progress("other", step, 9, 1.0, 1.0, 0.0))
    box.put(Pong(1.0))
    box.put(Pong(2.0))
    sent = [decode(frames) for frames in box.pending()]
    assert sent[:2] == [Pong(1.0), Pong(2.0)]
    assert sorted((type(message).__name__, message.step) for message in sent[2:]) == [  # type: ignore[union-attr]
        ("Progress", 4),
        ("Progress", 4),
        ("Update", 4),
    ]
    assert not box


def test_what_was_not_taken_stays_in_the_outbox() -> None:
    box = Outbox()
    box.put(Pong(1.0))
    box.put(Pong(2.0))
    for frames in box.pending():
        if decode(frames) == Pong(2.0):
            break  # the socket's queue was full
    assert [decode(frames) for frames in box.pending()] == [Pong(2.0)]


def test_nothing_of_a_job_is_sent_after_its_outcome() -> None:
    box = Outbox()
    box.put(Update("job", 1, state(1, 64)))
    box.put(Progress("job", 1, 9, 1.0, 1.0, 0.0))
    box.put(Progress("other", 1, 9, 1.0, 1.0, 0.0))
    box.put(Done("job", state(2, 64), summary(2, False)))
    kinds = [type(decode(frames)).__name__ for frames in box.pending()]
    assert kinds == ["Done", "Progress"]
