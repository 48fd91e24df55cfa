"""Poses and cameras drawn afresh for every step, and the fixed ones a result is measured with."""

from dataclasses import dataclass

import clipmatrix_protocol as protocol
import torch
from torch import Generator, Tensor

from ..character import Character, skin

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

POSE_CHUNK = 16
"""Poses skinned at once where all of them are needed."""


@dataclass(frozen=True)
class Views:
    """Cameras of N views and the pose each of them sees.

    Attributes
    ----------
    poses
        (N,) int64 into the character's poses.
    azimuths, elevations, fields_of_view
        (N,) degrees; azimuth 0 sees a face that looks to -Y.
    targets
        (N, 3) metres, the point in the middle of the picture.
    distances
        (N,) metres from the target.
    """

    poses: Tensor
    azimuths: Tensor
    elevations: Tensor
    fields_of_view: Tensor
    targets: Tensor
    distances: Tensor


def posed_bounds(character: Character, vertices: Tensor) -> Tensor:
    """Bounding boxes of a shape (V, 3) in every pose: (P, 2, 3) metres, on the CPU.

    Cameras are framed on the start's boxes all through a job: a character that grows must be seen to grow.
    """
    boxes = []
    for poses in character.poses.split(POSE_CHUNK):
        posed = skin(vertices, poses, character.joints, character.weights)
        boxes.append(torch.stack([posed.amin(dim=1), posed.amax(dim=1)], dim=1))
    return torch.cat(boxes).cpu()


def draw_views(bounds: Tensor, orbit: protocol.CameraOrbit, count: int, generator: Generator) -> Views:
    """Draw the views of a step.

    Parameters
    ----------
    bounds
        (P, 2, 3) of :func:`posed_bounds`.
    orbit
        Ranges to draw from; azimuths are spread evenly over theirs, so that a step sees all sides.
    count
        How many.
    generator
        On the CPU.
    """

    def uniform(*shape: int) -> Tensor:
        return torch.rand(*shape, generator=generator)

    poses = torch.randint(len(bounds), (count,), generator=generator)
    places = (torch.randperm(count, generator=generator) + uniform(count)) / count
    closer = uniform(count) < CLOSER
    framing = torch.where(closer, torch.randint(1, len(FRAMINGS), (count,), generator=generator), 0)
    stretch = torch.tensor(FRAMINGS)[framing]
    low_elevations = 1 - uniform(count) ** (1 / LOW_ELEVATIONS)
    return _framed(
        bounds,
        poses,
        azimuths=_between(orbit.azimuth, places),
        elevations=_between(orbit.elevation, low_elevations),
        fields_of_view=_between(orbit.field_of_view, uniform(count)),
        stretch=stretch,
        fill=_between(FILL, uniform(count)),
        shift=JITTER * (2 * uniform(count, 3) - 1),
    )


def fixed_views(bounds: Tensor, orbit: protocol.CameraOrbit, count: int = 8) -> Views:
    """Lay out the views that a result is measured with: evenly around, whole body, the first poses in turn."""
    steps = torch.arange(count)
    middle = torch.full((count,), 0.5)
    return _framed(
        bounds,
        steps // 2 % min(len(bounds), 4) * (len(bounds) // min(len(bounds), 4)),
        azimuths=_between(orbit.azimuth, (steps + 0.5) / count),
        elevations=_between(orbit.elevation, torch.full((count,), 0.2)),
        fields_of_view=_between(orbit.field_of_view, middle),
        stretch=torch.tensor(FRAMINGS[0]).expand(count, 2),
        fill=_between(FILL, middle),
        shift=torch.zeros(count, 3),
    )


def _framed(
    bounds: Tensor,
    poses: Tensor,
    *,
    azimuths: Tensor,
    elevations: Tensor,
    fields_of_view: Tensor,
    stretch: Tensor,
    fill: Tensor,
    shift: Tensor,
) -> Views:
    """Place cameras so that a stretch (N, 2) of the character's height fills the share ``fill`` (N,) of the picture."""
    low, high = bounds[poses].unbind(dim=1)
    size = high - low
    whole = (stretch[:, 1] - stretch[:, 0]) > 0.99
    tall = size[:, 2] * (stretch[:, 1] - stretch[:, 0])
    half = torch.where(whole, torch.maximum(tall, size[:, :2].amax(dim=1)), tall).clamp_min(1e-6) / 2
    middle = (low + high) / 2
    middle[:, 2] = low[:, 2] + size[:, 2] * stretch.mean(dim=1)
    opening = torch.tan(torch.deg2rad(fields_of_view) / 2)
    distances = half / (fill * opening) + size[:, :2].amin(dim=1) / 2  # the near side of the body shall fit, too
    return Views(poses, azimuths, elevations, fields_of_view, middle + shift * (half / fill)[:, None], distances)


def _between(limits: tuple[float, float], share: Tensor) -> Tensor:
    return limits[0] + (limits[1] - limits[0]) * share
