"""Do results mean what was asked?

    uv run python benchmarks/meaning.py [--prompts N] [--seeds N] [--first-seed N] [--steps N] [--json FILE]

For each prompt and seed a real backend and a real Blender grow the embedded figure; Blender renders the contact sheet.
The judge, a CLIP trained apart from the guiding one, then ranks all prompts for the sheet's after-views: `retrieved` is
the share of results for which the right prompt comes first. Every seed counts alone; the spread is over seeds.
"""

import argparse
import json
import statistics
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from clipmatrix.bench.machine import machine
from clipmatrix.demo import Backend, DemoRequest, own_extension, start_backend, start_blender
from clipmatrix.evaluate.judge import Retrieval, judge_tower, recall, retrieval
from clipmatrix.server import Computing
from clipmatrix_protocol import Settings
from PIL import Image

PROMPTS = (
    "a red figure",
    "a very fat figure",
    "a person with a red shirt and blue trousers",
    "a figure with yellow and black stripes",
    "a green figure",
    "a blue figure",
    "a very thin figure",
    "a white figure with red spots",
    "a yellow figure",
    "a purple figure",
    "a person with a green shirt and black trousers",
    "an orange figure",
    "a black figure",
    "a figure with blue and white stripes",
    "a white figure",
    "a pink figure",
    "a person with a white shirt and brown trousers",
    "a cyan figure",
    "a figure with red and white checks",
    "a brown figure",
)
"""Twenty, mixed so that any first N of them are mixed too."""

LINE = 4
"""Rows between the two rows of tiles of a contact sheet."""


@dataclass(frozen=True)
class Result:
    """One job, judged."""

    prompt: str
    seed: int
    seconds: float
    similarity_before: float
    similarity_after: float
    judged: Retrieval


def after_views(sheet: Path) -> torch.Tensor:
    """Cut the lower row of a contact sheet into its tiles: (N, 3, h, h) in [0, 1]."""
    pixels = np.asarray(Image.open(sheet).convert("RGB"), dtype=np.float32) / 255
    side = (len(pixels) - LINE) // 2
    row = torch.tensor(pixels[-side:])
    return torch.stack(row.split(side, dim=1)).permute(0, 3, 1, 2)


def results(prompts: tuple[str, ...], seeds: range, steps: int, keep: Path) -> Iterator[Result]:
    """Run all jobs against one backend."""
    judge = judge_tower(torch.device("cpu"))
    keep.mkdir(parents=True, exist_ok=True)
    with start_backend(request("unused", keep, Settings())) as backend:
        for seed in seeds:
            for prompt in prompts:
                out = keep / f"{seed}-{prompt.replace(' ', '-')}"
                out.mkdir(parents=True, exist_ok=True)
                summary = grow(request(prompt, out, Settings(steps=steps, seed=seed)), backend)
                judged = retrieval(after_views(out / "contact.png"), prompts, judge)
                yield Result(
                    prompt,
                    seed,
                    summary["seconds"],
                    summary["similarity_before"],
                    summary["similarity_after"],
                    judged,
                )


def request(prompt: str, out: Path, settings: Settings) -> DemoRequest:
    """Ask for a demo with a contact sheet."""
    return DemoRequest(
        prompt, out, settings, port=0, computing=Computing(), extension=own_extension(), pictures="contact"
    )


def grow(asked: DemoRequest, backend: Backend) -> dict[str, float]:
    """Run one job in Blender; returns its summary."""
    with start_blender(asked, backend) as blender:
        events = list(blender.events())
        if blender.returncode != 0:
            raise SystemExit(f"{asked.prompt}: {events[-1:]}")
    summary: dict[str, float] = json.loads((asked.out / "result.json").read_text())["summary"]
    return summary


def main() -> None:
    """Run, print as it goes, summarise."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prompts", type=int, default=len(PROMPTS))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=0, help="to go on where another run ended")
    parser.add_argument("--steps", type=int, default=Settings().steps)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--keep", type=Path, help="folder for all that is made; a temporary one otherwise")
    asked = parser.parse_args()
    prompts, seeds = PROMPTS[: asked.prompts], range(asked.first_seed, asked.first_seed + asked.seeds)
    with tempfile.TemporaryDirectory() as temporary:
        found = []
        for result in results(prompts, seeds, asked.steps, asked.keep or Path(temporary)):
            found.append(result)
            rank = result.judged.rank(result.prompt)
            print(f"{result.seed}  rank {rank:2d}  {result.prompt}  (best: {result.judged.best})", flush=True)
    shares = [recall([(one.judged, one.prompt) for one in found if one.seed == seed]) for seed in seeds]
    report = {
        "retrieved": statistics.mean(shares),
        "per_seed": shares,
        "prompts": len(prompts),
        "steps": asked.steps,
        "seconds_per_job": statistics.median(result.seconds for result in found),
        "ranks": {f"{result.seed} {result.prompt}": result.judged.rank(result.prompt) for result in found},
        "machine": machine(),
    }
    print(json.dumps(report, indent=2))
    if asked.json:
        asked.json.write_text(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
