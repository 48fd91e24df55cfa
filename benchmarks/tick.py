"""How long the extension keeps Blender's main thread while a job streams into the scene.

    python benchmarks/tick.py [--rate 8] [--seconds 8] [--rings 100] [--texture 1024] [--normals]

A real backend process streams random states to the extension in the bpy module, which is pumped as Blender's timer
pumps it. Prints one JSON object: milliseconds of wall and of CPU time per tick, the 50th and 99th percentile and the
longest. CPU time is what a neighbour on a busy machine does not disturb. Drawing the viewport is Blender's and not
counted; evaluating the character is given beside it.
"""

import argparse
import gc
import importlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
SECRET = "for the benchmark alone"
PATIENCE = 60.0
"""Seconds until anything that does not come is given up."""


@dataclass
class Ticks:
    """What was measured: milliseconds, and how many states have arrived in the scene."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    evaluation: list[float] = field(default_factory=list)
    applied: int = 0
    seconds: float = 0.0


@contextmanager
def streaming(rate: float, seconds: float) -> Iterator[str]:
    """Run the streaming backend, and give its address."""
    command = [sys.executable, str(ROOT / "benchmarks" / "streaming.py"), f"--rate={rate}", f"--seconds={seconds}"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "CLIPMATRIX_SECRET": SECRET}
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().removeprefix("ready ").strip()
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def blender() -> Iterator[tuple[Any, str]]:
    """Blender with the extension; the module, and the name of the extension's package."""
    sys.path.insert(0, str(ROOT / "blender_addon"))
    headless: ModuleType = importlib.import_module("headless")
    with headless.user_folder():
        import bpy

        bpy.ops.wm.read_factory_settings(use_empty=True)
        headless.enable()
        yield bpy, headless.MODULE
        headless.disable()


def character(bpy: Any, rings: int) -> int:
    """Select a ball with about ``rings`` squared vertices on a bone, with a shape key; returns how many there are."""
    bpy.ops.object.armature_add()
    rig = bpy.context.object
    bpy.ops.mesh.primitive_uv_sphere_add(segments=rings, ring_count=rings)
    ball = bpy.context.object
    group = ball.vertex_groups.new(name=rig.data.bones[0].name)
    group.add(range(len(ball.data.vertices)), 1.0, "REPLACE")
    ball.parent = rig
    ball.modifiers.new("Armature", "ARMATURE").object = rig
    ball.shape_key_add(name="Basis")
    ball.shape_key_add(name="wide").data[0].co.x += 0.1
    return len(ball.data.vertices)


def measure(bpy: Any, package: str, address: str, texture: int, normals: float) -> Ticks:
    """Run one job from Generate to its end, pumping as Blender does."""
    session = importlib.import_module(package + ".job.session").current()
    pump = importlib.import_module(package + ".job.pump").pump
    phase = importlib.import_module(package + ".job.phases").Phase
    settings = bpy.context.scene.clipmatrix
    settings.texture_size, settings.update_every, settings.vary_normals = str(texture), 0.1, normals
    session.connect(address, SECRET)
    until = time.monotonic() + PATIENCE
    while session.state is not phase.IDLE:
        if time.monotonic() > until:
            raise TimeoutError(f"no connection: {session.error}")
        time.sleep(pump())
    bpy.ops.clipmatrix.generate()
    gc.collect()  # or what importing has left is collected within a tick: 15 ms that are not its own
    ticks, began = Ticks(), time.monotonic()
    while session.state not in (phase.FINISHED, phase.FAILED) or session.is_writing:
        written = session.job.writing
        wall, cpu = time.perf_counter(), time.thread_time()
        pause = pump()
        ticks.wall.append((time.perf_counter() - wall) * 1000)
        ticks.cpu.append((time.thread_time() - cpu) * 1000)
        if written is not None and session.job.writing is not written:  # it is through; the next may have begun
            ticks.applied += 1
            start = time.perf_counter()
            bpy.context.view_layer.update()
            ticks.evaluation.append((time.perf_counter() - start) * 1000)
        time.sleep(pause)
    if session.error:
        raise RuntimeError(str(session.error))
    ticks.seconds = time.monotonic() - began
    return ticks


def summary(values: list[float]) -> dict[str, float]:
    """Percentiles in milliseconds."""
    p50, p99 = np.percentile(values, [50, 99])
    return {"p50": round(float(p50), 2), "p99": round(float(p99), 2), "max": round(max(values), 2)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=8.0, help="updates a second")
    parser.add_argument("--seconds", type=float, default=8.0, help="length of the job")
    parser.add_argument("--rings", type=int, default=101, help="the ball has about this many squared vertices")
    parser.add_argument("--texture", type=int, default=1024, help="side of the texture, pixels")
    parser.add_argument("--normals", action="store_true", help="stream a normal map beside the texture")
    options = parser.parse_args()
    with blender() as (bpy, package), streaming(options.rate, options.seconds) as address:
        vertices = character(bpy, options.rings)
        ticks = measure(bpy, package, address, options.texture, float(options.normals))
    result = {
        "vertices": vertices,
        "texture": options.texture,
        "normal_map": options.normals,
        "ticks": len(ticks.wall),
        "updates_per_second": round(ticks.applied / ticks.seconds, 2),
        "tick_ms": summary(ticks.wall),
        "tick_cpu_ms": summary(ticks.cpu),
        "evaluation_ms": summary(ticks.evaluation),
    }
    print(json.dumps(result, indent=2))
    sys.stdout.flush()
    os._exit(0)  # Blender's own exit handlers may crash or hang without a window


if __name__ == "__main__":
    main()
