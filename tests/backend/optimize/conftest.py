"""A small character made by hand: an upright capsule with a ball on top, two joints, three shapes, three poses."""

import clipmatrix_protocol as protocol
import numpy as np
import open_clip
import pytest
import torch
from clipmatrix.guidance.towers import Tower
from clipmatrix.optimize import optimise_with_towers


@pytest.fixture(autouse=True, scope="session")
def _one_thread():
    """Small jobs are faster on one thread, and much faster where something else keeps the machine busy."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def globe(rows: int, columns: int, centre: tuple[float, float, float], radii: tuple[float, float, float]):
    """A closed lat-long ellipsoid without duplicate vertices: vertices, triangles and UVs per corner."""
    polar = np.pi * np.arange(1, rows) / rows
    turn = 2 * np.pi * np.arange(columns) / columns
    ring = np.stack(
        [
            np.outer(np.sin(polar), np.cos(turn)),
            np.outer(np.sin(polar), np.sin(turn)),
            np.outer(np.cos(polar), np.ones(columns)),
        ],
        axis=-1,
    ).reshape(-1, 3)
    vertices = np.concatenate([ring, [[0, 0, 1], [0, 0, -1]]]) * radii + centre
    triangles, uvs = [], []
    for column in range(columns):
        after, left, right = (column + 1) % columns, column / columns, (column + 1) / columns
        triangles.append([column, after, len(ring)])
        uvs.append([[left, 1 - 1 / rows], [right, 1 - 1 / rows], [left, 1.0]])
        for row in range(rows - 2):
            a, b = row * columns + column, row * columns + after
            c, d = b + columns, a + columns
            high, low = 1 - (row + 1) / rows, 1 - (row + 2) / rows
            triangles += [[a, d, c], [a, c, b]]
            uvs += [[[left, high], [left, low], [right, low]], [[left, high], [right, low], [right, high]]]
        last = (rows - 2) * columns
        triangles.append([last + after, last + column, len(ring) + 1])
        uvs.append([[right, 1 / rows], [left, 1 / rows], [left, 0.0]])
    return (
        vertices.astype(np.float32),
        np.array(triangles, np.int32),
        np.clip(np.array(uvs, np.float32), 1e-4, 1 - 1e-4),
    )


def bend(angle: float, height: float) -> np.ndarray:
    """Turn about the x axis through (0, 0, height)."""
    matrix = np.eye(4)
    matrix[1:3, 1:3] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    pivot = np.array([0.0, 0.0, height])
    matrix[:3, 3] = pivot - matrix[:3, :3] @ pivot
    return matrix.astype(np.float32)


@pytest.fixture(scope="session")
def character() -> protocol.Character:
    parts = []
    for name, centre, radii, texture, shapes in (
        ("body", (0, 0, 0.7), (0.25, 0.2, 0.7), 0, [0, 1, 2]),
        ("ball", (0, 0, 1.6), (0.2, 0.2, 0.2), 1, [0]),
    ):
        vertices, triangles, uvs = globe(14, 20, centre, radii)
        share = np.clip((vertices[:, 2] - 0.5) / 0.4, 0, 1)
        deltas = {
            0: (vertices - centre) * [1, 1, 0],
            1: vertices * [0, 0, 0.3],
            2: vertices * [0.1, 0, 0],
        }
        parts.append(
            protocol.Part(
                name=name,
                vertices=vertices,
                triangles=triangles,
                corner_uvs=uvs,
                texture=texture,
                skin_joints=np.tile(np.array([0, 1], np.int32), (len(vertices), 1)),
                skin_weights=np.stack([1 - share, share], axis=1).astype(np.float32),
                shapes=np.array(shapes, np.int32),
                shape_deltas=np.stack([deltas[shape] for shape in shapes]).astype(np.float32),
            )
        )
    return protocol.Character(
        name="skittle",
        parts=tuple(parts),
        shapes=(
            protocol.Shape("wide", low=-0.5, high=1.0, value=0.0),
            protocol.Shape("tall", low=0.0, high=1.0, value=0.25),
            protocol.Shape("pinned", low=0.5, high=0.5, value=0.5),
        ),
        joints=("root", "tip"),
        poses=np.stack([np.stack([np.eye(4, dtype=np.float32), bend(angle, 0.7)]) for angle in (0.0, 0.5, -0.4)]),
        textures=2,
    )


@pytest.fixture(scope="session")
def tower() -> Tower:
    """A real, small CLIP that never learnt anything."""
    torch.manual_seed(0)
    model = open_clip.model.CLIP(
        embed_dim=32,
        vision_cfg={"image_size": 32, "patch_size": 8, "width": 32, "layers": 2, "head_width": 16},
        text_cfg={"context_length": 16, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 1},
    )
    half = torch.full((3, 1, 1), 0.5)
    return Tower(
        name="untrained",
        model=model.eval().requires_grad_(False),
        image_size=32,
        mean=half,
        std=half,
        tokenize=open_clip.SimpleTokenizer(context_length=16),
        unknown_words=lambda text: (),
    )


def _run(
    character,
    tower,
    *,
    steps=4,
    cancelled=lambda: False,
    vary=None,
    prompts=None,
    cameras=None,
    locked=(),
    exemplars=(),
    **settings,
):
    """Run a small job: its end, and what it says on its way."""
    said: list[object] = []
    brief = protocol.Brief(
        prompts=prompts or (protocol.Prompt("a red skittle"),),
        vary=vary or protocol.Vary(),
        cameras=cameras or (protocol.CameraOrbit(),),
        locked=locked,
        settings=protocol.Settings(
            **{"steps": steps, "views": 2, "resolution": 64, "texture_size": 64, "update_every": 0.0, **settings}
        ),
    )
    job = protocol.Submit("job", character, brief, exemplars)
    return optimise_with_towers(job, (tower,), torch.device("cpu"), said.append, cancelled), said


@pytest.fixture(scope="session")
def run():
    """Run a small job on a character under a tower: its Done, and everything it said before."""
    return _run
