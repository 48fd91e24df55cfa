"""What a result is judged by: its prompt, what it came from, and what else it might look like."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

ORIGIN = "a grey figure"
"""What a result came from, unless told otherwise: a base mesh in mid grey."""

PROMPTS = Path(__file__).parent / "prompts.txt"
"""Fifty prompts within the words that the embedded judge knows."""


@dataclass(frozen=True)
class Question:
    """What a result is judged by.

    Attributes
    ----------
    prompt
        What it should look like.
    origin
        What it came from, in words.
    among
        Prompts to rank it among; None for :func:`own_prompts`.
    target
        Similarity that a course shall reach, for ITS.
    """

    prompt: str
    origin: str = ORIGIN
    among: tuple[str, ...] | None = None
    target: float | None = None


@cache
def own_prompts() -> tuple[str, ...]:
    """The prompts that come with the package for ranking."""
    return tuple(PROMPTS.read_text(encoding="utf-8").splitlines())


def some_prompts(count: int) -> tuple[str, ...]:
    """Choose at most so many of them, evenly, since they are sorted by what they speak of."""
    prompts = own_prompts()
    kept = min(count, len(prompts))
    return tuple(prompts[index * len(prompts) // kept] for index in range(kept))
