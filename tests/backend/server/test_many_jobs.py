"""A backend that has served many jobs, of which some were stopped, failed or left, holds no more than after a few."""

from collections.abc import Callable
from pathlib import Path

import pytest
from clipmatrix_protocol import Cancel, Done, Failed, Pause, Paused, Progress, Resume, Resumed

from .ball import ball_job
from .conftest import backend_process
from .peer import Peer

Connect = Callable[[str], Peer]

LONG = 500
"""Steps of jobs that do not come so far."""

MOST_FILES = 3
"""Open files that may be connections which are just ending."""

MOST_MIB = 24
"""Memory that may be lost to fragments."""


def holdings(pid: int) -> tuple[int, int, float]:
    """Open files, threads, and resident memory in MiB of a process."""
    process = Path("/proc") / str(pid)
    (resident,) = (line.split()[1] for line in (process / "status").read_text().splitlines() if "VmRSS" in line)
    return len(list((process / "fd").iterdir())), len(list((process / "task").iterdir())), int(resident) / 1024


def serve_a_round(connect: Connect, address: str, number: int) -> None:
    """One job that comes to its end, one that is held and then stopped, one that fails, and one that is left."""
    peer = connect(address)
    peer.hello()
    peer.say(ball_job(f"whole-{number}", steps=2))
    assert isinstance(peer.hear_all(Done)[-1], Done)
    peer.say(ball_job(f"held-{number}", LONG))
    peer.hear(Progress)
    for question, answer in ((Pause, Paused), (Resume, Resumed), (Cancel, Done)):
        peer.say(question(f"held-{number}"))
        peer.hear(answer)
    peer.say(ball_job(f"failed-{number}", 1, clip="ViT-B-32:/nowhere"))
    assert peer.hear(Failed).code == "clip_unavailable"
    peer.say(ball_job(f"left-{number}", LONG))
    peer.hear(Progress)
    peer.close()
    heir = connect(address)
    heir.hello()
    heir.say(Cancel(f"left-{number}"))
    heir.hear(Done)
    heir.close()


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="only Linux tells what a process holds")
def test_nothing_adds_up(connect: Connect) -> None:
    with backend_process() as backend:
        serve_a_round(connect, backend.address, 0)
        files, threads, memory = holdings(backend.process.pid)
        for number in range(1, 3):
            serve_a_round(connect, backend.address, number)
        files_then, threads_then, memory_then = holdings(backend.process.pid)
    assert files_then <= files + MOST_FILES
    assert threads_then == threads
    assert memory_then < memory + MOST_MIB
