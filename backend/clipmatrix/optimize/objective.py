"""What is minimised: CLIP distance of rendered views, and what keeps the result clean."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Generator, Tensor

from ..guidance.augment import augment
from ..guidance.backgrounds import backgrounds
from ..guidance.prompts import similarity
from ..render.render import Images
from . import regularise
from .parameters import Parameters
from .pictures import pictures
from .sampling import draw_views, fixed_views
from .scene import Scene
from .state import Outcome, read

STRETCH_WEIGHT = 0.5
CREASE_WEIGHT = 0.5
OFFSET_WEIGHT = 300.0
CHROMA_WEIGHT = 0.5

SUN_SWING = 1.0
"""How far the sun swings around the vertical from step to step, at most, radians: shadows must not be painted on."""

CROPS = 4
"""Crops of each picture that a tower of up to :data:`CROPS_SIZE` pixels sees; larger towers see fewer."""

CROPS_SIZE = 112


@dataclass(frozen=True)
class Terms:
    """A step's objective.

    Attributes
    ----------
    loss
        Scalar to minimise.
    similarity
        Mean cosine between crops and prompts, weighted by the prompts' weights, in [-1, 1].
    """

    loss: Tensor
    similarity: float


def objective(parameters: Parameters, scene: Scene, wander: float, generator: Generator) -> Terms:
    """Look at the character from a few sides in a few poses, and judge what CLIP sees and how the mesh fares.

    ``wander`` is how far the whole body's colour strays from itself, a standard deviation before the sigmoid.
    """
    views = draw_views(scene.bounds, scene.brief.cameras, scene.brief.settings.views, generator)
    behind = backgrounds(len(views.poses), scene.view_size, generator)
    tint = wander * torch.randn(3, generator=generator)
    outcome = read(parameters, tint.to(parameters.base_seen) if wander else None)
    swing = SUN_SWING * float(2 * torch.rand((), generator=generator) - 1)
    images = pictures(replace(outcome, sun=_turned(outcome.sun, swing)), scene, views, behind)
    copies = crops(scene.tower.image_size)
    similar = judged(scene, images, lambda picture: augment(picture, copies, scene.view_size, generator))
    return Terms(regularisation(outcome, parameters, scene) - similar, float(similar.detach()))


def measured(outcome: Outcome, scene: Scene) -> float:
    """Mean cosine between prompts and fixed views of an outcome on grey ground, without augmentation."""
    views = fixed_views(scene.bounds, scene.brief.cameras)
    ground = torch.full((len(views.poses), scene.view_size, scene.view_size, 3), 0.5)
    return float(judged(scene, pictures(outcome, scene, views, ground), lambda picture: picture).detach())


def judged(scene: Scene, images: Images, shown: Callable[[Tensor], Tensor]) -> Tensor:
    """Compare pictures, as ``shown`` to the tower, with the prompts: scalar in [-1, 1]."""
    total = torch.zeros((), device=images.textured.device)
    for picture, weights in ((images.textured, scene.targets.textured), (images.plain, scene.targets.plain)):
        if bool(weights.any()):
            seen = scene.tower.encode_image(shown(picture.permute(0, 3, 1, 2)))
            total = total + similarity(seen, scene.targets.vectors, weights)
    return total


def regularisation(outcome: Outcome, parameters: Parameters, scene: Scene) -> Tensor:
    """Price what makes a body unclean; terms of what does not move are left out."""
    vary = scene.brief.vary
    total = torch.zeros((), device=outcome.offsets.device)
    if vary.offsets:
        total = total + _offset_terms(outcome, parameters.size, scene)
    if vary.light:
        total = total + CHROMA_WEIGHT * regularise.chroma(outcome.lights)
    return total


def crops(tower_size: int) -> int:
    """Choose how many crops of a picture a tower sees: as many as cost about the same on any tower."""
    return max(1, min(CROPS, round(CROPS * (CROPS_SIZE / tower_size) ** 2)))


def _offset_terms(outcome: Outcome, size: float, scene: Scene) -> Tensor:
    vertices = outcome.vertices(scene)
    reference = (vertices - outcome.offsets + scene.start_offset).detach()
    change = outcome.offsets - scene.start_offset
    moved = reference + change
    return (
        STRETCH_WEIGHT * regularise.edge_stretch(moved, reference, scene.edges)
        + CREASE_WEIGHT * regularise.crease(moved, reference, scene.surface.triangles, scene.edges)
        + OFFSET_WEIGHT * regularise.magnitude(change, size)
    )


def _turned(direction: Tensor, angle: float) -> Tensor:
    """Turn a vector (3,) about the vertical."""
    cosine, sine = torch.cos(torch.tensor(angle)), torch.sin(torch.tensor(angle))
    x, y, z = direction.unbind()
    return torch.stack([cosine * x - sine * y, sine * x + cosine * y, z])
