"""Renders bodies into geometry buffers: what is where in a picture, before any colour is chosen."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from clipmatrix.bodies import Figure, deform_matrices, load_figure, reshaped
from clipmatrix.bodies.motions import walk, wave
from clipmatrix.bodies.poses import a_pose, stand, t_pose
from clipmatrix.render.barycentrics import barycentrics
from clipmatrix.render.camera import Cameras, orbit, perspective
from clipmatrix.render.interpolate import interpolate_corners
from clipmatrix.render.normals import vertex_normals
from clipmatrix.render.pixels import covered_pixels, gather
from clipmatrix.render.visibility import visibility
from torch import Tensor

from .bodies import draw_body, draw_pose, shape_values
from .meanings import UNSAID, FloatArray, Framing

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


@dataclass(frozen=True)
class _Viewpoint:
    """A camera and where it stands: azimuth and elevation in degrees."""

    camera: Cameras
    rotation: Tensor
    azimuth: float
    elevation: float


def _viewpoint(neutral: Tensor, framing: Framing, rng: np.random.Generator) -> _Viewpoint:
    """A random camera, framed on the box of the neutral body so that a tall one looks tall."""
    low, high = neutral.amin(dim=0).numpy(), neutral.amax(dim=0).numpy()
    start, end = _STRETCH[framing]
    height = high[2] - low[2]
    bottom, top = low[2] + start * height, low[2] + end * height
    target = np.array([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, (bottom + top) / 2])
    azimuth = float(rng.uniform(-180, 180))
    elevation = float(-10 + 70 * rng.beta(1, 3)) if rng.random() < 0.85 else float(rng.uniform(-10, 60))
    fov = float(np.radians(rng.uniform(30, 60)))
    width = float(np.hypot(high[0] - low[0], high[1] - low[1])) if framing == Framing.WHOLE else 0.0
    extent = max(top - bottom, min(width, 1.25 * height) * abs(np.cos(np.radians(azimuth))))
    distance = extent / rng.uniform(0.65, 1.0) / 2 / np.tan(fov / 2) + 0.15
    around, above, away = torch.tensor([[np.radians(azimuth)], [np.radians(elevation)], [distance]]).float()
    placement = orbit(around, above, away, torch.from_numpy(target).float())
    right, up = placement[0, :3, 0], placement[0, :3, 1]
    shift = rng.uniform(-0.06, 0.06, 2) * extent
    placement[0, :3, 3] += float(shift[0]) * right + float(shift[1]) * up
    return _Viewpoint(perspective(placement, fov), placement[0, :3, :3], azimuth, elevation)


def _view(azimuth: float, elevation: float) -> int:
    """Index into `VIEWS`, -1 between two of them."""
    if elevation > 42:
        return 3
    turned = abs(azimuth)
    if elevation > 30:
        return UNSAID
    return 0 if turned < 35 else (1 if 60 < turned < 120 else (2 if turned > 145 else UNSAID))


def _rasterise(world: Tensor, viewpoint: _Viewpoint, body: _Body, size: int) -> Tensor:
    """Buffers (1 + 3 + 3 + 7, size, size) float: coverage, camera-space normal, position, regions."""
    side = size * _SUPERSAMPLING
    clip = viewpoint.camera.project(world[None])
    pixels = covered_pixels(visibility(clip, body.triangles, side, side), body.triangles, len(world), clip.dtype)
    normals = vertex_normals(world.T[:, None], body.triangles)[:, 0].T @ viewpoint.rotation
    carried = torch.cat([clip[0], normals, body.attributes], dim=1).T[:, None]
    corners = gather(carried, pixels.corners)
    shown = interpolate_corners(corners[4:], barycentrics(corners[:4], pixels))
    buffers = torch.zeros(1 + len(shown), side * side)
    buffers[:, pixels.where] = torch.cat([torch.ones(1, len(pixels)), shown])
    return torch.nn.functional.avg_pool2d(buffers.view(1, -1, side, side), _SUPERSAMPLING)[0]


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
        rotations, translation = draw_pose(motions, rng)
        neutral = _posed(figure, rotations, translation, body)
        # A smaller body's pelvis moves by less.
        scale = moved.joint_heads[0, 2] / figure.joint_heads[0, 2]
        world = _posed(moved, rotations, translation * scale, body)
        framing = Framing(int(rng.choice(4, p=(0.76, 0.1, 0.07, 0.07))))
        viewpoint = _viewpoint(neutral, framing, rng)
        buffers = _rasterise(world, viewpoint, body, size)
        facts = (place, _view(viewpoint.azimuth, viewpoint.elevation), int(framing))
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
