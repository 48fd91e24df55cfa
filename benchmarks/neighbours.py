"""A step alone and beside busy programs, as OpenMP's threads wait by themselves and as we have them wait.

    uv run python benchmarks/neighbours.py [--threads N] [--busy N] [--renderer NAME] [--rounds N] [--steps N]
        [--json FILE]

Each step is one of ``step.py``, in a process of its own, in turns. Prints JSON: milliseconds of a step and of a
picture, forward and backward; ``beside`` says how many times as long a step takes beside busy programs, ``spared`` how
many times as long it takes if threads wait by themselves.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

from clipmatrix.bench.machine import machine
from clipmatrix.environment import POLICY, WAITING

STEP = Path(__file__).parent / "step.py"
DEFAULTS = {"GOMP_SPINCOUNT": "300000", "KMP_BLOCKTIME": "200"}
"""What the runtimes do if nobody says otherwise
(https://gcc.gnu.org/onlinedocs/libgomp/GOMP_005fSPINCOUNT.html, https://openmp.llvm.org/design/Runtimes.html)."""


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--renderer", default="torch")
    for name, default in (("busy", 1), ("rounds", 3), ("steps", 7)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    ways = {"by themselves": DEFAULTS, "as we have them": WAITING}
    found: dict[tuple[str, int], list[dict[str, Any]]] = {each: [] for each in product(ways, (0, asked.busy))}
    for _ in range(asked.rounds):
        for (way, busy), measured in found.items():
            with neighbours(busy):
                measured.append(step(asked, ways[way]))
    report: dict[str, Any] = {way: compare(*(found[way, busy] for busy in (0, asked.busy))) for way in ways}
    own, ours = report.values()
    report["spared"] = {
        where: own[where]["step_ms"] / ours[where]["step_ms"] for where in ("alone", "beside busy ones")
    }
    report["busy"], report["threads"], report["renderer"] = asked.busy, asked.threads, asked.renderer
    report["machine"] = machine()
    print(json.dumps(report, indent=2))
    if asked.json:
        asked.json.write_text(json.dumps(report, indent=2))


def compare(alone: list[dict[str, Any]], beside: list[dict[str, Any]]) -> dict[str, Any]:
    """Medians of steps alone and beside busy programs."""
    found: dict[str, Any] = {"alone": medians(alone), "beside busy ones": medians(beside)}
    return found | {"beside": found["beside busy ones"]["step_ms"] / found["alone"]["step_ms"]}


def medians(steps: list[dict[str, Any]]) -> dict[str, float]:
    """Of some runs' medians."""
    return {
        "step_ms": statistics.median(each["step_ms"]["median"] for each in steps),
        "clip_ms": statistics.median(each["clip_ms"]["median"] for each in steps),
        "render_ms": statistics.median(each["render_ms"] for each in steps),
    }


def step(asked: argparse.Namespace, waiting: dict[str, str]) -> dict[str, Any]:
    """Run ``step.py``."""
    arguments = [f"--{name}={getattr(asked, name)}" for name in ("threads", "steps", "renderer")]
    environment = {name: value for name, value in os.environ.items() if name != POLICY} | waiting
    ran = subprocess.run([sys.executable, STEP, *arguments], stdout=subprocess.PIPE, check=True, env=environment)
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


@contextmanager
def neighbours(count: int) -> Iterator[None]:
    """Have as many programs keep a core busy each."""
    programs = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for program in programs:
            program.kill()
            program.wait()


if __name__ == "__main__":
    main()
