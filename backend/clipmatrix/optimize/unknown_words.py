"""What an artist should know about a brief before the job runs."""

import clipmatrix_protocol as protocol

from ..clip_names import EMBEDDED, split
from ..guidance.towers import WEIGHTS
from ..guidance.vocabulary import read_vocabulary


def brief_warnings(brief: protocol.Brief) -> tuple[str, ...]:
    """Name the words that the embedded CLIP never saw; other models know all words and get no warning.

    Cheap: reads the vocabulary, not the model. Without a vocabulary there is nothing to warn of; the job itself then
    says what is missing.
    """
    small = next((spec for spec in split(brief.settings.clip) if spec in EMBEDDED), None)
    if small is None or not (WEIGHTS / small / "vocabulary.json").is_file():
        return ()
    vocabulary = read_vocabulary(WEIGHTS / small / "vocabulary.json", context_length=0)
    texts = (text for prompt in brief.prompts for text in (prompt.text, prompt.origin))
    unknown = dict.fromkeys(word for text in texts for word in vocabulary.unknown_words(text))
    if not unknown:
        return ()
    words = ", ".join(f"“{word}”" for word in unknown)
    return (
        f"The embedded CLIP does not know {words}: the result will not follow {'it' if len(unknown) == 1 else 'them'}. "
        "Choose a full CLIP model, or simpler words.",
    )
