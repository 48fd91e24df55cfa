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
from .unit import unit

PLAIN_SHARE = 0.3
"""How much a plain picture counts beside the textured one where a prompt is judged on both.

Most words are about colour and mean nothing on a grey body; those about the body show there undisguised.
"""

SIDES = ("front view", "side view", "back view", "overhead view")
"""What a text is told of the side a view looks from (DreamFusion, Poole et al. 2022, section 3.1)."""

FRONT, OVERHEAD = 60.0, 60.0
"""Degrees: views up to this azimuth to either side show the front or the back; from this elevation on, the top."""

HARDLY_MOVED = 0.2
"""Distance between two embeddings up to which a direction counts in proportion to its length.

What a job's first step sees has moved by rounding alone, and as unit vectors that would have gradients a million times
as large as the next step's: an optimiser that remembers their squares, as Adam does, hardly moves again. Under the
embedded CLIP pictures end 0.9 to 1.1 from where they began.
"""


PictureKind = Literal["textured", "plain"]
"""A view shows the character as it is painted, or its bare geometry in grey."""


@dataclass(frozen=True)
class Targets:
    """The prompts as the pictures' goals; M prompts, W sides or one for all, C cameras. All but vectors is on the CPU.

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
        (N,) int64 into :data:`SIDES`, on the CPU.
    sources
        (N,) int64 into the brief's cameras, on the CPU.
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
    textured, plain = weights.unbind(dim=1)
    names = [camera.name for camera in brief.cameras]
    through = [[not prompt.cameras or name in prompt.cameras for name in names] for prompt in brief.prompts]
    directed = [prompt.directed for prompt in brief.prompts]
    return Targets(vectors, torch.tensor(directed), textured, plain, torch.tensor(through))


def sides(azimuths: Tensor, elevations: Tensor) -> Tensor:
    """Say which side of the character views show: (N,) int64 into :data:`SIDES`, from angles in degrees."""
    away = ((azimuths + 180) % 360 - 180).abs()
    side = torch.where(away <= FRONT, 0, torch.where(away >= 180 - FRONT, 2, 1))
    return torch.where(elevations >= OVERHEAD, 3, side)


def similarity(seen: Seen, goal: Targets, weights: Tensor) -> Tensor:
    """Weighted sum over prompts of the mean cosine with the pictures each of them looks at; see :data:`HARDLY_MOVED`.

    Parameters
    ----------
    seen, goal
        Pictures and prompts.
    weights
        (..., M) on the CPU: those of :class:`Targets` for pictures of this kind, as one or several choices of them. A
        prompt none of whose cameras was drawn counts nothing.

    Returns
    -------
    Tensor
        (...) in [-1, 1]. Which prompt looks at which picture is worked out on the CPU; the device multiplies twice.
    """
    counted = _counted(seen, goal, weights)
    if seen.start is None:
        return _summed(counted, goal, seen.now)
    moved = F.normalize(seen.now - seen.start, dim=-1, eps=HARDLY_MOVED)
    placed, directed = _apart(counted, goal.directed)
    return _summed(placed, goal, seen.now) + _summed(directed, goal, moved)


def _counted(seen: Seen, goal: Targets, weights: Tensor) -> Tensor:
    """How much each picture counts for a prompt that is told a side: (..., M, W, N), 0 for sides it does not show."""
    mine = goal.through[:, seen.sources].float()
    each = weights[..., None] * mine / mine.sum(dim=1, keepdim=True).clamp_min(1)
    told = torch.arange(goal.vectors.shape[1])[:, None] == (seen.sides if goal.vectors.shape[1] > 1 else 0)
    return each[..., None, :] * told


def _apart(counted: Tensor, directed: Tensor) -> tuple[Tensor, Tensor]:
    """What counts (..., M, W, N) for prompts that ask for a place, and for those that ask for a direction (M,)."""
    return counted * ~directed[:, None, None], counted * directed[:, None, None]


def _summed(counted: Tensor, goal: Targets, vectors: Tensor) -> Tensor:
    """Sum of cosines with vectors (N, D) of pictures, counted (..., M, W, N) on the CPU: (...)."""
    cosines = goal.vectors.flatten(0, 1) @ vectors.t()
    return sent(counted.flatten(-3), vectors.device) @ cosines.flatten()


def _vectors(tower: Tower, prompt: protocol.Prompt, endings: Sequence[str], exemplars: Sequence[np.ndarray]) -> Tensor:
    """Embed a prompt for each side: (W, D) unit vectors."""
    if prompt.image is not None:
        return tower.encode_image(_square(exemplars[prompt.image]).to(tower.mean)).expand(len(endings), -1)
    place = tower.encode_text([prompt.text.rstrip(" .") + ending for ending in endings])
    if not prompt.directed:
        return place
    return unit(place - tower.encode_text([prompt.origin.rstrip(" .") + ending for ending in endings]))


def _square(image: np.ndarray) -> Tensor:
    """Cut the middle square out of an image, row 0 at the bottom: (1, 3, H, H) in [0, 1], row 0 at the top."""
    side = min(image.shape[:2])
    top, left = ((length - side) // 2 for length in image.shape[:2])
    square = image[top : top + side, left : left + side][::-1].copy()
    return torch.tensor(square).permute(2, 0, 1)[None].float() / 255
