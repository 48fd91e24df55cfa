"""The extension's tests in other Blenders: what each is made of, and that they run."""

import subprocess
import sys
from pathlib import Path

import pytest

from tools.extension.errors import BuildError
from tools.extension.targets import python_in

SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "other_blenders.py"


def script(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, str(SCRIPT), *arguments], capture_output=True, text=True, timeout=550)


@pytest.mark.parametrize(
    ("blender", "python"), [("4.2", "3.11"), ("4.5.15", "3.11"), ("5.0", "3.11"), ("5.1", "3.13"), ("6.0", "3.13")]
)
def test_each_blender_runs_with_the_python_that_it_brings(blender, python):
    assert python_in(blender) == python


@pytest.mark.parametrize("blender", ["4.1", "3.6.5", "5", "five", "5.x", ""])
def test_a_blender_that_is_none_is_refused_in_one_line(blender):
    with pytest.raises(BuildError, match="or a later one"):
        python_in(blender)
    run = script(blender)
    assert (run.returncode, run.stderr.count("\n")) == (2, 1)
    assert "Traceback" not in run.stderr


@pytest.mark.slow
def test_the_tests_run_in_another_blender():
    run = script("5.0", "--", "-q", "tests/blender_addon/test_register.py")
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.splitlines()[-1] == "Blender 5.0: passed"
