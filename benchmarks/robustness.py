"""Does any run explode, or leave a mesh invalid?

    uv run python benchmarks/robustness.py [--prompts N] [--seeds N] [--steps N] [--characters NAME ...] [--json FILE]

With default settings a real backend and a real Blender grow each of three characters (the embedded figure; a creature
on a rig of its own; a bust with expressions) into each prompt from each seed. Counts the runs that failed, that ran
away and came back, and whose result has triangles that are newly inverted or degenerate in any pose.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from clipmatrix.bench.machine import machine
from clipmatrix.demo import Backend, DemoRequest, own_extension, start_backend
from clipmatrix.evaluate.question import some_prompts
from clipmatrix.server import Computing
from clipmatrix_protocol import Settings

ROOT = Path(__file__).resolve().parents[1]
CHARACTERS = ("figure", "creature", "speaker")


def main() -> None:
    """Run all, print a line for each result and a summary."""
    asked = arguments()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        wanted = [word for name in asked.characters for word in ("--only", name)]
        module = [sys.executable, "-m", "tests.blender_addon.characters", str(folder), "--tile", "16", *wanted]
        subprocess.run(module, check=True, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with start_backend(request(folder)) as backend:
            found = [one for name in asked.characters for one in grown(name, asked, folder, backend)]
    report = {
        "runs": len(found),
        "failed": sum("validity" not in one for one in found),
        "ran_away": sum("ran away" in " ".join(one.get("remarks", ())) for one in found),
        "invalid": sum(has_faults(one["validity"]) for one in found if "validity" in one),
        "characters": asked.characters, "prompts": asked.prompts, "seeds": asked.seeds, "steps": asked.steps,
        "machine": machine(),
        "results": found,
    }  # fmt: skip
    print(json.dumps({name: value for name, value in report.items() if name != "results"}, indent=2))
    if asked.json:
        asked.json.write_text(json.dumps(report, indent=2))


def has_faults(validity: dict[str, Any]) -> bool:
    """Tell whether any triangle is newly inverted or degenerate."""
    return bool(validity["inverted"] or validity["degenerate"])


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prompts", type=int, default=20, help="how many of the package's prompts")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=Settings().steps)
    parser.add_argument("--characters", nargs="+", choices=CHARACTERS, default=list(CHARACTERS))
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


def request(folder: Path) -> DemoRequest:
    """What a backend is started for."""
    return DemoRequest(
        "unused", folder, Settings(), port=0, computing=Computing(), extension=own_extension(), pictures="none"
    )


def grown(name: str, asked: argparse.Namespace, folder: Path, backend: Backend) -> list[dict[str, Any]]:
    """Grow one character in one Blender, prompt by prompt; a run that failed has no ``validity``."""
    runs = [
        {"name": f"{seed}-{index}", "prompts": [prompt], "seed": seed}
        for seed in range(asked.seeds)
        for index, prompt in enumerate(some_prompts(asked.prompts))
    ]
    batch = folder / f"{name}.json"
    batch.write_text(json.dumps(runs))
    out = folder / f"{name}-out"
    command = [
        sys.executable, str(own_extension() / "headless.py"), "generate",
        "--blend", str(folder / f"{name}.blend"), "--batch", str(batch), "--out", str(out),
        "--steps", str(asked.steps), "--texture-size", "256", "--pictures", "none", "--address", backend.address,
    ]  # fmt: skip
    subprocess.run(command, check=False, env={**os.environ, "CLIPMATRIX_SECRET": backend.secret})
    return [read(name, run, out) for run in runs]


def read(name: str, run: dict[str, Any], out: Path) -> dict[str, Any]:
    """Read what a run left behind, and say it in a line."""
    told = {"character": name, "prompt": run["prompts"][0], "seed": run["seed"]}
    path = out / run["name"] / "result.json"
    if path.is_file():
        result = json.loads(path.read_text())
        told |= {"validity": result["summary"]["validity"], "remarks": result["summary"]["remarks"]}
    print(json.dumps(told), flush=True)
    return told


if __name__ == "__main__":
    main()
