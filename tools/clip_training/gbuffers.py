"""Renders bodies into geometry buffers: what is where in a picture, before any colour is chosen."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from clipmatrix.bodies import Figure, Motion, deform_matrices, load_figure, reshaped
from clipmatrix.bodies.motions import walk, wave
from clipmatrix.bodies.poses import a_pose, random_pose, stand, t_pose
from clipmatrix.render.visibility import visibility
from torch import Tensor

from .meanings import AXES, UNSAID, FloatArray, Framing

# Which way along each axis of `AXES` a shape of the figure lies.
_SHAPES: dict[str, tuple[str, str]] = {
    "weight": ("thin", "fat"), "muscle": ("slight", "muscular"), "height": ("short", "tall"), "age": ("child", "old"),
    "gender": ("feminine", "masculine"),
}  # fmt: skip
_REGIONS: tuple[tuple[str, ...], ...] = (
    ("head", "neck", "jaw", "eye"), ("pelvis", "spine", "collar"), ("shoulder",), ("elbow",),
    ("wrist", "index", "middle", "pinky", "ring", "thumb"), ("hip", "knee"), ("ankle", "foot"),
)  # fmt: skip
REGIONS = ("head", "torso", "upper_arms", "forearms", "hands", "legs", "feet")
_STRETCH = {
    Framing.WHOLE: (0.0, 1.0),
    Framing.UPPER: (0.45, 1.0),
    Framing.LOWER: (0.0, 0.55),
    Framing.HEAD: (0.74, 1.0),
}
_SUPERSAMPLING = 2


@dataclass(frozen=True)
class GBuffers:
    """N pictures' geometry, S pixels a side, row 0 at the top; averages over the covered part of each pixel.

    Attributes
    ----------
    coverage
        (N, 1, S, S) uint8, 255 where the figure fills the pixel.
    normals
        (N, 3, S, S) int8, camera space, 127 times the unit normal; zero outside.
    positions
        (N, 3, S, S) float16, metres on the neutral figure in rest pose, so that a pattern sticks to the body.
    regions
        (N, 7, S, S) uint8, share of each of `REGIONS`, 255 for all.
    body, view, framing
        As in `Pictures`.
    """

    coverage: Tensor
    normals: Tensor
    positions: Tensor
    regions: Tensor
    body: Tensor
    view: Tensor
    framing: Tensor


def draw_body(rng: np.random.Generator) -> FloatArray:
    """A body's place along `AXES`, each in -1..1: ordinary, extreme in one way, or a mixture."""
    values = rng.uniform(-0.12, 0.12, len(AXES))
    chance = rng.random()
    if chance < 0.45:
        axis = rng.choice(len(AXES), p=(0.4, 0.16, 0.16, 0.16, 0.12))
        values[axis] = rng.choice((-1, 1)) * rng.uniform(0.45, 1.0) ** 0.6
    elif chance < 0.85:
        chosen = rng.random(len(AXES)) < 0.45
        values = np.where(chosen, np.clip(rng.normal(0, 0.6, len(AXES)), -1, 1), values)
    return values.astype(np.float32)


def shape_values(figure: Figure, body: FloatArray) -> dict[str, float]:
    """The figure's shape values for a place along `AXES`; 1 is as far as the shape stays clean."""
    values = {}
    for value, axis in zip(body, AXES, strict=True):
        name = _SHAPES[axis][int(value > 0)]
        values[name] = float(abs(value) * figure.shape_max[figure.shape_names.index(name)])
    return values


def _draw_pose(motions: tuple[tuple[float, Motion], ...], rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """One frame: rotations (1, 55, 3) and translation (1, 3)."""
    chances = np.array([chance for chance, _ in motions])
    choice = int(rng.choice(len(motions) + 1, p=[*chances, 1 - chances.sum()]))
    motion = motions[choice][1] if choice < len(motions) else random_pose(rng)
    frame = int(rng.integers(len(motion.rotations)))
    return motion.rotations[frame : frame + 1], motion.translation[frame : frame + 1]


@dataclass(frozen=True)
class _Body:
    """Constants of the figure as tensors."""

    triangles: Tensor
    joints: Tensor
    weights: Tensor
    attributes: Tensor


def _tensors(figure: Figure) -> _Body:
    faces = figure.faces.astype(np.int64)
    quads = faces[:, 3] >= 0
    triangles = np.concatenate([faces[:, :3], faces[quads][:, (0, 2, 3)]])
    region_of = np.array(
        [
            next(r for r, words in enumerate(_REGIONS) if any(word in name for word in words))
            for name in figure.joint_names
        ]
    )
    shares = np.zeros((len(figure.vertices), len(_REGIONS)), np.float32)
    np.add.at(shares, (np.arange(len(shares))[:, None], region_of[figure.skin_joints]), figure.skin_weights)
    attributes = np.concatenate([figure.vertices, shares], axis=1)
    return _Body(
        torch.from_numpy(triangles),
        torch.from_numpy(figure.skin_joints.astype(np.int64)),
        torch.from_numpy(figure.skin_weights.copy()),
        torch.from_numpy(attributes),
    )


def _posed(figure: Figure, rotations: FloatArray, translation: FloatArray, body: _Body) -> Tensor:
    """Posed vertices (V, 3), metres."""
    matrices = torch.from_numpy(deform_matrices(figure, rotations, translation)[0]).float()
    blended = (matrices[body.joints] * body.weights[..., None, None]).sum(dim=1)
    points = torch.from_numpy(np.array(figure.vertices))
    return (blended[:, :3, :3] @ points[..., None])[..., 0] + blended[:, :3, 3]


def _camera(
    neutral: Tensor, framing: Framing, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray, float, float, float]:
    """Rotation (3, 3), eye (3,), focal length, azimuth and elevation in degrees; framed on the neutral body's box."""
    low, high = neutral.amin(dim=0).numpy(), neutral.amax(dim=0).numpy()
    start, end = _STRETCH[framing]
    height = high[2] - low[2]
    bottom, top = low[2] + start * height, low[2] + end * height
    target = np.array([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, (bottom + top) / 2])
    azimuth = float(rng.uniform(-180, 180))
    elevation = float(-10 + 70 * rng.beta(1, 3)) if rng.random() < 0.85 else float(rng.uniform(-10, 60))
    fov = np.radians(rng.uniform(30, 60))
    width = float(np.hypot(high[0] - low[0], high[1] - low[1])) if framing == Framing.WHOLE else 0.0
    extent = max(top - bottom, min(width, 1.25 * height) * abs(np.cos(np.radians(azimuth))))
    distance = extent / rng.uniform(0.65, 1.0) / 2 / np.tan(fov / 2) + 0.15
    a, e = np.radians(azimuth), np.radians(elevation)
    back = np.array([np.sin(a) * np.cos(e), -np.cos(a) * np.cos(e), np.sin(e)])
    right = np.array([np.cos(a), np.sin(a), 0.0])
    rotation = np.stack([right, np.cross(back, right), back])
    shift = rng.uniform(-0.06, 0.06, 2) * extent
    eye = target + back * distance + shift @ rotation[:2]
    return rotation.astype(np.float32), eye.astype(np.float32), float(1 / np.tan(fov / 2)), azimuth, elevation


def _view(azimuth: float, elevation: float) -> int:
    """Index into `VIEWS`, -1 between two of them."""
    if elevation > 42:
        return 3
    turned = abs(azimuth)
    if elevation > 30:
        return UNSAID
    return 0 if turned < 35 else (1 if 60 < turned < 120 else (2 if turned > 145 else UNSAID))


def _rasterise(world: Tensor, rotation: Tensor, eye: Tensor, focal: float, body: _Body, size: int) -> Tensor:
    """Buffers (1 + 3 + 3 + 7, size, size) float: coverage, camera-space normal, position, regions."""
    camera = (world - eye) @ rotation.T
    depth = -camera[:, 2]
    near, far = 0.05, 50.0
    clip = torch.stack(
        [camera[:, 0] * focal, camera[:, 1] * focal, (depth * (far + near) - 2 * far * near) / (far - near), depth],
        dim=1,
    )
    side = size * _SUPERSAMPLING
    ids = visibility(clip[None], body.triangles, side, side)[0]
    rows, columns = torch.nonzero(ids >= 0, as_tuple=True)
    corners = body.triangles[ids[rows, columns]]
    pixels = torch.stack([(columns + 0.5) / side * 2 - 1, 1 - (rows + 0.5) / side * 2, torch.ones(len(rows))], dim=1)
    homogeneous = clip[:, (0, 1, 3)][corners].double()
    shares = torch.stack(
        [
            (torch.linalg.cross(homogeneous[:, (i + 1) % 3], homogeneous[:, (i + 2) % 3]) * pixels).sum(dim=1)
            for i in range(3)
        ],
        dim=1,
    )
    shares = (shares / shares.sum(dim=1, keepdim=True)).float()
    edges = camera[body.triangles]
    face_normals = torch.linalg.cross(edges[:, 1] - edges[:, 0], edges[:, 2] - edges[:, 0])
    normals = torch.zeros_like(camera).index_add_(0, body.triangles.flatten(), face_normals.repeat_interleave(3, dim=0))
    values = torch.cat([torch.nn.functional.normalize(normals, dim=1), body.attributes], dim=1)
    shown = (values[corners] * shares[..., None]).sum(dim=1)
    buffers = torch.zeros(1 + values.shape[1], side, side)
    buffers[:, rows, columns] = torch.cat([torch.ones(1, len(rows)), shown.T])
    return torch.nn.functional.avg_pool2d(buffers[None], _SUPERSAMPLING)[0]


def render_gbuffers(count: int, size: int, seed: int) -> GBuffers:
    """Render ``count`` bodies in random poses from random cameras, ``size`` pixels a side."""
    rng = np.random.default_rng(seed)
    figure = load_figure()
    body = _tensors(figure)
    motions = ((0.28, walk()), (0.08, wave()), (0.14, stand()), (0.1, a_pose()), (0.08, t_pose()))
    stored: list[tuple[Tensor, ...]] = []
    for _ in range(count):
        place = draw_body(rng)
        moved = reshaped(figure, shape_values(figure, place))
        rotations, translation = _draw_pose(motions, rng)
        neutral = _posed(figure, rotations, translation, body)
        # A smaller body's pelvis moves by less.
        scale = moved.joint_heads[0, 2] / figure.joint_heads[0, 2]
        world = _posed(moved, rotations, translation * scale, body)
        framing = Framing(int(rng.choice(4, p=(0.76, 0.1, 0.07, 0.07))))
        rotation, eye, focal, azimuth, elevation = _camera(neutral, framing, rng)
        buffers = _rasterise(world, torch.from_numpy(rotation), torch.from_numpy(eye), focal, body, size)
        facts = (place, _view(azimuth, elevation), int(framing))
        stored.append(_quantise(buffers) + tuple(torch.as_tensor(fact) for fact in facts))
    return GBuffers(*(torch.stack(column) for column in zip(*stored, strict=True)))


def _quantise(buffers: Tensor) -> tuple[Tensor, ...]:
    coverage = buffers[:1]
    inside = buffers[1:] / coverage.clamp(min=1e-6)
    return (
        (coverage * 255).round().to(torch.uint8),
        (torch.nn.functional.normalize(inside[:3], dim=0) * 127).round().to(torch.int8),
        inside[3:6].half(),
        (inside[6:].clamp(0, 1) * 255).round().to(torch.uint8),
    )


def load_gbuffers(folder: Path, name: str, count: int, size: int, seed: int, chunk: int = 250) -> GBuffers:
    """The buffers stored in ``folder``, rendering those chunks that are missing."""
    folder.mkdir(parents=True, exist_ok=True)
    chunks = []
    for start in range(0, count, chunk):
        path = folder / f"{name}-{size}px-seed{seed}-{start:05d}.pt"
        if not path.exists():
            made = render_gbuffers(min(chunk, count - start), size, seed * 100_003 + start)
            partial = path.with_suffix(".part")
            torch.save(vars(made), partial)
            partial.replace(path)
        chunks.append(torch.load(path, weights_only=True))
    return GBuffers(**{key: torch.cat([part[key] for part in chunks]) for key in chunks[0]})
