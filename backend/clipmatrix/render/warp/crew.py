"""Threads that share work which does not hold the interpreter's lock, as Warp's kernels on a CPU.

A kernel takes a millisecond or two. A pool of ``concurrent.futures`` takes a quarter of one to hand a part of it over
and to hear that it is done, twice as long as a queue in C.
"""

from collections.abc import Callable, Iterator
from functools import cache
from itertools import islice
from queue import SimpleQueue
from threading import Thread

Task = Callable[[], None]
Done = SimpleQueue[Exception | None]


def share(tasks: Iterator[Task], count: int) -> None:
    """Do ``count`` tasks at a time, the last one here; return when all are done, and raise what one of them raised."""
    done: Done = SimpleQueue()
    handed = 0
    try:
        for task in islice(tasks, count - 1):
            _crew(count - 1).put((task, done))
            handed += 1
        next(tasks)()
    finally:
        errors = [done.get() for _ in range(handed)]  # they are at work on memory of the caller's
    for error in errors:
        if error is not None:
            raise error


@cache
def _crew(size: int) -> SimpleQueue[tuple[Task, Done]]:
    """Threads that wait for tasks as long as the process lives."""
    tasks: SimpleQueue[tuple[Task, Done]] = SimpleQueue()
    for number in range(size):
        Thread(target=_work, args=(tasks,), name=f"clipmatrix-warp-{number}", daemon=True).start()
    return tasks


def _work(tasks: SimpleQueue[tuple[Task, Done]]) -> None:
    while True:
        task, done = tasks.get()
        try:
            task()
        except Exception as error:  # whatever it is: it is raised where it is waited for
            done.put(error)
        else:
            done.put(None)
