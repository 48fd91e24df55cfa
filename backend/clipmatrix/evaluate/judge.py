"""Held-out scoring: does a separately trained CLIP find the prompt that pictures were made from?"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ..errors import UsageError
from ..guidance import ClipUnavailable, Tower, load_tower


@dataclass(frozen=True)
class Retrieval:
    """How well each of several prompts fits a set of pictures.

    Attributes
    ----------
    prompts
        In the order given.
    similarities
        Mean cosine of each prompt to the pictures.
    """

    prompts: tuple[str, ...]
    similarities: tuple[float, ...]

    @property
    def best(self) -> str:
        """The prompt that fits best."""
        return self.prompts[self.similarities.index(max(self.similarities))]

    def rank(self, prompt: str) -> int:
        """Place of a prompt, 1 for the best; prompts that fit equally well share the worse place.

        Raises
        ------
        ValueError
            If it is not among the prompts.
        """
        mine = self.similarities[self.prompts.index(prompt)]
        return sum(other >= mine for other in self.similarities)


def judge_tower(device: torch.device) -> Tower:
    """The CLIP that comes with the package for scoring; it never steers a job."""
    return load_tower("judge", device)


def judges_by_name(specs: Sequence[str], device: torch.device) -> tuple[Tower, ...]:
    """Load judges, each once.

    Raises
    ------
    UsageError
        If one cannot be had.
    """
    try:
        return tuple(load_tower(spec, device) for spec in dict.fromkeys(specs))
    except ClipUnavailable as error:
        raise UsageError(error.message.rstrip("."), error.remedy.rstrip(".")) from error


def retrieval(images: Tensor, prompts: Sequence[str], judge: Tower) -> Retrieval:
    """Score prompts against several views of one result.

    Parameters
    ----------
    images
        (N, 3, h, w) sRGB-encoded in [0, 1], views of the same character.
    prompts
        The right one and others.
    judge
        From `judge_tower`.

    Raises
    ------
    ValueError
        Without pictures or without prompts.
    """
    if len(images) == 0 or not prompts:
        raise ValueError("retrieval needs at least one picture and one prompt")
    with torch.no_grad():
        views, texts = judge.encode_image(images), judge.encode_text(list(prompts))
    return Retrieval(tuple(prompts), tuple(float(s) for s in (views @ texts.T).mean(dim=0)))


def recall(results: Sequence[tuple[Retrieval, str]]) -> float:
    """Share of results whose right prompt came out first; results are pairs of a retrieval and its right prompt.

    Raises
    ------
    ValueError
        Without results.
    """
    if not results:
        raise ValueError("recall needs at least one result")
    return sum(result.rank(right) == 1 for result, right in results) / len(results)
