"""What a backend says about itself: in its Welcome, and in each Pong after it."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from clipmatrix.server.gauge import Gauge
from clipmatrix.server.memory import free_memory
from clipmatrix_protocol import PROTOCOL_VERSION, Done, Hello, Ping, Pong, Status, Submit, Welcome
from msgspec.structs import replace as changed

from .counting import Held, counting_services, submit, with_warm_up
from .peer import SECRET, Peer

Start = Callable[..., str]
Connect = Callable[[str], Peer]


def status(peer: Peer) -> Status:
    """What the backend says when it is asked now."""
    peer.say(Ping(1.0))
    return peer.hear(Pong).status


def wait_for(peer: Peer, fulfilled: Callable[[Status], bool]) -> Status:
    """Ask until the answer is as wanted."""
    until = time.monotonic() + 20
    while not fulfilled(now := status(peer)):
        assert time.monotonic() < until, now
        time.sleep(0.02)
    return now


def test_a_backend_says_that_it_still_loads_and_then_what_it_has_loaded(backend: Start, connect: Connect) -> None:
    loaded = threading.Event()
    peer = connect(backend(with_warm_up(lambda: loaded.wait(20))))
    welcome = peer.hello()
    assert (welcome.status.starting, welcome.status.clip) == (True, "")
    loaded.set()
    assert wait_for(peer, lambda now: not now.starting).clip == "embedded"


def test_a_backend_that_could_not_load_does_not_claim_to_be_loading(backend: Start, connect: Connect) -> None:
    def fail() -> None:
        raise RuntimeError("the weights are gone")

    peer = connect(backend(with_warm_up(fail)))
    peer.hello()
    assert wait_for(peer, lambda now: not now.starting).clip == ""


def test_everybody_reads_whose_job_runs_and_how_many_wait(backend: Start, connect: Connect) -> None:
    held = Held()
    address = backend(counting_services(held))
    anna, bert = connect(address), connect(address)
    anna.say(Hello(PROTOCOL_VERSION, "test", SECRET, "anna"))
    anna.hear(Welcome)
    anna.say(submit("first"))
    assert held.began.wait(20)
    bert.hello()
    bert.say(submit("second"))
    now = wait_for(bert, lambda now: now.waiting == 1)
    assert now.busy_with == "anna"
    held.released.set()
    bert.hear(Done)
    assert (status(bert).busy_with, status(bert).waiting) == ("", 0)


def test_a_client_without_a_name_is_called_by_its_program(backend: Start, connect: Connect) -> None:
    held = Held()
    peer = connect(backend(counting_services(held)))
    peer.hello()
    peer.say(submit("job"))
    assert held.began.wait(20)
    assert status(peer).busy_with == "test"
    held.released.set()


def test_the_loaded_clip_is_the_one_of_the_job_that_runs(backend: Start, connect: Connect) -> None:
    peer = connect(backend())
    peer.hello()
    job = submit("job")
    peer.say(replace_clip(job, "ViT-B-32:somewhere"))
    peer.hear(Done)
    assert status(peer).clip == "ViT-B-32:somewhere"


def replace_clip(job: Submit, clip: str) -> Submit:
    return changed(job, brief=changed(job.brief, settings=changed(job.brief.settings, clip=clip)))


def test_free_memory_is_told_as_soon_as_it_is_known(backend: Start, connect: Connect) -> None:
    peer = connect(backend(replace(counting_services(), free_memory=lambda: 123.5)))
    peer.hello()
    assert wait_for(peer, lambda now: now.free_memory_mb is not None).free_memory_mb == 123.5


def test_a_driver_that_hangs_does_not_hold_back_a_pong(backend: Start, connect: Connect) -> None:
    release = threading.Event()

    def hang() -> float:
        release.wait(20)
        return 1.0

    peer = connect(backend(replace(counting_services(), free_memory=hang)))
    peer.hello()
    began = time.monotonic()
    assert status(peer).free_memory_mb is None
    assert time.monotonic() - began < 2
    release.set()


def test_a_measurement_that_fails_is_tried_again() -> None:
    answers = iter([RuntimeError("driver"), 5.0])

    def measure() -> float:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    gauge = Gauge(measure)
    assert gauge.read() is None
    time.sleep(2.1)
    gauge.read()
    until = time.monotonic() + 5
    while gauge.read() != 5.0:
        assert time.monotonic() < until
        time.sleep(0.01)
    gauge.close()


@pytest.mark.skipif(not Path("/proc/meminfo").exists(), reason="only Linux tells its free main memory")
def test_the_main_memory_of_this_machine_is_a_sensible_number() -> None:
    free = free_memory("cpu")
    assert free is not None
    assert 1 < free < 2**25
