"""A small character out of real Blender, the embedded figure in memory, and an evaluation that costs little."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import clipmatrix_protocol as protocol
import numpy as np
import pytest
import torch
from clipmatrix.bodies.figure_character import figure_character
from clipmatrix.evaluate.evaluation import Effort
from clipmatrix.evaluate.judge import judge_tower
from clipmatrix.evaluate.skeleton import Skeleton
from clipmatrix.evaluate.skeleton import figure_skeleton as own_skeleton
from clipmatrix.evaluate.subject import Subject, subject
from clipmatrix.guidance import Tower


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@dataclass(frozen=True)
class Egg:
    """What export_sphere.py left."""

    glb: Path
    blend: Path
    truth: dict[str, np.ndarray]


@pytest.fixture(scope="session")
def egg(tmp_path_factory: pytest.TempPathFactory) -> Egg:
    folder = tmp_path_factory.mktemp("egg")
    script = Path(__file__).with_name("export_sphere.py")
    subprocess.run([sys.executable, str(script), str(folder)], check=True, capture_output=True, timeout=300)
    with np.load(folder / "truth.npz") as arrays:
        return Egg(folder / "egg.glb", folder / "egg.blend", dict(arrays))


@pytest.fixture(scope="session")
def judge() -> Tower:
    return judge_tower(torch.device("cpu"))


@pytest.fixture(scope="session")
def little() -> Effort:
    """Four views, one unseen pose, small pictures."""
    return Effort(azimuths=(0.0, 90.0, 180.0, 270.0), elevations=(15.0,), unseen=1, action_poses=1, side=64)


@pytest.fixture(scope="session")
def figure() -> protocol.Character:
    return figure_character()


@pytest.fixture(scope="session")
def figure_skeleton() -> Skeleton:
    return own_skeleton()


def grown(character: protocol.Character, colour: tuple[int, int, int] | None = None, **shapes: float) -> protocol.State:
    """A state: one colour all over, or none; some shapes."""
    names = [shape.name for shape in character.shapes]
    coefficients = np.zeros(len(names), np.float32)
    for name, value in shapes.items():
        coefficients[names.index(name)] = value
    return protocol.State(
        coefficients=coefficients,
        offsets=tuple(np.zeros_like(part.vertices) for part in character.parts),
        textures=() if colour is None else (np.full((8, 8, 3), colour, np.uint8),),
        look=protocol.Look(),
    )


@pytest.fixture(scope="session")
def painted(figure: protocol.Character, figure_skeleton: Skeleton) -> Callable[..., Subject]:
    """The embedded figure in one colour; None leaves it as it came."""

    def paint(colour: tuple[int, int, int] | None, **shapes: float) -> Subject:
        return subject(figure, grown(figure, colour, **shapes), figure_skeleton)

    return paint
