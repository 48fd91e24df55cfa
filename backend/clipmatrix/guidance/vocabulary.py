"""The tokenizer of a model that keeps only the words it was trained on."""

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch
from open_clip.tokenizer import SimpleTokenizer
from torch import Tensor

_WORDS = re.compile(r"[^\W\d_]+|\d|[^\w\s]")


@cache
def bpe() -> SimpleTokenizer:
    """open_clip's own byte-pair encoder."""
    return SimpleTokenizer()


@dataclass(frozen=True)
class Vocabulary:
    """Which of open_clip's tokens a model knows.

    Attributes
    ----------
    token_ids
        open_clip's ids in ascending order, start and end of text among them. A token's place in this list is its row in
        the model's embedding; ascending order keeps the end of text the largest, which open_clip's pooling looks for.
    context_length
        Tokens per text; longer ones are cut.
    """

    token_ids: tuple[int, ...]
    context_length: int

    def encode(self, texts: list[str]) -> Tensor:
        """Tokens (M, context_length) int64; words the model does not know are left out."""
        rows = {token: row for row, token in enumerate(self.token_ids)}
        encoder = bpe()
        tokens = torch.zeros(len(texts), self.context_length, dtype=torch.int64)
        for line, text in enumerate(texts):
            known = [rows[token] for token in self.known(text)[: self.context_length - 2]]
            line_tokens = [rows[encoder.sot_token_id], *known, rows[encoder.eot_token_id]]
            tokens[line, : len(line_tokens)] = torch.tensor(line_tokens)
        return tokens

    def known(self, text: str) -> list[int]:
        """open_clip's ids of the words that the model knows, in order, as many as there are."""
        return [token for word in split_words(text) if self.knows(word) for token in bpe().encode(word)]

    def knows(self, word: str) -> bool:
        """Whether every piece of the word was trained."""
        return _pieces(word) <= frozenset(self.token_ids)

    def unknown_words(self, text: str) -> tuple[str, ...]:
        """The words of the text that the model never saw, in order and once each; punctuation is not reported."""
        missing = [word for word in split_words(text) if word.isalnum() and not self.knows(word)]
        return tuple(dict.fromkeys(missing))


@cache
def _pieces(word: str) -> frozenset[int]:
    return frozenset(bpe().encode(word))


def split_words(text: str) -> list[str]:
    """Lower-case words, digits and punctuation marks of a text, in order."""
    return _WORDS.findall(text.lower())


def collect(words: set[str], context_length: int) -> Vocabulary:
    """The vocabulary that covers the given words."""
    encoder = bpe()
    ids = {encoder.sot_token_id, encoder.eot_token_id}
    for word in words:
        ids |= _pieces(word)
    return Vocabulary(tuple(sorted(ids)), context_length)


def read_vocabulary(path: Path, context_length: int) -> Vocabulary:
    """The vocabulary stored as a JSON list of open_clip token ids.

    Raises
    ------
    ValueError
        If the file does not hold an ascending list of token ids.
    """
    stored = json.loads(path.read_text(encoding="utf-8"))
    if not (isinstance(stored, list) and all(isinstance(i, int) for i in stored) and stored == sorted(set(stored))):
        raise ValueError(f"{path} does not hold an ascending list of token ids")
    return Vocabulary(tuple(stored), context_length)


def write_vocabulary(vocabulary: Vocabulary, path: Path) -> None:
    """Store the token ids as JSON."""
    path.write_text(json.dumps(list(vocabulary.token_ids)) + "\n", encoding="utf-8")
