"""On a CPU threads share Warp's kernels: what they make is the same however it is shared."""

import threading
import time

import pytest
import torch
from clipmatrix.render import find_renderer

from .scenes import generator
from .test_warp_pictures import CPU, pictures_and_gradients

pytest.importorskip("warp", reason="Warp is not installed")
WHOLE = 1 << 40


@pytest.fixture(autouse=True)
def three_threads(one_thread):
    torch.set_num_threads(3)  # for as long as it would be one


@pytest.fixture
def drawn(monkeypatch):
    """Draw with parts of so many elements at least, shared as a function does it; say, too, in how many parts."""
    from clipmatrix.render.warp import crew, launch

    warp = find_renderer("warp", CPU)

    def draw(least, share=crew.share):
        counts = set()

        def counting(tasks, count):
            counts.add(count)
            share(tasks, count)

        monkeypatch.setattr(launch, "LEAST", least)
        monkeypatch.setattr(launch, "share", counting)
        return pictures_and_gradients(warp, True), counts

    return draw


def test_pictures_and_gradients_are_the_same_in_parts_bit_by_bit(drawn):
    whole, once = drawn(WHOLE)
    assert once == {1}
    for _ in range(5):
        shared, counts = drawn(1)
        assert max(counts) == 3
        assert all(map(torch.equal, shared, whole))


def test_which_part_comes_first_does_not_matter(drawn):
    def backwards(tasks, count):
        for task in reversed(list(tasks)):
            task()

    whole, _ = drawn(WHOLE)
    shared, counts = drawn(1, backwards)
    assert max(counts) == 3
    assert all(map(torch.equal, shared, whole))


def test_no_two_parts_enter_triangles_at_one_pixel(monkeypatch):
    """Two cores would race there: the one that is farther away might stay."""
    from clipmatrix.render.warp import launch, visibility

    clip = torch.cat([2 * torch.rand(3, 300, 3, generator=generator(0)) - 1, torch.ones(3, 300, 1)], dim=2)
    triangles = torch.arange(300).view(100, 3)  # of any size, one over the other
    monkeypatch.setattr(launch, "LEAST", 1)
    entered = []
    for part in range(3):
        monkeypatch.setattr(launch, "share", lambda tasks, count, part=part: list(tasks)[part]())
        entered.append(visibility.visibility(clip, triangles, 48, 48) >= 0)
    assert all(part.sum() > 1000 for part in entered)
    assert sum(part.int() for part in entered).max() == 1


def test_tasks_are_done_at_a_time():
    from clipmatrix.render.warp.crew import share

    meeting = threading.Barrier(3, timeout=30)
    share(iter([meeting.wait] * 3), 3)  # nobody gets past it alone


@pytest.mark.parametrize("failing", [0, 2])
def test_what_a_task_raises_is_raised_when_all_are_done(failing):
    from clipmatrix.render.warp.crew import share

    done = []

    def task(number):
        if number == failing:
            raise RuntimeError(f"task {number}")
        done.append(number)

    with pytest.raises(RuntimeError, match=f"task {failing}"):
        share(iter([lambda number=number: task(number) for number in range(3)]), 3)
    assert sorted(done) == [number for number in range(3) if number != failing]


def test_nothing_is_left_at_work_when_a_later_task_can_t_be_made():
    from clipmatrix.render.warp.crew import share

    done = []

    def tasks():
        yield lambda: (time.sleep(0.2), done.append(True))
        raise RuntimeError("no such kernel")

    with pytest.raises(RuntimeError, match="no such kernel"):
        share(tasks(), 3)
    assert done
