"""Prompts as CLIP sees them: unit vectors and how much each counts for textured and for plain pictures."""

from collections.abc import Sequence
from dataclasses import dataclass

import clipmatrix_protocol as protocol
import torch
from torch import Tensor

from .towers import Tower

PLAIN_SHARE = 0.3
"""How much a plain picture counts beside the textured one where a prompt is judged on both.

Most words are about colour and mean nothing on a grey body; those about the body show there undisguised.
"""


@dataclass(frozen=True)
class Targets:
    """Where the pictures shall go.

    Attributes
    ----------
    vectors
        (M, D) unit vectors, one per prompt.
    textured, plain
        (M,) weights for the textured and the plain picture of a view; their magnitudes sum to 1 together.
    """

    vectors: Tensor
    textured: Tensor
    plain: Tensor


def targets(tower: Tower, prompts: Sequence[protocol.Prompt]) -> Targets:
    """Embed prompts once for a whole job."""
    shares = {"textured": (1.0, 0.0), "plain": (0.0, 1.0), "both": (1.0, PLAIN_SHARE)}
    weights = torch.tensor([[prompt.weight * share for share in shares[prompt.shading]] for prompt in prompts])
    weights = weights / weights.abs().sum().clamp_min(1e-6)
    with torch.no_grad():
        vectors = tower.encode_text([prompt.text for prompt in prompts])
    textured, plain = weights.to(vectors).unbind(dim=1)
    return Targets(vectors, textured, plain)


def similarity(images: Tensor, vectors: Tensor, weights: Tensor) -> Tensor:
    """Weighted sum over prompts of the mean cosine between pictures (N, D) and prompts (M, D), both unit; scalar."""
    return ((images @ vectors.T).mean(dim=0) * weights).sum()
