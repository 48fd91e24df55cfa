"""A whole optimisation step beside the bare image encoder of CLIP ViT-B/32, in turns in one run.

    uv run python benchmarks/step.py [--device D] [--threads N] [--steps N] [--shading textured|both]
        [--precision float32|bfloat16] [--renderer NAME] [--json FILE]

The paper's setting: 4 views of 224 x 224, a texture of 1024 x 1024, a body of 13,718 vertices. Prints JSON:
``step_over_clip`` is what to compare between machines; all times are milliseconds.
"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from clipmatrix.environment import prepare_torch

prepare_torch()  # as a backend has it

import torch
from clipmatrix.bench.machine import machine
from clipmatrix.bench.parts import measure_parts
from clipmatrix.bench.reference import Reference, tower
from clipmatrix.bench.report import PRECISIONS
from clipmatrix.bench.step import measure_step
from clipmatrix.render.renderers import RENDERERS, find_renderer
from clipmatrix.server.allocator import keep_freed_memory
from clipmatrix.server.device import spare_threads


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", type=torch.device, default=torch.device("cpu"))
    parser.add_argument("--threads", type=int, default=spare_threads())
    parser.add_argument("--steps", type=int, default=9)
    parser.add_argument("--shading", choices=("textured", "both"), default="textured")
    parser.add_argument("--precision", choices=PRECISIONS, default="float32")
    parser.add_argument("--renderer", choices=RENDERERS, default="auto")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    keep_freed_memory()
    torch.set_num_threads(asked.threads)
    reference = Reference(shading=asked.shading)
    renderer, judge = find_renderer(asked.renderer, asked.device), tower(asked.device, PRECISIONS[asked.precision])
    report = measure_step(reference, judge, asked.steps, renderer)
    parts = measure_parts(reference, judge, 5, renderer)
    found = {
        **asdict(report),
        "render_ms": parts["rendering"].median,
        "parts_ms": {name: round(part.median, 2) for name, part in parts.items()},
        "setting": asdict(reference),
        "precision": asked.precision,
        "renderer": renderer.name,
        "machine": machine(asked.device),
    }
    print(json.dumps(found, indent=2))
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
