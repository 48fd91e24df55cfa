"""What an artist should know about a brief before the job runs."""

import clipmatrix_protocol as protocol

from ..clip_names import EMBEDDED, split
from ..guidance.reading import embedded_vocabulary, part_read

LAST_WORDS, LAST_LETTERS = 4, 40
"""How much is quoted, at most, of what is read of a text."""


def brief_warnings(brief: protocol.Brief) -> tuple[str, ...]:
    """Name the words that the embedded CLIP never saw, and say where a CLIP stops reading a long text.

    Cheap: reads vocabularies, not models. Without a vocabulary there is nothing to warn of; the job itself then says
    what is missing.
    """
    return (*_unknown(brief), *_long(brief))


def _unknown(brief: protocol.Brief) -> tuple[str, ...]:
    """Other models than the embedded one know all words."""
    small = next((spec for spec in split(brief.settings.clip) if spec in EMBEDDED), None)
    vocabulary = embedded_vocabulary(small) if small is not None else None
    if vocabulary is None:
        return ()
    unknown = dict.fromkeys(word for text in _texts(brief) for word in vocabulary.unknown_words(text))
    if not unknown:
        return ()
    words = ", ".join(f"“{word}”" for word in unknown)
    return (
        f"The embedded CLIP does not know {words}: the result will not follow {'it' if len(unknown) == 1 else 'them'}. "
        "Choose a full CLIP model, or simpler words.",
    )


def _long(brief: protocol.Brief) -> tuple[str, ...]:
    """Each text of which a model reads only the beginning; the one that reads least of it counts."""
    read = {
        text: min((part_read(spec, text) for spec in split(brief.settings.clip)), key=len) for text in _texts(brief)
    }
    return tuple(
        f"CLIP has no room for all of a prompt: it reads no further than “{_last_words(begun or text)}”. "
        "Shorten it, or make two prompts of it."
        for text, begun in read.items()
        if begun != text
    )


def _texts(brief: protocol.Brief) -> tuple[str, ...]:
    """What is written in a brief, once each."""
    return tuple(dict.fromkeys(text for prompt in brief.prompts for text in (prompt.text, prompt.origin)))


def _last_words(text: str) -> str:
    """The end of a text, by which an artist finds the place."""
    words = " ".join(text.split()[-LAST_WORDS:])
    return words if len(words) <= LAST_LETTERS else f"…{words[-LAST_LETTERS:]}"
