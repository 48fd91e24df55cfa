"""The contrastive loss with many right captions for a picture and many right pictures for a caption."""

import torch
import torch.nn.functional as F
from torch import Tensor


def _one_way(logits: Tensor, holds: Tensor, fails: Tensor) -> Tensor:
    """Each right pair against all the wrong ones of its row: the mean of -log softmax, rows counting alike."""
    wrong = logits.masked_fill(~fails, -torch.inf).logsumexp(dim=1, keepdim=True)
    pairs = F.softplus(wrong - logits) * holds
    counts = holds.sum(dim=1)
    useful = (counts > 0) & fails.any(dim=1)
    return (pairs.sum(dim=1)[useful] / counts[useful]).mean()


def contrastive(images: Tensor, texts: Tensor, scale: Tensor, truth: Tensor) -> Tensor:
    """Pull together what belongs together, push apart what does not, leave alone what cannot be told.

    Parameters
    ----------
    images, texts
        (B, D) and (M, D) unit vectors.
    scale
        Inverse temperature.
    truth
        (B, M): 1 holds, 0 does not, 0.5 unknown.
    """
    logits = scale * images @ texts.T
    holds, fails = truth == 1, truth == 0
    return (_one_way(logits, holds, fails) + _one_way(logits.T, holds.T, fails.T)) / 2
