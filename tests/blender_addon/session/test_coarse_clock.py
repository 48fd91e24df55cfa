"""On Windows the monotonic clock of Python 3.11 stands still for 16 ms: Blender is held up no longer for that."""

import time
from types import SimpleNamespace

import pytest
import zmq

MOST = 50
"""Pieces of work there are, of a millisecond each."""


@pytest.fixture
def standing(rooms, monkeypatch):
    """A room whose monotonic clock stands still."""

    def stopped(name):
        clock = SimpleNamespace(monotonic=lambda: 0.0, perf_counter=time.perf_counter)
        monkeypatch.setattr(rooms(name), "time", clock)
        return rooms(name)

    return stopped


class Work:
    """Counts its pieces; what is out of them raises."""

    def __init__(self, out):
        self.done, self._out = 0, out

    def __call__(self, *_, **__):
        if self.done == MOST:
            raise self._out
        self.done += 1
        time.sleep(0.001)
        return []


def test_writing_stops_in_time(blender, running, standing, monkeypatch):
    delivery, advance = standing("job.delivery"), Work(RuntimeError("all is written in one go"))
    monkeypatch.setattr(delivery, "_advance", advance)
    running.job.pending = True
    delivery.deliver(running.job, 0.004)
    assert 0 < advance.done < 10


def test_reading_stops_in_time(blender, standing):
    room, read = standing("link.socket"), Work(zmq.Again())
    room.Link(SimpleNamespace(recv_multipart=read), None).drain(0.004)
    assert 0 < read.done < 10
