"""How often a step makes the host wait for a number that the device has yet to compute."""

import traceback
from collections import Counter

import clipmatrix_protocol as protocol
import pytest
import torch
from clipmatrix.optimize import learning_rates
from clipmatrix.optimize.objective import objective
from clipmatrix.optimize.parameters import begin
from clipmatrix.optimize.random_draws import draw
from clipmatrix.optimize.readings import take_readings
from clipmatrix.optimize.scene import prepare
from clipmatrix.optimize.state import read
from clipmatrix.render import find_renderer
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

CPU = torch.device("cpu")
NUMBERS = {"aten._local_scalar_dense.default", "aten.equal.default", "aten.is_nonzero.default"}
SIZES = {"aten.nonzero.default", "aten.repeat_interleave.Tensor", "aten.masked_select.default"}
"""Operations whose result is a number for Python, or whose result's size is one."""


class Waits(TorchDispatchMode):
    """Counts them by the file of ours they are in."""

    def __init__(self) -> None:
        super().__init__()
        self.found = Counter()

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        by_mask = str(function).startswith("aten.index") and any(
            index is not None and index.dtype == torch.bool
            for index in (args[1] if isinstance(args[1], list | tuple) else ())
        )
        if by_mask or str(function) in NUMBERS | SIZES:
            frames = [frame for frame in traceback.extract_stack() if "/clipmatrix/" in frame.filename]
            self.found[frames[-1].filename.rpartition("/")[2]] += 1
        return function(*args, **(kwargs or {}))


class Copies(TorchFunctionMode):
    """Counts what would be copied to a device by itself, which on CUDA waits; on a CPU it does not even happen."""

    def __init__(self) -> None:
        super().__init__()
        self.found = Counter()

    def __torch_function__(self, function, types, args=(), kwargs=None):
        given = kwargs or {}
        made = function in (torch.tensor, torch.as_tensor) and given.get("device") is not None
        moved = function is torch.Tensor.to and any(isinstance(one, torch.device) for one in (*args, *given.values()))
        numbered = function is torch.Tensor.__setitem__ and any(
            isinstance(index, torch.Tensor) and index.ndim == 0
            for index in (args[1] if isinstance(args[1], tuple) else (args[1],))
        )
        if made or moved or numbered or function is torch.Tensor.new_tensor:
            frames = [frame for frame in traceback.extract_stack() if "/clipmatrix/" in frame.filename]
            if frames and not frames[-1].filename.endswith("/sending.py"):
                self.found[frames[-1].filename.rpartition("/")[2]] += 1
        return function(*args, **given)


@pytest.mark.parametrize("renderer", ["torch", "warp"])
@pytest.mark.parametrize(
    "settings", [{}, {"shadows": True, "suns": 2, "view_words": True}], ids=["by default", "in sunlight"]
)
def test_nothing_is_copied_to_the_device_that_the_host_waits_for(character, tower, renderer, settings):
    settings = protocol.Settings(texture_size=64, resolution=64, views=2, **settings)
    brief = protocol.Brief((protocol.Prompt("a red skittle"),), settings=settings)
    scene = prepare(protocol.Submit("job", character, brief), (tower,), CPU, find_renderer(renderer, CPU))
    parameters = begin(scene)
    learning_rates.optimisers(parameters, brief.vary)
    start, drawn = read(parameters), draw(scene, torch.Generator().manual_seed(0))
    objective(parameters, start, scene, drawn)  # what is found out once a job
    copies = Copies()
    with copies:
        objective(parameters, start, scene, drawn).backward()
    assert set(copies.found) <= {"precondition.py"}  # a CPU solves by factors, a GPU up to a size by a product


@pytest.mark.parametrize(
    "prompt",
    [protocol.Prompt("a red skittle"), protocol.Prompt("a knight", origin="a person", shading="textured")],
    ids=["plain and textured", "directed"],
)
def test_only_what_is_seen_has_a_size_to_wait_for(character, tower, prompt):
    settings = protocol.Settings(texture_size=64, resolution=64, views=2)
    brief = protocol.Brief((prompt,), settings=settings)
    scene = prepare(protocol.Submit("job", character, brief), (tower,), CPU, find_renderer("warp", CPU))
    parameters = begin(scene)
    leaves = learning_rates.leaves(learning_rates.optimisers(parameters, brief.vary))
    start, drawn = read(parameters), draw(scene, torch.Generator().manual_seed(0))
    objective(parameters, start, scene, drawn)  # what is found out once a job
    waits = Waits()
    with waits:
        terms = objective(parameters, start, scene, drawn)
        terms.backward()
        readings = take_readings(terms, parameters, leaves)
    looks = 2 if prompt.origin else 1
    # pictures.py asks the views that were drawn, which are on the CPU anyway
    assert waits.found == {"pixels.py": looks, "silhouettes.py": looks, "pictures.py": looks}
    assert readings.pull > 0
    assert readings.colour is not None
