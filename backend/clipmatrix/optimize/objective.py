"""What is minimised: CLIP distance of rendered views, and what keeps the result clean."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ..guidance.backgrounds import backgrounds
from ..render.render import Images
from ..sending import sent
from . import regularise
from .clip_loss import asks_directions, similarities, start_vectors
from .mesh.strain import strain
from .parameters import Parameters
from .pictures import pictures
from .random_draws import Drawn
from .scene import Scene
from .state import Outcome, read
from .texture.brushes import Brushed

STRETCH_WEIGHT = 0.5
CREASE_WEIGHT = 0.5
NEARNESS_WEIGHT = 300.0
CHROMA_WEIGHT = 0.5
KEEP_WEIGHT = 0.5
GRAIN_WEIGHT = 2.0
SILHOUETTE_WEIGHT = 10.0
"""What each term costs where its setting is 1."""


@dataclass(frozen=True)
class Terms:
    """A step's objective.

    Attributes
    ----------
    loss
        Scalar to minimise.
    brushed
        The part of it that comes from prompts, where some of them do not paint everything; ``loss`` is the rest then.
    keeping
        Scalar to minimise as well, what the brief's ``keep`` costs; None where nothing is kept. Apart, because it says
        nothing about what the prompts speak of (:mod:`.gradient_balance`).
    similarity
        Scalar: mean cosine between what the towers are shown and the prompts, weighted by the prompts' weights, in
        [-1, 1].
    reach
        Scalar: how far the farthest point has gone, as a share of the character's size.
    """

    loss: Tensor
    brushed: Brushed | None
    keeping: Tensor | None
    similarity: Tensor
    reach: Tensor

    def backward(self) -> None:
        """Take the gradients, but for those of ``keeping``."""
        if self.brushed is not None:
            self.brushed.backward()
        if self.loss.requires_grad:
            self.loss.backward(retain_graph=self.keeping is not None)


def objective(parameters: Parameters, start: Outcome, scene: Scene, drawn: Drawn) -> Terms:
    """Look at the character from a few sides in a few poses, and judge what CLIP sees and how the mesh fares."""
    outcome = read(parameters)
    behind = backgrounds(drawn.behind, outcome.offsets.device)

    def shown(seen: Outcome) -> Images:
        return pictures(replace(seen, suns=_turned(seen.suns, drawn.swing)), scene, drawn.views, behind)

    # Brushes sort the textures' gradient by texels before it goes on to the parameters, so pictures are cut off there.
    seen = replace(outcome, textures=outcome.textures.detach().requires_grad_()) if scene.brushes else outcome
    images, before = shown(seen), _start_pictures(shown, start, scene)
    origins = start_vectors(scene.guides, before, drawn.crops)
    brushes = torch.stack([brush.prompts for brush in scene.brushes]) if scene.brushes else None
    found = similarities(scene.guides, drawn.views, images, origins, drawn.crops, brushes)
    loss = regularisation(outcome, start, parameters, scene) + _silhouette(images, before, scene)
    brushed = None
    if parameters.paint.reach is None:
        loss = loss - found
    else:
        brushed = Brushed(outcome.textures, seen.textures, (-found).unbind(), parameters.paint.reach)
    return Terms(
        loss=loss,
        brushed=brushed,
        keeping=keeping(outcome, start, parameters, scene),
        similarity=found.detach().sum(),
        reach=(outcome.offsets.detach() - scene.start_offset).norm(dim=1).max() / parameters.geometry.size,
    )


def regularisation(outcome: Outcome, start: Outcome, parameters: Parameters, scene: Scene) -> Tensor:
    """Price what makes a body unclean; terms of what does not move are left out."""
    vary, settings = scene.brief.vary, scene.brief.settings
    total = torch.zeros((), device=outcome.offsets.device)
    if vary.offsets:
        total = total + _offset_terms(outcome, parameters.geometry.size, scene)
    if vary.light:
        total = total + CHROMA_WEIGHT * regularise.chroma(outcome.lights)
    if vary.texture and settings.grain:  # of changes alone: an artist's own pattern is no grain
        change = regularise.repainted(outcome.textures, start.textures)
        total = total + GRAIN_WEIGHT * settings.grain * regularise.variation(change)
    return total


def keeping(outcome: Outcome, start: Outcome, parameters: Parameters, scene: Scene) -> Tensor | None:
    """Price the paint's distance from that of the start: L1 + k * CLIP, up to a factor, with k = 1 / keep.

    None at 0, where it is free. The same setting holds any character equally, whatever its units, number of parts and
    texture size. A price per change has a threshold: what pulls harder changes in full, what pulls less not at all.
    """
    keep = scene.brief.settings.keep
    if not keep or not scene.brief.vary.texture:
        return None
    change = regularise.repainted(outcome.textures, start.textures)
    return KEEP_WEIGHT * keep * regularise.repainting(change, parameters.paint.shares)


@torch.no_grad()
def _start_pictures(shown: Callable[[Outcome], Images], start: Outcome, scene: Scene) -> Images | None:
    """Picture the start where a prompt asks for a direction away from it, or its silhouette is to be kept."""
    needed = asks_directions(scene.guides) or _keeps_silhouette(scene)
    return shown(start) if needed else None


def _keeps_silhouette(scene: Scene) -> bool:
    """Tell whether a silhouette is priced; one that can't change costs no second look at the start."""
    vary = scene.brief.vary
    return scene.brief.settings.silhouette > 0 and (vary.shape > 0 or vary.offsets > 0)


def _silhouette(images: Images, before: Images | None, scene: Scene) -> Tensor | float:
    """Price a silhouette that grows or shrinks."""
    if not _keeps_silhouette(scene) or before is None:
        return 0.0
    return (
        SILHOUETTE_WEIGHT
        * scene.brief.settings.silhouette
        * regularise.coverage_change(images.coverage, before.coverage)
    )


def _offset_terms(outcome: Outcome, size: float, scene: Scene) -> Tensor:
    """Price offsets against the shape without them, wherever its coefficients have taken that."""
    change, settings = outcome.offsets - scene.start_offset, scene.brief.settings
    with torch.no_grad():
        reference = replace(outcome, offsets=scene.start_offset).vertices(scene)
    stretch, crease = STRETCH_WEIGHT * settings.stretch, CREASE_WEIGHT * settings.crease
    strained = strain(reference + change, reference, scene.fabric, stretch, crease)
    return strained + NEARNESS_WEIGHT * settings.nearness * regularise.magnitude(change, size)


def _turned(directions: Tensor, angle: float) -> Tensor:
    """Turn vectors (..., 3) about the vertical."""
    cosine, sine = math.cos(angle), math.sin(angle)
    turn = torch.tensor([[cosine, sine, 0.0], [-sine, cosine, 0.0], [0.0, 0.0, 1.0]])
    return directions @ sent(turn, directions.device)
