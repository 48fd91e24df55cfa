"""What a step starts on a device, counted beside the bare image encoder of CLIP ViT-B/32: eager torch lives by that.

    uv run python benchmarks/launches.py [--shading textured|both] [--renderer NAME] [--json FILE]

A graphics card computes a step in less time than Python takes to start its operations one by one, so that their number
decides. They are counted on the CPU, where the same ones run: torch's operations that compute something (not views, and
not what is drawn for the next step, which stays on the CPU), and Warp's kernels. Prints JSON: ``step_over_clip`` is the
ratio to open_clip's encoder, forward and backward, ``forward`` says which files start what, and ``drawn_ms`` how long
one thread takes to draw the chances of a step.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from types import CodeType
from typing import Any

import clipmatrix
import torch
from clipmatrix.bench.clock import milliseconds
from clipmatrix.bench.reference import Reference, own_clip, prepared, tower
from clipmatrix.bench.step import there_and_back
from clipmatrix.optimize.loop import descend, deterministic
from clipmatrix.optimize.random_draws import draw
from clipmatrix.optimize.telemetry import Telemetry
from clipmatrix.render.renderers import RENDERERS, find_renderer
from clipmatrix.render.seam import Renderer
from torch.utils._python_dispatch import TorchDispatchMode

CPU = torch.device("cpu")

FREE = {
    *("alias", "as_strided", "detach", "diagonal", "expand", "lift_fresh", "permute", "_reshape_alias", "select"),
    *("slice", "split", "split_with_sizes", "squeeze", "t", "transpose", "unbind", "unfold", "unsqueeze"),
    *("_record_function_enter_new", "_record_function_exit"),
    *("_unsafe_view", "view", "empty", "empty_like", "empty_strided", "new_empty", "new_empty_strided"),
}
"""Operations that start nothing: they look at memory otherwise, ask for some, or tell a profiler where they are."""

ELSEWHERE = {"draw", "cameras", "sides", "_counted", "_apart", "step_done", "keep"}
"""Functions that work on the CPU whatever the device, or not in each step, as updates and copies of good states."""

PACKAGE = str(Path(clipmatrix.__file__).parent)

BACKWARD, WARP = "backward", "Warp's kernels"


class Launches(TorchDispatchMode):
    """Counts operations by the file that starts them; those of gradients together."""

    def __init__(self) -> None:
        super().__init__()
        self.found: Counter[str] = Counter()

    def __torch_dispatch__(self, function: Any, _types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Count one, and run it."""
        name = str(function).split(".")[1]
        if name not in FREE and (where := _origin()) is not None:
            self.found[where] += 1
        return function(*args, **(kwargs or {}))

    def taken(self) -> Counter[str]:
        """What was counted since last asked."""
        counted, self.found = self.found, Counter()
        return counted


def _origin() -> str | None:
    """Which file is at work, or that gradients are; None if what it does is not counted."""
    stack = list(_stack())
    own = [code for code in stack if code.co_filename.startswith(PACKAGE)]
    if not ELSEWHERE.isdisjoint(code.co_name for code in own):
        return None
    if any(code.co_filename.endswith("torch/autograd/graph.py") for code in stack):
        return BACKWARD
    return own[0].co_filename[len(PACKAGE) + 1 :]


def _stack() -> Iterator[CodeType]:
    """What is being run, innermost first."""
    frame = sys._getframe()
    while frame is not None:
        yield frame.f_code
        frame = frame.f_back


@contextmanager
def counted() -> Iterator[Launches]:
    """Count torch's operations and Warp's kernels."""
    with Launches() as launches:
        if "warp" not in sys.modules:
            yield launches
            return
        import warp

        launch = warp.launch

        def noted(*args: Any, **kwargs: Any) -> Any:
            launches.found[WARP] += 1
            return launch(*args, **kwargs)

        warp.launch = noted
        try:
            yield launches
        finally:
            warp.launch = launch


def of_a_step(reference: Reference, renderer: Renderer, steps: int = 5) -> Counter[str]:
    """Count what a usual step starts; the first ones find out what holds for a whole job."""
    each: list[Counter[str]] = []
    torch.set_num_threads(1)  # which would share Warp's kernels on a CPU, and each part would count
    with deterministic():
        ready = prepared(reference, tower(CPU), renderer, steps)
        telemetry = Telemetry("launches", ready.scene.brief.settings, lambda message: None)
        with counted() as launches:

            def turn() -> bool:
                each.append(launches.taken())
                return False

            descend(ready.parameters, ready.start, ready.scene, telemetry, turn)
    usual = {where: median(one[where] for one in each[2:]) for where in set().union(*each)}
    return Counter({where: round(count) for where, count in usual.items() if count})


def drawing(reference: Reference, repeats: int = 50) -> float:
    """Milliseconds that the chances of a step take, median."""
    torch.set_num_threads(1)
    scene, generator = prepared(reference, tower(CPU)).scene, torch.Generator().manual_seed(0)
    return round(median(milliseconds(lambda: draw(scene, generator), CPU) for _ in range(repeats)), 2)


def of_an_encoder(encode: Callable[[torch.Tensor], torch.Tensor], pictures: int, size: int) -> int:
    """Count what an encoder starts, forward and backward to the pictures."""
    seen = torch.rand(pictures, 3, size, size).requires_grad_()
    with counted() as launches:
        there_and_back(encode, seen)
    return launches.taken().total()


def main() -> None:
    """Count, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shading", choices=("textured", "both"), default="textured")
    parser.add_argument("--renderer", choices=RENDERERS, default="auto")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    reference, renderer = Reference(shading=asked.shading), find_renderer(asked.renderer, CPU)
    found, judge = of_a_step(reference, renderer), tower(CPU)
    clip = of_an_encoder(own_clip(CPU).encode_image, reference.pictures, judge.image_size)
    report = {
        "step_over_clip": round(found.total() / clip, 2),
        "step": found.total(),
        "clip": clip,
        "the loop's clip": of_an_encoder(judge.encode_image, reference.pictures, judge.image_size),
        "backward": found.pop(BACKWARD),
        "forward": dict(found.most_common()),
        "renderer": renderer.name,
        "drawn_ms": drawing(reference),
    }
    print(json.dumps(report, indent=2))
    if asked.json:
        asked.json.write_text(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
