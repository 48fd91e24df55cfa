"""What is freed is kept: the same work asks the operating system for no pages again. In processes of their own."""

import subprocess
import sys

import pytest

WORK = """
import resource, statistics, sys, threading
import torch
from clipmatrix.server.allocator import keep_freed_memory

def step():
    levels = [torch.ones(count << 18) for count in (1, 2, 4, 8, 16, 32)]  # 1 to 32 MiB, as a texture's are
    return [2 * level for level in levels]

def pages():
    for _ in range(6):
        step()
    for _ in range(11):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        step()
        found.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)

found = []
kept = keep_freed_memory() if sys.argv[1] == "kept" else None
worker = threading.Thread(target=pages)
worker.start()
worker.join()
print(kept, statistics.median(found))  # a heap may grow once more, late
"""


def pages_of_a_step(how: str) -> tuple[str, float]:
    """Whether the C library could be told, and pages that a usual step of a thread takes anew."""
    ran = subprocess.run([sys.executable, "-c", WORK, how], capture_output=True, text=True, check=True, timeout=120)
    kept, pages = ran.stdout.split()
    return kept, float(pages)


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc can be told")
def test_a_step_takes_hardly_any_page_anew() -> None:
    told, pages = pages_of_a_step("kept")
    if told == "False":
        pytest.skip("this C library is not glibc")
    assert pages < 500
    assert pages_of_a_step("left to itself")[1] > 2_000


@pytest.mark.skipif(sys.platform == "linux", reason="Linux may have glibc")
def test_on_other_systems_the_c_library_is_left_alone() -> None:
    from clipmatrix.server.allocator import keep_freed_memory

    assert not keep_freed_memory()
