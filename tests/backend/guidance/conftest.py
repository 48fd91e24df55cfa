"""Small renders of the embedded figure, and a CLIP of the embedded one's architecture that never learned anything."""

import json
import math
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
from clipmatrix.bodies import deform_matrices, load_figure, reshaped
from clipmatrix.bodies.kinematics import posed_vertices
from clipmatrix.bodies.poses import stand
from clipmatrix.guidance import Tower, load_tower
from clipmatrix.guidance.towers import WEIGHTS
from clipmatrix.render.camera import orbit, perspective
from clipmatrix.render.colour import linear_from_srgb
from clipmatrix.render.lights import sky
from clipmatrix.render.material import Material
from clipmatrix.render.mesh import mesh
from clipmatrix.render.render import render
from open_clip.model import CLIP
from safetensors.torch import save_file
from torch import Tensor

CPU = torch.device("cpu")
AZIMUTHS = (0.0, 60.0, 180.0, -100.0)
SIZE = 96
WAIST = 0.98
Portraits = Callable[..., Tensor]


@pytest.fixture(scope="session")
def portraits() -> Portraits:
    """``portraits(top, bottom, **shapes)``: four views (4, 3, 96, 96) of the standing figure; colours sRGB."""
    figure = load_figure()
    corners = figure.faces.astype(np.int64)
    triangles = torch.from_numpy(np.concatenate([corners[:, :3], corners[:, (0, 2, 3)]]))
    below = torch.from_numpy(np.array(figure.vertices))[triangles][..., 2].mean(dim=1) < WAIST
    surface = mesh(triangles, torch.full((len(triangles), 3, 2), 0.5), below.long())

    def draw(top: tuple[float, ...], bottom: tuple[float, ...], shapes: Mapping[str, float] | None = None) -> Tensor:
        body = reshaped(figure, shapes or {})
        pose = stand()
        posed = posed_vertices(body, deform_matrices(body, pose.rotations, pose.translation))
        count = len(AZIMUTHS)
        vertices = torch.from_numpy(posed).float().reshape(1, -1, 3).expand(count, -1, -1).contiguous()
        azimuths = torch.tensor(AZIMUTHS) * math.pi / 180
        low = torch.full((count,), 0.1)
        cameras = perspective(
            orbit(azimuths, low, torch.full((count,), 3.0), torch.tensor([0.0, 0.0, 0.85])), math.radians(40)
        )
        lights = sky(torch.full((3,), 0.6), torch.tensor([-0.4, -0.7, 0.6]), torch.full((3,), 0.5))
        colours = linear_from_srgb(torch.tensor([top, bottom]))[:, None, None].expand(2, 4, 4, 3)
        backgrounds = torch.tensor([0.25, 0.5, 0.65, 0.8])[:, None, None, None].expand(count, SIZE, SIZE, 3)
        material = Material(torch.tensor(0.7), torch.tensor(0.0))
        images = render(vertices, surface, cameras, colours.contiguous(), material, lights, backgrounds.contiguous())
        return images.textured.permute(0, 3, 1, 2)

    return draw


@pytest.fixture(scope="session")
def embedded() -> Tower:
    return load_tower("embedded", CPU)


@pytest.fixture(scope="session")
def judge() -> Tower:
    return load_tower("judge", CPU)


@pytest.fixture(scope="session")
def untrained(tmp_path_factory: pytest.TempPathFactory) -> Tower:
    """The embedded CLIP's architecture and vocabulary with fresh random weights."""
    return load_tower(f"local-dir:{write_untrained(tmp_path_factory.mktemp('untrained'))}", CPU)


def write_untrained(folder: Path) -> Path:
    """Store a model like the embedded one, but never trained; the folder."""
    for name in ("open_clip_config.json", "vocabulary.json"):
        shutil.copy(WEIGHTS / "embedded" / name, folder / name)
    torch.manual_seed(0)
    model = CLIP(**json.loads((folder / "open_clip_config.json").read_text())["model_cfg"])
    save_file(model.state_dict(), folder / "open_clip_model.safetensors")
    return folder
