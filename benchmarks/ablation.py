"""What each piece of the method is worth.

    uv run python benchmarks/ablation.py [--prompts N] [--seeds N] [--first-seed N] [--steps N] [--json FILE]

Each variant takes one piece away or, as ``notebook``, takes the settings that the paper's author published with his
notebook. All variants grow the embedded figure, walking, into the same prompts from the same seeds; the judge, a CLIP
that never steers, ranks fifty prompts for views of the result at rest and in poses that no job has seen. Prints a table
with means over all results and the standard deviation between seeds.

The notebook (open_ClipMatrix 0.8) also differs in what is no setting here: its template is static, its texture comes
from a network, its optimiser is Ranger21. Taken from it: orthographic cameras within 49 degrees of the front and 15 of
the horizontal, Sobolev smoothing of 4.2, rates of 4e-3 for vertices and 0.4 for the texture, whole views without view
words, one pose.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import clipmatrix_protocol as protocol
import torch
from clipmatrix.bench.machine import machine
from clipmatrix.bodies.figure_character import figure_character
from clipmatrix.bodies.motions import walk
from clipmatrix.evaluate.evaluation import Effort, evaluate
from clipmatrix.evaluate.judge import judge_tower
from clipmatrix.evaluate.question import Question, some_prompts
from clipmatrix.evaluate.subject import subject
from clipmatrix.guidance import Tower, load_towers
from clipmatrix.optimize import optimise_with_towers
from clipmatrix.optimize.learning_rates import IMAGE_RATE, OFFSET_RATE
from msgspec.structs import replace

Asked = tuple[protocol.Character, protocol.Brief]
"""What a job is given."""

EFFORT = Effort(azimuths=(0.0, 60.0, 120.0, 180.0, 240.0, 300.0), elevations=(10.0,), unseen=4)
"""A quarter of the published protocol's views, half of its poses: the same for all variants."""


def with_settings(**settings: object) -> Callable[[Asked], Asked]:
    """Change settings of a brief."""

    def change(asked: Asked) -> Asked:
        character, brief = asked
        return character, replace(brief, settings=replace(brief.settings, **settings))

    return change


def textured_alone(asked: Asked) -> Asked:
    """Have no prompt look at the plain-shaded picture."""
    character, brief = asked
    return character, replace(brief, prompts=tuple(replace(one, shading="textured") for one in brief.prompts))


def at_rest(asked: Asked) -> Asked:
    """Look at the rest pose alone."""
    character, brief = asked
    return replace(character, poses=character.poses[:1]), brief


def as_in_the_notebook(asked: Asked) -> Asked:
    """Take the notebook's published values; see the module."""
    character, brief = with_settings(smoothness=4.2, crops=False, view_words=False)(at_rest(asked))
    camera = protocol.CameraOrbit(azimuth=(-49.0, 49.0), elevation=(-15.0, 15.0), projection="orthographic")
    vary = replace(brief.vary, offsets=4e-3 / OFFSET_RATE, texture=0.4 / IMAGE_RATE)
    return character, replace(brief, cameras=(camera,), vary=vary)


VARIANTS: dict[str, Callable[[Asked], Asked]] = {
    "the defaults": lambda asked: asked,
    "no preconditioning": with_settings(smoothness=0.0),
    "no plain-shaded term": textured_alone,
    "no crops": with_settings(crops=False),
    "rest pose only": at_rest,
    "no view words": with_settings(view_words=False),
    "single tower": lambda asked: asked,
    "twice the views": with_settings(views=8),
    "mirrored paint": with_settings(mirror_texture=True),
    "notebook": as_in_the_notebook,
}
"""By the name of their row. Twice the views take no piece away: a second tower is to be measured against them; nor does
mirrored paint, which makes half as many colours of twice as many gradients."""


@dataclass(frozen=True)
class Result:
    """One job, judged; similarities and ranks are of the textured pictures."""

    variant: str
    prompt: str
    seed: int
    steps: int
    seconds: float
    similarity_rest: float
    similarity_unseen: float
    rank_rest: int
    rank_unseen: int
    face_on_back: float | None
    faults: int
    self_intersections: float


def main() -> None:
    """Run, print as it goes, summarise."""
    asked = arguments()
    prompts, variants = some_prompts(asked.prompts), chosen(asked)
    towers, judge = load_towers(asked.clip, torch.device("cpu")), judge_tower(torch.device("cpu"))
    found: list[Result] = []
    for result in results(asked, prompts, variants, towers, judge):
        found.append(result)
        print(
            f"{result.variant:22s} seed {result.seed}  rank {result.rank_rest:2d} at rest, "
            f"{result.rank_unseen:2d} unseen  {result.prompt}",
            flush=True,
        )
        if asked.json:  # after each: a run that is cut short has not been in vain
            asked.json.write_text(json.dumps(report(asked, found), indent=2))
    print(table(report(asked, found)["rows"]))


def report(asked: argparse.Namespace, found: Sequence[Result]) -> dict[str, Any]:
    """Sum up what has been found so far."""
    names = list(dict.fromkeys(one.variant for one in found))
    return {
        "rows": [row(name, [one for one in found if one.variant == name]) for name in names],
        "prompts": len({one.prompt for one in found}), "seeds": len({one.seed for one in found}),
        "steps": asked.steps, "clip": asked.clip,
        "machine": machine(),
        "results": [asdict(one) for one in found],
    }  # fmt: skip


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prompts", type=int, default=20, help="how many of the package's prompts")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=0, help="to go on where another run ended")
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--texture-size", type=int, default=256)
    parser.add_argument("--clip", default="embedded", help="what steers; several with commas between them")
    parser.add_argument("--variants", nargs="+", choices=VARIANTS, help="only these rows")
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


def chosen(asked: argparse.Namespace) -> list[str]:
    """Name the rows; one tower is no variant where there is but one."""
    names = list(asked.variants or VARIANTS)
    return names if "," in asked.clip else [name for name in names if name != "single tower"]


def results(
    asked: argparse.Namespace, prompts: Sequence[str], variants: Sequence[str], towers: Sequence[Tower], judge: Tower
) -> Iterator[Result]:
    """Run all jobs, variants side by side, so that a run that is cut short compares all of them."""
    character = figure_character(walk())
    for seed in range(asked.first_seed, asked.first_seed + asked.seeds):
        for prompt in prompts:
            settings = protocol.Settings(
                clip=asked.clip, steps=asked.steps, texture_size=asked.texture_size, seed=seed, update_every=60.0
            )
            usual = protocol.Brief(prompts=(protocol.Prompt(prompt),), settings=settings)
            for name in variants:
                given = VARIANTS[name]((character, usual))
                yield judged(name, given, towers[:1] if name == "single tower" else towers, judge)


def judged(name: str, given: Asked, towers: Sequence[Tower], judge: Tower) -> Result:
    """Run one job and judge it."""
    character, brief = given
    began = time.monotonic()
    job = protocol.Submit("ablation", character, brief)
    done = optimise_with_towers(job, towers, torch.device("cpu"), lambda message: None, lambda: False)
    seconds = time.monotonic() - began
    prompt = brief.prompts[0].text
    found = evaluate(subject(character, done.state), Question(prompt), [judge], EFFORT)
    (verdict,) = found.verdicts
    assert verdict.textured_unseen is not None
    return Result(
        variant=name,
        prompt=prompt,
        seed=brief.settings.seed,
        steps=done.summary.steps,
        seconds=seconds,
        similarity_rest=verdict.textured_rest.similarity,
        similarity_unseen=verdict.textured_unseen.similarity,
        rank_rest=verdict.textured_rest.rank,
        rank_unseen=verdict.textured_unseen.rank,
        face_on_back=verdict.back_as_front,
        faults=found.soundness.inverted + found.soundness.degenerate,
        self_intersections=found.soundness.intersecting_share,
    )


def row(name: str, found: Sequence[Result]) -> dict[str, object]:
    """Sum a variant up."""
    seeds = sorted({one.seed for one in found})
    shares = [statistics.mean(one.rank_unseen == 1 for one in found if one.seed == seed) for seed in seeds]
    backs = [one.face_on_back for one in found if one.face_on_back is not None]
    return {
        "variant": name,
        "retrieved_rest": statistics.mean(one.rank_rest == 1 for one in found),
        "retrieved_unseen": statistics.mean(shares),
        "spread": statistics.stdev(shares) if len(shares) > 1 else None,
        "similarity_rest": statistics.mean(one.similarity_rest for one in found),
        "similarity_unseen": statistics.mean(one.similarity_unseen for one in found),
        "face_on_back": statistics.mean(backs) if backs else None,
        "faults": statistics.mean(one.faults for one in found),
        "self_intersections": statistics.mean(one.self_intersections for one in found),
        "seconds": statistics.median(one.seconds for one in found),
    }


def table(rows: Sequence[dict[str, object]]) -> str:
    """Lay rows out in Markdown."""
    names = [name for name in rows[0] if name != "variant"]
    lines = [f"| variant | {' | '.join(name.replace('_', ' ') for name in names)} |", "|---" * (len(names) + 1) + "|"]
    for one in rows:
        cells = ["" if (value := one[name]) is None else f"{value:.3f}" for name in names]
        lines.append(f"| {one['variant']} | {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
