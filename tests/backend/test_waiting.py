"""Threads that have nothing to do leave their cores to others. In processes of their own, by processor time."""

import os
import subprocess
import sys

import pytest
from clipmatrix.environment import POLICY, WAITING

WORK = """
import sys, time
if sys.argv[1] == "prepared":
    from clipmatrix.environment import prepare_torch
    prepare_torch()
import torch
if "OpenMP" not in torch.__config__.parallel_info():
    sys.exit("torch has no OpenMP here")
torch.set_num_threads(2)
numbers = torch.ones(1 << 17)

def work():
    numbers.mul_(1.0)  # shared by two threads, one of which then waits
    time.sleep(0.05)

work()
before = time.process_time()
for _ in range(10):
    work()
print(time.process_time() - before)
"""


def seconds_of_both_cores(how: str) -> float:
    """Processor time that ten operations take which are a twentieth of a second apart."""
    environment = {name: value for name, value in os.environ.items() if name not in (*WAITING, POLICY)}
    ran = subprocess.run(
        [sys.executable, "-c", WORK, how], capture_output=True, text=True, timeout=120, env=environment
    )
    if "no OpenMP" in ran.stderr:
        pytest.skip("torch was built without OpenMP")
    return float(ran.stdout)


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="threads of one core never wait busily")
def test_waiting_threads_soon_sleep() -> None:
    own, ours = seconds_of_both_cores("left to itself"), seconds_of_both_cores("prepared")
    assert ours < own / 3
