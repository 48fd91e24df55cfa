"""Torch's compiler stays away from jobs, and is there for who wants it. In processes of their own."""

import subprocess
import sys

import pytest

JOB = """
import inspect
import clipmatrix_protocol as protocol, torch
from clipmatrix.bodies.figure_character import figure_character
from clipmatrix.bodies.motions import walk
from clipmatrix.optimize import optimise
settings = protocol.Settings(steps=2, views=1, resolution=32, texture_size=64)
brief = protocol.Brief((protocol.Prompt("a red figure"),), settings=settings)
job = protocol.Submit("job", figure_character(walk(frames=4)), brief)
assert optimise(job, torch.device("cpu"), lambda message: None, lambda: False).summary.steps == 2
inspect.stack()
hasattr(torch._dynamo, "__file__")  # as Python itself asks of modules
print(*sys.modules)
"""

MEETING = """
held = torch._dynamo
@torch.compiler.disable(recursive=False)
def same(x):
    return x
assert same(3) == 3 and not held.utils.is_compile_supported(device_type="cpu")
assert isinstance(held, type(held.utils)) and "torch._inductor" not in sys.modules
{how}
assert torch._dynamo.config.__spec__.origin == torch._dynamo.config.__file__
assert torch._dynamo is sys.modules["torch._dynamo"] is not held
assert held.config is torch._dynamo.config is sys.modules["torch._dynamo.config"]
assert held.disable is torch._dynamo.disable and held.utils.counters is torch._dynamo.utils.counters
assert torch.equal(torch.compile(lambda x: x + 1, backend="eager")(torch.ones(2)), torch.full((2,), 2.0))
assert torch._dynamo.utils.counters["stats"]["unique_graphs"] == 1
"""


def after_putting_it_off(code: str) -> str:
    """What a process prints that has put the compiler off."""
    start = "import sys\nfrom clipmatrix.compiler import put_off_compiler\nput_off_compiler()\n"
    ran = subprocess.run([sys.executable, "-c", start + code], capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.mark.timeout(600)
def test_a_job_does_without_the_compiler():
    modules = after_putting_it_off(JOB).split()
    assert {"torchvision.ops", "torch.optim.adamw"} <= set(modules)  # who ask for it
    assert {"torch._inductor", "torch._dynamo.eval_frame", "sympy"}.isdisjoint(modules)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("how", ["import torch._dynamo.config", "torch.compile(len)"])
def test_the_compiler_comes_when_something_of_it_is_wanted(how):
    after_putting_it_off(f"import torch, torchvision\nimport torch._dynamo\n{MEETING.format(how=how)}")
