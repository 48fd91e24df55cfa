"""Blender's main thread is never kept longer than a frame while a job streams."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).resolve().parents[2] / "benchmarks" / "tick.py"

FRAME_MS = 16.0
"""A sixtieth of a second."""

RUNS = 5
"""Each run does the same work; what a neighbour adds differs, so the calmest of so many tells what is ours."""


def _measure(*options):
    """Ten thousand vertices and a texture of 1024 pixels, streamed by a backend process at 8 updates a second."""
    said = subprocess.run(
        [sys.executable, str(BENCHMARK), "--rate", "8", "--seconds", "5", *options],
        capture_output=True,
        text=True,
        timeout=180,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert said.returncode == 0, said.stderr
    return json.loads(said.stdout[said.stdout.index("{") :])


@pytest.fixture(scope="module")
def measured():
    return _measure()


def test_the_stream_is_as_heavy_as_it_is_said_to_be(measured):
    assert measured["vertices"] >= 10_000
    assert measured["texture"] == 1024
    assert measured["updates_per_second"] >= 5
    assert measured["ticks"] > 50


def test_no_tick_works_longer_than_a_frame(measured):
    """By CPU time, in which a neighbour on the same machine counts less, though it may double that of a whole run."""
    longest = measured["tick_cpu_ms"]["max"]
    for _ in range(RUNS - 1):
        if longest < FRAME_MS:
            break
        longest = min(longest, _measure()["tick_cpu_ms"]["max"])
    assert longest < FRAME_MS


@pytest.mark.alone
def test_hardly_any_tick_takes_longer_than_a_frame_on_a_machine_that_is_free(measured):
    if os.getloadavg()[0] > 0.75 * (os.cpu_count() or 1):
        pytest.skip("the machine is busy with something else: wall-clock times say nothing")
    assert measured["tick_ms"]["p99"] < FRAME_MS


@pytest.mark.slow
def test_a_normal_map_beside_the_texture_makes_no_tick_longer():
    runs = [_measure("--normals") for _ in range(RUNS)]
    assert all(run["normal_map"] for run in runs)
    assert min(run["tick_cpu_ms"]["max"] for run in runs) < FRAME_MS
