"""A job's life as a client sees it, over real sockets with a small real job."""

import time
from collections.abc import Callable

import pytest
from clipmatrix.errors import JobError
from clipmatrix.server.jobs import MAX_ENDED, MAX_OPEN
from clipmatrix.server.services import Cancelled, Report
from clipmatrix_protocol import (
    Accepted,
    Attach,
    BodyRequest,
    Cancel,
    Done,
    Failed,
    Ping,
    Pong,
    Progress,
    Submit,
    Update,
)

from .counting import Held, count, counting_services, submit, with_warm_up
from .peer import Peer

Start = Callable[..., str]
Connect = Callable[[str], Peer]


def test_a_job_is_accepted_reports_and_is_done(backend: Start, connect: Connect) -> None:
    peer = connect(backend())
    peer.hello()
    peer.say(submit("job", steps=30))
    heard = peer.hear_all(Done)
    assert heard[0] == Accepted("job", 0, ())
    steps = [message.step for message in heard if isinstance(message, Progress)]
    assert steps == sorted(steps)
    assert len(steps) > 3
    assert any(isinstance(message, Update) for message in heard)
    assert heard[-1].summary.steps == 30
    assert peer.is_quiet(0.1), "nothing may come after Done"


def test_warnings_travel_with_the_acceptance(backend: Start, connect: Connect) -> None:
    peer = connect(backend())
    peer.hello()
    peer.say(submit("job", prompt="a remarkable figure"))
    assert peer.hear(Accepted).warnings == ("a remark",)


def test_a_job_that_cannot_be_done_is_refused_with_its_remedy(backend: Start, connect: Connect) -> None:
    peer = connect(backend())
    peer.hello()
    peer.say(submit("job", prompt="unloadable"))
    assert peer.hear(Failed) == Failed("clip_unavailable", "There are no such weights.", "Fetch them.", "job")
    peer.say(Attach("job"))
    assert peer.hear(Failed).code == "clip_unavailable", "the reason is kept"


def test_jobs_run_one_after_another_in_the_order_they_came(backend: Start, connect: Connect) -> None:
    held = Held()
    address = backend(counting_services(held))
    first, second = connect(address), connect(address)
    first.hello()
    second.hello()
    first.say(submit("one"))
    assert first.hear(Accepted).ahead == 0
    assert held.began.wait(10)
    second.say(submit("two"))
    assert second.hear(Accepted).ahead == 1
    second.say(submit("three"))
    assert second.hear(Accepted).ahead == 2
    assert second.is_quiet(0.2)
    held.released.set()
    assert first.hear(Done).job == "one"
    assert [second.hear(Done).job, second.hear(Done).job] == ["two", "three"]
    assert first.is_quiet(0.1), "a client hears of its own jobs only"


def test_an_id_can_be_used_once(backend: Start, connect: Connect) -> None:
    peer = connect(backend())
    peer.hello()
    peer.say(submit("job"))
    peer.hear(Done)
    peer.say(submit("job"))
    assert peer.hear(Failed).code == "bad_request"


def test_more_jobs_than_the_backend_keeps_are_refused(backend: Start, connect: Connect) -> None:
    peer = connect(backend(counting_services(Held())))
    peer.hello()
    for number in range(MAX_OPEN):
        peer.say(submit(f"job-{number}"))
    peer.say(submit("surplus"))
    assert peer.hear(Failed).job == "surplus"


def test_cancel_delivers_what_has_been_reached(backend: Start, connect: Connect) -> None:
    peer = connect(backend())
    peer.hello()
    peer.say(submit("job", steps=10_000))
    peer.hear(Update)
    peer.say(Cancel("job"))
    done = peer.hear(Done)
    assert done.summary.stopped_early
    assert 0 < done.summary.steps < 10_000
    assert done.state.offsets[0][0, 0] == done.summary.steps


def test_a_job_that_waits_can_be_cancelled_and_never_runs(backend: Start, connect: Connect) -> None:
    held = Held()
    peer = connect(backend(counting_services(held)))
    peer.hello()
    peer.say(submit("one"))
    peer.say(submit("two"))
    held.began.wait(10)
    peer.say(Cancel("two"))
    assert peer.hear(Failed) == Failed("cancelled", "The job was cancelled before it began.", "", "two")
    held.released.set()
    assert peer.hear(Done).job == "one"
    assert peer.is_quiet(0.2)


@pytest.mark.parametrize("message", [Attach("nobody"), Cancel("nobody")])
def test_an_unknown_job_is_said_to_be_unknown(backend: Start, connect: Connect, message: Attach | Cancel) -> None:
    peer = connect(backend())
    peer.hello()
    peer.say(message)
    failed = peer.hear(Failed)
    assert (failed.code, failed.job) == ("unknown_job", "nobody")


def test_a_client_that_comes_back_gets_the_latest_state_and_goes_on(backend: Start, connect: Connect) -> None:
    held = Held()
    address = backend(counting_services(held))
    first = connect(address)
    first.hello()
    first.say(submit("job"))
    first.hear(Update)
    first.close()
    second = connect(address)
    second.hello()
    second.say(Attach("job"))
    assert second.next() == Accepted("job", 0, ())
    assert {type(second.next()), type(second.next())} == {Progress, Update}
    held.released.set()
    assert second.hear(Done).summary.steps == 5


def test_a_result_outlives_the_client_that_asked_for_it(backend: Start, connect: Connect) -> None:
    address = backend()
    first, second = connect(address), connect(address)
    first.hello()
    second.hello()
    first.say(submit("job"))
    first.hear(Accepted)
    first.close()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        second.say(Attach("job"))
        if second.hear_all(Accepted) and (message := second.next()) and isinstance(message, Done):
            return
        time.sleep(0.05)
    pytest.fail("the job has not ended")


def test_old_results_are_forgotten(backend: Start, connect: Connect) -> None:
    peer = connect(backend())
    peer.hello()
    for number in range(MAX_ENDED + 1):
        peer.say(submit(f"job-{number}", steps=1))
        peer.hear(Done)
    peer.say(Attach("job-0"))
    assert peer.hear(Failed).code == "unknown_job"
    peer.say(Attach("job-1"))
    assert peer.hear(Done).job == "job-1"


def test_a_pong_tells_since_when_the_running_job_has_been_idle(backend: Start, connect: Connect) -> None:
    held = Held()
    peer = connect(backend(counting_services(held)))
    peer.hello()
    peer.say(Ping(1.5))
    answer = peer.hear(Pong)
    assert (answer.stamp, answer.idle) == (1.5, None)
    peer.say(submit("job"))
    held.began.wait(10)
    time.sleep(0.3)
    peer.say(Ping(2.5))
    pong = peer.hear(Pong)
    assert pong.idle is not None
    assert 0.25 < pong.idle < 5
    held.released.set()
    peer.hear(Done)
    peer.say(Ping(3.5))
    assert peer.hear(Pong).idle is None


def test_a_body_that_does_not_exist_is_refused(backend: Start, connect: Connect) -> None:
    peer = connect(backend())
    peer.hello()
    peer.say(BodyRequest("centaur"))
    assert peer.hear(Failed).code == "unknown_body"


def fail_with(error: Exception) -> Callable[[Submit, Report, Cancelled], Done]:
    def optimise(job: Submit, report: Report, cancelled: Cancelled) -> Done:
        if job.job == "bad":
            raise error
        return count(job, report, cancelled)

    return optimise


class OutOfMemoryError(RuntimeError):
    """Named as torch names it."""


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (JobError("diverged", "The result exploded.", "Lower the strength."), "diverged"),
        (MemoryError(), "out_of_memory"),
        (OutOfMemoryError("CUDA out of memory."), "out_of_memory"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"), "out_of_memory"),
        (ZeroDivisionError("division by zero"), "internal"),
    ],
)
def test_an_error_in_a_job_is_said_in_words_and_the_next_job_runs(
    backend: Start, connect: Connect, error: Exception, code: str
) -> None:
    peer = connect(backend(counting_services(fail_with(error))))
    peer.hello()
    peer.say(submit("bad"))
    failed = peer.hear(Failed)
    assert (failed.code, failed.job) == (code, "bad")
    assert failed.message.endswith(".")
    assert failed.remedy
    peer.say(submit("good"))
    assert peer.hear(Done).job == "good"


def test_torch_running_out_of_memory_is_recognised() -> None:
    import torch
    from clipmatrix.server.failures import failure

    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**58, dtype=torch.uint8)
    assert failure(caught.value, "job").code == "out_of_memory"


def test_a_result_that_cannot_be_sent_is_an_internal_error(backend: Start, connect: Connect) -> None:
    def optimise(job: Submit, report: Report, cancelled: Cancelled) -> Done:
        report(Progress(job.job, 1, 1, float("nan"), 0.0, 0.0))
        return count(job, report, cancelled)

    peer = connect(backend(counting_services(optimise)))
    peer.hello()
    peer.say(submit("job"))
    failed = peer.hear(Failed)
    assert (failed.code, failed.job) == ("internal", "job")


def test_a_warm_up_that_fails_leaves_the_backend_working(backend: Start, connect: Connect) -> None:
    def warm_up() -> None:
        raise OSError("no weights")

    peer = connect(backend(with_warm_up(warm_up)))
    peer.hello()
    peer.say(submit("job"))
    assert peer.hear(Done)


def test_a_slow_warm_up_does_not_keep_clients_waiting(backend: Start, connect: Connect) -> None:
    peer = connect(backend(with_warm_up(lambda: time.sleep(1.5))))
    begin = time.monotonic()
    peer.hello()
    peer.say(submit("job"))
    peer.hear(Accepted)
    assert time.monotonic() - begin < 1
    peer.hear(Done)
