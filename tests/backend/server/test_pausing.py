"""Holding a job and letting it go on, as a client sees it."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from clipmatrix.server import desk
from clipmatrix.server.jobs import MAX_ENDED
from clipmatrix.server.services import Cancelled, Report, Services
from clipmatrix_protocol import (
    Accepted,
    Attach,
    Cancel,
    Done,
    Failed,
    Pause,
    Paused,
    Ping,
    Pong,
    Resume,
    Resumed,
    Submit,
)

from .ball import ball_job
from .conftest import backend_process
from .counting import Held, count, counting_services, submit
from .peer import Peer

Start = Callable[..., str]
Connect = Callable[[str], Peer]


@dataclass
class Steps:
    """A job that counts the steps it takes, two milliseconds each, until it is cancelled."""

    taken: int = 0
    ended: threading.Event = field(default_factory=threading.Event)

    def __call__(self, job: Submit, report: Report, cancelled: Cancelled) -> Done:
        try:
            while not cancelled():
                self.taken += 1
                time.sleep(0.002)
        finally:
            self.ended.set()
        return count(job, report, cancelled)

    def services(self) -> Services:
        return counting_services(self)

    def stand_still(self, seconds: float = 0.3) -> bool:
        """Whether no more steps are taken for a while, the one under way left out."""
        time.sleep(0.05)
        before = self.taken
        time.sleep(seconds)
        return self.taken == before


def started(peer: Peer, steps: Steps, job: str = "job") -> None:
    peer.hello()
    peer.say(submit(job))
    until = time.monotonic() + 20
    while steps.taken < 3:
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_job_that_is_held_takes_no_step_until_it_is_let_go(backend: Start, connect: Connect) -> None:
    steps = Steps()
    peer = connect(backend(steps.services()))
    started(peer, steps)
    peer.say(Pause("job"))
    assert peer.hear(Paused).job == "job"
    assert steps.stand_still()
    peer.say(Resume("job"))
    assert peer.hear(Resumed).job == "job"
    assert not steps.stand_still()


def test_a_job_that_is_held_can_be_cancelled_and_delivers(backend: Start, connect: Connect) -> None:
    steps = Steps()
    peer = connect(backend(steps.services()))
    started(peer, steps)
    peer.say(Pause("job"))
    peer.hear(Paused)
    peer.say(Cancel("job"))
    assert peer.hear(Done).job == "job"


def test_a_job_that_is_held_answers_pings_and_does_not_count_as_idle(backend: Start, connect: Connect) -> None:
    steps = Steps()
    peer = connect(backend(steps.services()))
    started(peer, steps)
    peer.say(Pause("job"))
    peer.hear(Paused)
    time.sleep(0.4)
    peer.say(Ping(1.0))
    assert peer.hear(Pong).idle is None
    peer.say(Resume("job"))
    peer.say(Ping(2.0))
    idle = peer.hear(Pong).idle
    assert idle is not None
    assert idle < 0.3, "the time it was held is no idleness"


def test_a_job_can_be_held_before_it_begins_and_lets_others_overtake(backend: Start, connect: Connect) -> None:
    held = Held()
    peer = connect(backend(counting_services(held)))
    peer.hello()
    for name in ("one", "two", "three"):
        peer.say(submit(name))
    assert held.began.wait(10)
    peer.say(Pause("two"))
    assert peer.hear(Paused).job == "two"
    held.released.set()
    assert [peer.hear(Done).job, peer.hear(Done).job] == ["one", "three"]
    assert peer.is_quiet(0.2)
    peer.say(Resume("two"))
    assert peer.hear(Done).job == "two"


def test_the_result_of_a_job_that_was_overtaken_is_kept_as_long_as_any(backend: Start, connect: Connect) -> None:
    held = Held()
    peer = connect(backend(counting_services(held)))
    peer.hello()
    peer.say(submit("first", steps=1))
    peer.say(submit("overtaken", steps=1))
    assert held.began.wait(10)
    peer.say(Pause("overtaken"))
    peer.hear(Paused)
    held.released.set()
    for number in range(MAX_ENDED):
        peer.say(submit(f"job-{number}", steps=1))
        while peer.hear(Done).job != f"job-{number}":
            pass
    peer.say(Resume("overtaken"))
    while peer.hear(Done).job != "overtaken":
        pass
    peer.say(Attach("overtaken"))
    assert isinstance(peer.next(), Accepted)
    assert peer.hear(Done).job == "overtaken"


def test_all_who_watch_hear_of_it_and_who_comes_later_is_told(backend: Start, connect: Connect) -> None:
    steps = Steps()
    address = backend(steps.services())
    first, second, third = connect(address), connect(address), connect(address)
    started(first, steps)
    second.hello()
    second.say(Attach("job"))
    second.hear(Accepted)
    first.say(Pause("job"))
    assert second.hear(Paused).job == "job"
    third.hello()
    third.say(Attach("job"))
    third.hear(Accepted)
    assert third.next() == Paused("job")
    third.say(Resume("job"))
    assert first.hear(Resumed).job == "job"


@pytest.mark.parametrize("kind", [Pause, Resume])
def test_saying_it_twice_does_no_harm_and_after_the_end_the_answer_is_the_outcome(
    backend: Start, connect: Connect, kind: type[Pause] | type[Resume]
) -> None:
    steps = Steps()
    peer = connect(backend(steps.services()))
    started(peer, steps)
    answer = Paused if kind is Pause else Resumed
    peer.say(kind("job"))
    peer.say(kind("job"))
    peer.hear(answer)
    peer.hear(answer)
    peer.say(Cancel("job"))
    peer.hear(Done)
    peer.say(kind("job"))
    assert peer.hear(Done).job == "job"
    peer.say(kind("nobody"))
    assert peer.hear(Failed).code == "unknown_job"


def test_a_job_that_is_held_by_somebody_who_is_gone_makes_room_and_keeps_its_result(
    backend: Start, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "ABANDONED", 0.5)
    steps = Steps()
    address = backend(steps.services())
    gone, other = connect(address), connect(address)
    started(gone, steps)
    gone.say(Pause("job"))
    gone.hear(Paused)
    other.hello()
    other.say(submit("next"))
    other.hear(Accepted)
    for _ in range(4):  # as long as it speaks, it is there
        gone.say(Ping(1.0))
        gone.hear(Pong)
        time.sleep(0.2)
    assert steps.stand_still(0.1)
    taken = steps.taken
    assert steps.ended.wait(20)
    other.say(Attach("job"))
    assert other.hear(Done).job == "job"
    assert steps.taken >= taken


def test_a_job_that_is_held_goes_on_waiting_as_long_as_anybody_who_watches_it_is_there(
    backend: Start, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "ABANDONED", 0.5)
    steps = Steps()
    address = backend(steps.services())
    gone, watching = connect(address), connect(address)
    started(gone, steps)
    watching.hello()
    watching.say(Attach("job"))
    watching.hear(Accepted)
    gone.say(Pause("job"))
    watching.hear(Paused)
    for _ in range(6):  # twice as long as the other one's silence is borne
        watching.say(Ping(1.0))
        watching.hear(Pong)
        assert not steps.ended.wait(0.2)


def test_a_job_that_is_held_before_it_began_makes_room_too(
    backend: Start, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "ABANDONED", 0.5)
    steps = Steps()
    address = backend(steps.services())
    other, gone = connect(address), connect(address)
    started(other, steps)
    gone.hello()
    gone.say(submit("never"))
    gone.hear(Accepted)
    gone.say(Pause("never"))
    gone.hear(Paused)
    time.sleep(1.0)
    other.say(Attach("never"))
    assert other.hear(Failed).code == "cancelled"
    other.say(Ping(1.0))
    assert other.hear(Pong).status.waiting == 0
    other.say(Cancel("job"))


def test_a_backend_that_ends_does_not_wait_for_a_job_that_is_held(backend: Start, connect: Connect) -> None:
    steps = Steps()
    peer = connect(backend(steps.services()))
    started(peer, steps)
    peer.say(Pause("job"))
    peer.hear(Paused)
    # the fixture ends the backend and fails if its thread does not end


def test_a_real_job_in_a_real_process_is_held_and_goes_on_to_its_end(connect: Connect) -> None:
    with backend_process() as process:
        peer = connect(process.address)
        peer.hello()
        peer.say(ball_job("job", steps=4))
        peer.say(Pause("job"))
        peer.hear(Paused)
        while not peer.is_quiet(0.5):
            assert not isinstance(peer.next(), Done)
        peer.say(Resume("job"))
        peer.hear(Resumed)
        assert peer.hear(Done).summary.steps == 4
