"""Poses and cameras drawn afresh for every step, and the fixed ones a result is measured with."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import clipmatrix_protocol as protocol
import torch
from torch import Generator, Tensor

from ..character import Character, skin
from ..render.camera import look_at, orbit

CLOSER = 0.28
"""Share of the views that frame a part of the body; 25 to 30 % in AvatarCLIP and its followers."""

FRAMINGS = ((0.0, 1.0), (0.72, 1.0), (0.45, 1.0), (0.0, 0.55))
"""Which stretch of the character's height a view frames: all of it, then the closer ones (head, upper, lower body)."""

FILL = (0.65, 0.95)
"""How much of the picture the framed stretch fills."""

JITTER = 0.06
"""How far the framed stretch strays from the middle, as a share of half the picture."""

LOW_ELEVATIONS = 3.0
"""Elevations follow Beta(1, this) over their range: most cameras stand near the height of the character."""

MEASURED_VIEWS = 8
"""Fixed views that a result is measured with, at least; four for each camera where there are more than two."""

POSE_CHUNK = 16
"""Poses skinned at once where all of them are needed."""


@dataclass(frozen=True)
class Stage:
    """The cameras of a brief, C of them, and what each of them frames.

    Attributes
    ----------
    cameras
        As in the brief.
    frames
        (C, P, 2, 3) metres, on the CPU: the box to frame in every pose.
    """

    cameras: tuple[protocol.Camera, ...]
    frames: Tensor


@dataclass(frozen=True)
class Views:
    """N views: a camera, where it stands, and the pose it sees.

    Attributes
    ----------
    sources
        (N,) int64 into the brief's cameras.
    poses
        (N,) int64 into the character's poses.
    azimuths, elevations, fields_of_view
        (N,) degrees; azimuth 0 sees a face that looks to -Y.
    placements
        (N, 4, 4) camera to world.
    heights
        (N,) metres from the bottom to the top of an orthographic picture; 0 where a view is perspective.
    far
        Metres from the cameras within which all lies that they look at, also when it has grown to twice its size.
    """

    sources: Tensor
    poses: Tensor
    azimuths: Tensor
    elevations: Tensor
    fields_of_view: Tensor
    placements: Tensor
    heights: Tensor
    far: float


def stage(character: Character, vertices: Tensor, brief: protocol.Brief, regions: Mapping[str, Tensor]) -> Stage:
    """Find what the brief's cameras frame of a shape (P, 3); ``regions`` are weights (P,) by name.

    Frames are those of the start all through a job: a character that grows must be seen to grow.
    """
    frames = []
    for camera in brief.cameras:
        chosen = regions[camera.region] > 0 if isinstance(camera, protocol.CameraRegion) else None
        frames.append(posed_bounds(character, vertices, chosen))
    return Stage(brief.cameras, torch.stack(frames))


def posed_bounds(character: Character, vertices: Tensor, chosen: Tensor | None = None) -> Tensor:
    """Bounding boxes of a shape (P, 3), or of its chosen points (P,) bool, in every pose: (Q, 2, 3), on the CPU."""
    if chosen is None:
        chosen = torch.ones(len(vertices), dtype=torch.bool, device=vertices.device)
    boxes = []
    for poses in character.poses.split(POSE_CHUNK):
        posed = skin(vertices[chosen], poses, character.joints[chosen], character.weights[chosen])
        boxes.append(torch.stack([posed.amin(dim=1), posed.amax(dim=1)], dim=1))
    return torch.cat(boxes).cpu()


def draw_views(stage: Stage, count: int, generator: Generator) -> Views:
    """Draw the views of a step.

    Parameters
    ----------
    stage
        The cameras; each is drawn as often as its share says, and azimuths are spread evenly over their ranges, so that
        a step sees all sides.
    count
        How many.
    generator
        On the CPU.
    """

    def uniform(*shape: int) -> Tensor:
        return torch.rand(*shape, generator=generator)

    sources = _drawn(stage.cameras, uniform(1), count)
    poses = torch.randint(stage.frames.shape[1], (count,), generator=generator)
    around = (torch.randperm(count, generator=generator) + uniform(count)) / count
    closer = (uniform(count) < CLOSER) & _of_kind(stage, sources, protocol.CameraOrbit)
    framing = torch.where(closer, torch.randint(1, len(FRAMINGS), (count,), generator=generator), 0)
    return _views(
        stage,
        sources,
        poses,
        around=around,
        above=1 - uniform(count) ** (1 / LOW_ELEVATIONS),
        opening=uniform(count),
        stretch=torch.tensor(FRAMINGS)[framing],
        fill=_between(torch.tensor(FILL), uniform(count)),
        shift=2 * uniform(count, 3) - 1,
    )


def fixed_views(stage: Stage, every: int = 1) -> Views:
    """Lay out the views that a result is measured with: each camera evenly around, the first poses in turn.

    With ``every`` above 1 there are only so many times fewer, for a hasty look.
    """
    cameras, poses = stage.frames.shape[:2]
    count = max(MEASURED_VIEWS, 4 * cameras) // every
    steps = torch.arange(count)
    turns = -(-count // cameras)
    middle = torch.full((count,), 0.5)
    return _views(
        stage,
        steps % cameras,
        steps // 2 % min(poses, 4) * (poses // min(poses, 4)),
        around=(steps // cameras + 0.5) / turns,
        above=torch.full((count,), 0.2),
        opening=middle,
        stretch=torch.tensor(FRAMINGS[0]).expand(count, 2),
        fill=_between(torch.tensor(FILL), middle),
        shift=torch.zeros(count, 3),
    )


def _drawn(cameras: tuple[protocol.Camera, ...], offset: Tensor, count: int) -> Tensor:
    """Draw a camera for each view by their shares (N,): evenly, so that none is drawn much too often or too seldom."""
    shares = torch.tensor([camera.share for camera in cameras])
    ends = (shares / shares.sum()).cumsum(0)
    return torch.searchsorted(ends, (torch.arange(count) + offset) / count, right=True).clamp_max(len(cameras) - 1)


def _of_kind(stage: Stage, sources: Tensor, kind: type) -> Tensor:
    """Say for each view whether its camera is of a kind: (N,) bool."""
    return torch.tensor([isinstance(camera, kind) for camera in stage.cameras])[sources]


def _views(
    stage: Stage,
    sources: Tensor,
    poses: Tensor,
    *,
    around: Tensor,
    above: Tensor,
    opening: Tensor,
    stretch: Tensor,
    fill: Tensor,
    shift: Tensor,
) -> Views:
    """Place the cameras of N views.

    Parameters
    ----------
    around, above, opening
        (N,) where in their ranges azimuth, elevation and field of view lie, in [0, 1].
    stretch, fill
        (N, 2) from where to where of the character's height is framed, (N,) how much of the picture that fills.
    shift
        (N, 3) how far the framed stretch strays, in [-1, 1] of the most that it may.
    """
    limits = torch.stack([_limits(camera) for camera in stage.cameras])[sources]
    azimuths, elevations = _between(limits[:, 0], around), _between(limits[:, 1], above)
    fields_of_view = _between(limits[:, 2], opening)
    boxes = stage.frames[sources, poses]
    targets, distances = _framed(boxes, fields_of_view, stretch, fill, JITTER * shift)
    flat = torch.tensor([_is_orthographic(camera) for camera in stage.cameras])[sources]
    heights = torch.where(flat, 2 * distances * torch.tan(torch.deg2rad(fields_of_view) / 2), 0.0)
    placements = orbit(torch.deg2rad(azimuths), torch.deg2rad(elevations), distances, targets)
    for index in _of_kind(stage, sources, protocol.CameraFixed).nonzero()[:, 0].tolist():
        camera = stage.cameras[int(sources[index])]
        assert isinstance(camera, protocol.CameraFixed)
        placements[index] = _strayed(camera, boxes[index].mean(dim=0), shift[index])
        azimuths[index], elevations[index] = _seen_from(placements[index, :3, 3] - boxes[index].mean(dim=0))
    far = _reach(placements, boxes)
    return Views(sources, poses, azimuths, elevations, fields_of_view, placements, heights, far)


def _is_orthographic(camera: protocol.Camera) -> bool:
    return isinstance(camera, protocol.CameraOrbit) and camera.projection == "orthographic"


def _reach(placements: Tensor, boxes: Tensor) -> float:
    """How far cameras (N, 4, 4) have to see for boxes (N, 2, 3) that may double: metres, whatever the body's size."""
    away = (placements[:, :3, 3] - boxes.mean(dim=1)).norm(dim=1)
    return float((away + (boxes[:, 1] - boxes[:, 0]).norm(dim=1)).amax()) * 2


def _limits(camera: protocol.Camera) -> Tensor:
    """Ranges of azimuth, elevation and field of view: (3, 2) degrees."""
    if isinstance(camera, protocol.CameraFixed):
        return torch.tensor([[0.0, 0.0], [0.0, 0.0], [camera.field_of_view, camera.field_of_view]])
    return torch.tensor([camera.azimuth, camera.elevation, camera.field_of_view])


def _framed(
    boxes: Tensor, fields_of_view: Tensor, stretch: Tensor, fill: Tensor, shift: Tensor
) -> tuple[Tensor, Tensor]:
    """Aim cameras so that a stretch (N, 2) of their boxes' height fills the share ``fill`` (N,) of the picture.

    Returns targets (N, 3) and distances (N,), metres.
    """
    low, high = boxes.unbind(dim=1)
    size = high - low
    whole = (stretch[:, 1] - stretch[:, 0]) > 0.99
    tall = size[:, 2] * (stretch[:, 1] - stretch[:, 0])
    half = torch.where(whole, torch.maximum(tall, size[:, :2].amax(dim=1)), tall).clamp_min(1e-6) / 2
    middle = (low + high) / 2
    middle[:, 2] = low[:, 2] + size[:, 2] * stretch.mean(dim=1)
    opening = torch.tan(torch.deg2rad(fields_of_view) / 2)
    distances = half / (fill * opening) + size[:, :2].amin(dim=1) / 2  # the near side of the body shall fit, too
    return middle + shift * (half / fill)[:, None], distances


def _strayed(camera: protocol.CameraFixed, middle: Tensor, shift: Tensor) -> Tensor:
    """Move a fixed camera a little, still aimed at the same point: (4, 4)."""
    placement = torch.tensor(camera.placement)
    eye, up, ahead = placement[:3, 3], placement[:3, 1], -placement[:3, 2]
    distance = ((middle - eye) @ ahead).clamp_min(1e-3)
    strayed = look_at((eye + camera.jitter * distance * shift)[None], (eye + distance * ahead)[None], up[None])[0]
    return strayed if camera.jitter else placement


def _seen_from(direction: Tensor) -> tuple[float, float]:
    """Azimuth and elevation, degrees, of a direction (3,) from the character to the camera."""
    x, y, z = direction.tolist()
    return math.degrees(math.atan2(x, -y)), math.degrees(math.atan2(z, math.hypot(x, y)))


def _between(limits: Tensor, share: Tensor) -> Tensor:
    """Interpolate ranges (..., 2)."""
    return limits[..., 0] + (limits[..., 1] - limits[..., 0]) * share
