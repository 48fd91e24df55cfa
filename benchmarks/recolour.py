"""Does a painted character take on another colour when asked?

    uv run python benchmarks/recolour.py [--seeds N] [--steps N] [--json FILE]

The embedded figure comes in paint of one colour and is asked to have another one, with default settings but for the
steps. The judge, a CLIP that never steers, ranks eleven colours for views of the result; ``retrieved`` is the share of
results for which the right one comes first.
"""

import argparse
import json
import statistics
from pathlib import Path

import clipmatrix_protocol as protocol
import numpy as np
import torch
from clipmatrix.bench.machine import machine
from clipmatrix.bodies.figure_character import figure_character
from clipmatrix.bodies.motions import walk
from clipmatrix.evaluate.evaluation import Effort, evaluate
from clipmatrix.evaluate.judge import judge_tower
from clipmatrix.evaluate.question import Question
from clipmatrix.evaluate.subject import subject
from clipmatrix.guidance import Tower, load_towers
from clipmatrix.optimize import optimise_with_towers
from msgspec.structs import replace

PAINTS = {
    "red": (200, 40, 40),
    "green": (40, 170, 50),
    "blue": (40, 60, 200),
    "yellow": (220, 200, 40),
    "tan": (205, 150, 125),
}
"""sRGB."""

CHANGES = (
    ("red", "blue"),
    ("blue", "red"),
    ("green", "purple"),
    ("yellow", "blue"),
    ("red", "green"),
    ("tan", "green"),
    ("blue", "yellow"),
    ("green", "red"),
)
"""From which paint to which colour."""

COLOURS = ("red", "green", "blue", "yellow", "purple", "orange", "pink", "brown", "cyan", "white", "black")
"""What the judge chooses from."""

EFFORT = Effort(azimuths=(0.0, 60.0, 120.0, 180.0, 240.0, 300.0), elevations=(10.0,), unseen=0)
"""A quarter of the published protocol's views, at rest: a colour shows in all of them."""


def rank(paint: str, colour: str, settings: protocol.Settings, towers: tuple[Tower, ...], judge: Tower) -> int:
    """Run one job; tell where the right colour comes among all, from 1."""
    texture = np.full((64, 64, 3), PAINTS[paint], np.uint8)
    character = replace(figure_character(walk()), start_textures=(texture,))
    prompt = f"a {colour} figure"
    job = protocol.Submit("recolour", character, protocol.Brief((protocol.Prompt(prompt),), settings=settings))
    done = optimise_with_towers(job, towers, torch.device("cpu"), lambda message: None, lambda: False)
    question = Question(prompt, among=tuple(f"a {one} figure" for one in COLOURS))
    (verdict,) = evaluate(subject(character, done.state), question, [judge], EFFORT).verdicts
    return verdict.textured_rest.rank


def main() -> None:
    """Run, print as it goes, summarise."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    towers, judge = load_towers("embedded", torch.device("cpu")), judge_tower(torch.device("cpu"))
    ranks: dict[str, int] = {}
    for seed in range(asked.seeds):
        settings = protocol.Settings(steps=asked.steps, texture_size=256, seed=seed, update_every=60.0)
        for paint, colour in CHANGES:
            name = f"{seed} {paint} to {colour}"
            ranks[name] = rank(paint, colour, settings, towers, judge)
            print(f"rank {ranks[name]:2d}  {name}", flush=True)
    retrieved = statistics.mean(one == 1 for one in ranks.values())
    report = {"retrieved": retrieved, "ranks": ranks, "steps": asked.steps, "machine": machine()}
    print(json.dumps(report, indent=2))
    if asked.json:
        asked.json.write_text(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
