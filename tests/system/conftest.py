"""A backend and a Blender to run against it, for all tests of the whole path."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from clipmatrix.demo import Backend, DemoRequest, own_extension, start_backend, start_blender
from clipmatrix.guidance.towers import WEIGHTS
from clipmatrix.server import Computing
from clipmatrix_protocol import Settings
from open_clip.model import CLIP
from safetensors.torch import save_file

ROOT = Path(__file__).resolve().parents[2]


def request(prompt: str, out: Path, settings: Settings) -> DemoRequest:
    """A demo without pictures on a free port."""
    return DemoRequest(
        prompt=prompt,
        out=out,
        settings=settings,
        port=0,
        computing=Computing("cpu"),
        extension=own_extension(),
        pictures="none",
    )


@pytest.fixture(scope="session")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    """A real backend process on a free loopback port."""
    with start_backend(request("unused", tmp_path_factory.mktemp("backend"), Settings())) as running:
        yield running


@pytest.fixture
def generate(backend: Backend, tmp_path: Path) -> Callable[[str, Settings], Path]:
    """Run the extension's ``generate`` command in a real Blender; returns the folder it wrote."""

    def run(prompt: str, settings: Settings) -> Path:
        out = tmp_path / f"{prompt.replace(' ', '-')}-{settings.seed}-{len(list(tmp_path.iterdir()))}"
        out.mkdir()
        with start_blender(request(prompt, out, settings), backend) as blender:
            events = list(blender.events())
            assert blender.returncode == 0, (events[-3:], (out / "blender.log").read_text()[-3000:])
        return out

    return run


@pytest.fixture
def read_blend() -> Callable[[Path], dict[str, np.ndarray]]:
    """Read a result's ``character.blend`` in a Blender of its own; see benchmarks/read_blend.py for the arrays."""

    def read(folder: Path) -> dict[str, np.ndarray]:
        target = folder / "arrays.npz"
        script = ROOT / "benchmarks" / "read_blend.py"
        subprocess.run(
            [sys.executable, str(script), str(folder / "character.blend"), str(target)],
            check=True,
            capture_output=True,
            timeout=300,
        )
        with np.load(target) as arrays:
            return dict(arrays)

    return read


@pytest.fixture(scope="session")
def untrained(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A CLIP of the embedded one's architecture and vocabulary that never learnt anything, as ``Settings.clip``."""
    folder = tmp_path_factory.mktemp("untrained")
    for name in ("open_clip_config.json", "vocabulary.json"):
        shutil.copy(WEIGHTS / "embedded" / name, folder / name)
    torch.manual_seed(0)
    model = CLIP(**json.loads((folder / "open_clip_config.json").read_text())["model_cfg"])
    save_file(model.state_dict(), folder / "open_clip_model.safetensors")
    return f"local-dir:{folder}"
