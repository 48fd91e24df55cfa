"""Prompts as CLIP sees them: unit vectors, how much each counts, and which views it looks at."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import clipmatrix_protocol as protocol
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ..sending import sent
from .towers import Tower

PLAIN_SHARE = 0.3
"""How much a plain picture counts beside the textured one where a prompt is judged on both.

Most words are about colour and mean nothing on a grey body; those about the body show there undisguised.
"""

SIDES = ("front view", "side view", "back view", "overhead view")
"""What a text is told of the side a view looks from (DreamFusion, Poole et al. 2022, section 3.1)."""

FRONT, OVERHEAD = 60.0, 60.0
"""Degrees: views up to this azimuth to either side show the front or the back; from this elevation on, the top."""


PictureKind = Literal["textured", "plain"]
"""A view shows the character as it is painted, or its bare geometry in grey."""


@dataclass(frozen=True)
class Targets:
    """The prompts as the pictures' goals; M prompts, W sides or one for all, C cameras.

    Attributes
    ----------
    vectors
        (M, W, D) unit vectors: places, or directions where ``directed``.
    directed
        (M,) bool, prompts that ask for a direction away from what the character was.
    textured, plain
        (M,) weights for the textured and the plain picture of a view; their magnitudes sum to 1 together.
    through
        (M, C) bool, which cameras a prompt looks through.
    """

    vectors: Tensor
    directed: Tensor
    textured: Tensor
    plain: Tensor
    through: Tensor

    @cached_property
    def counts(self) -> dict[PictureKind, float]:
        """How much each kind of picture counts, all prompts together; one that does not count is left out."""
        counts: dict[PictureKind, float] = {
            "textured": float(self.textured.abs().sum()),
            "plain": float(self.plain.abs().sum()),
        }
        return {kind: count for kind, count in counts.items() if count}

    def weights(self, kind: PictureKind) -> Tensor:
        """(M,) the prompts' weights for a kind of picture."""
        return self.textured if kind == "textured" else self.plain

    @cached_property
    def any_directed(self) -> bool:
        """Whether any prompt asks for a direction."""
        return bool(self.directed.any())


@dataclass(frozen=True)
class Seen:
    """N pictures as CLIP sees them.

    Attributes
    ----------
    now
        (N, D) unit vectors.
    start
        (N, D) the same views of the character as it came; None where no prompt is directed.
    sides
        (N,) int64 into :data:`SIDES`.
    sources
        (N,) int64 into the brief's cameras.
    """

    now: Tensor
    start: Tensor | None
    sides: Tensor
    sources: Tensor


def targets(tower: Tower, brief: protocol.Brief, exemplars: Sequence[np.ndarray] = ()) -> Targets:
    """Embed a brief's prompts once for a whole job.

    Parameters
    ----------
    tower
        Embeds them.
    brief
        Its prompts, cameras, and whether texts are told the side.
    exemplars
        (H, W, 3) uint8 sRGB each, row 0 at the bottom: what image prompts point to.
    """
    shares = {"textured": (1.0, 0.0), "plain": (0.0, 1.0), "both": (1.0, PLAIN_SHARE)}
    weights = torch.tensor([[prompt.weight * share for share in shares[prompt.shading]] for prompt in brief.prompts])
    weights = weights / weights.abs().sum().clamp_min(1e-6)
    endings = [f", {side}" for side in SIDES] if brief.settings.view_words else [""]
    with torch.no_grad():
        vectors = torch.stack([_vectors(tower, prompt, endings, exemplars) for prompt in brief.prompts])
    textured, plain = weights.to(vectors).unbind(dim=1)
    names = [camera.name for camera in brief.cameras]
    through = [[not prompt.cameras or name in prompt.cameras for name in names] for prompt in brief.prompts]
    directed = [bool(prompt.origin.strip()) for prompt in brief.prompts]
    device = vectors.device
    return Targets(
        vectors, torch.tensor(directed, device=device), textured, plain, torch.tensor(through, device=device)
    )


def sides(azimuths: Tensor, elevations: Tensor) -> Tensor:
    """Say which side of the character views show: (N,) int64 into :data:`SIDES`, from angles in degrees."""
    away = ((azimuths + 180) % 360 - 180).abs()
    side = torch.where(away <= FRONT, 0, torch.where(away >= 180 - FRONT, 2, 1))
    return torch.where(elevations >= OVERHEAD, 3, side)


def similarity(seen: Seen, goal: Targets, weights: Tensor) -> Tensor:
    """Weighted sum over prompts of the mean cosine with the pictures each of them looks at; scalar.

    ``weights`` (M,) are those of :class:`Targets` for pictures of this kind. A prompt none of whose cameras was drawn
    counts nothing.
    """
    wanted = goal.vectors[:, sent(seen.sides, goal.vectors.device) if goal.vectors.shape[1] > 1 else 0]
    wanted = wanted if wanted.ndim == 3 else wanted[:, None]
    cosines = (wanted * seen.now).sum(dim=-1)
    if seen.start is not None:
        moved = F.normalize(seen.now - seen.start, dim=-1, eps=1e-6)
        cosines = torch.where(goal.directed[:, None], (wanted * moved).sum(dim=-1), cosines)
    mine = goal.through[:, sent(seen.sources, goal.through.device)].to(cosines)
    return ((cosines * mine).sum(dim=1) / mine.sum(dim=1).clamp_min(1) * weights).sum()


def _vectors(tower: Tower, prompt: protocol.Prompt, endings: Sequence[str], exemplars: Sequence[np.ndarray]) -> Tensor:
    """Embed a prompt for each side: (W, D) unit vectors."""
    if prompt.image is not None:
        return tower.encode_image(_square(exemplars[prompt.image]).to(tower.mean)).expand(len(endings), -1)
    place = tower.encode_text([prompt.text.rstrip(" .") + ending for ending in endings])
    if not prompt.origin.strip():
        return place
    return F.normalize(place - tower.encode_text([prompt.origin.rstrip(" .") + ending for ending in endings]), dim=-1)


def _square(image: np.ndarray) -> Tensor:
    """Cut the middle square out of an image, row 0 at the bottom: (1, 3, H, H) in [0, 1], row 0 at the top."""
    side = min(image.shape[:2])
    top, left = ((length - side) // 2 for length in image.shape[:2])
    square = image[top : top + side, left : left + side][::-1].copy()
    return torch.tensor(square).permute(2, 0, 1)[None].float() / 255
