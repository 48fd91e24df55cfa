"""How much of a text a CLIP model reads: each has room for so many tokens, and what comes after them is dropped."""

import re
from bisect import bisect_right
from functools import cache
from pathlib import Path
from typing import Any

import open_clip

from ..clip_names import EMBEDDED
from .towers import WEIGHTS
from .vocabulary import Vocabulary, bpe, read_vocabulary

ENDS = 2
"""Tokens that are no words: the start of a text and its end."""

_PIECES = re.compile(r"[0-9A-Za-zÀ-ɏ]+|\w|[^\w\s]")
"""What a text is quoted by: words, and single letters of scripts that may put no spaces between theirs."""


def part_read(spec: str, text: str) -> str:
    """The beginning of a text that a model reads; all of it where there is room, or where that can't be told.

    Parameters
    ----------
    spec
        One model, as :func:`.towers.load_tower` takes it. The model itself is not read. Folders, and models whose
        tokenizer is not open_clip's own, can't be told.
    text
        A prompt.
    """
    described = _text_side(spec)
    room = described.get("context_length", 0) - ENDS
    if room <= 0 or described.get("hf_tokenizer_name") or _count(spec, text) <= room:
        return text
    ends = [piece.end() for piece in _PIECES.finditer(text)]
    fitting = bisect_right(ends, room, key=lambda end: _count(spec, text[:end]))
    return text[: ends[fitting - 1]] if fitting else ""


def _text_side(spec: str) -> dict[str, Any]:
    """What a model's configuration says of texts; empty without one."""
    if spec in EMBEDDED:
        if embedded_vocabulary(spec) is None:
            return {}
        spec = f"local-dir:{WEIGHTS / spec}"
    elif spec.startswith("local-dir:"):
        return {}
    else:
        spec = spec.partition(":")[0]
    found: dict[str, Any] = (open_clip.get_model_config(spec) or {}).get("text_cfg", {})
    return found


def _count(spec: str, text: str) -> int:
    """How many tokens a text is to a model, without its ends."""
    vocabulary = embedded_vocabulary(spec) if spec in EMBEDDED else None
    return len(bpe().encode(text) if vocabulary is None else vocabulary.known(text))


def embedded_vocabulary(spec: str) -> Vocabulary | None:
    """The words of a model that comes with the package; None where it lacks them, which the job then says itself."""
    path = WEIGHTS / spec / "vocabulary.json"
    return _read(path) if path.is_file() else None


@cache
def _read(path: Path) -> Vocabulary:
    return read_vocabulary(path, context_length=0)
