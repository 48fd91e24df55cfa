"""The tokenizers of open_clip's models: the one that a model was trained with, or a refusal."""

from collections.abc import Callable
from pathlib import Path

import open_clip
from torch import Tensor

from .errors import ClipUnavailable


def tokenizer(model: str) -> Callable[[list[str]], Tensor]:
    """open_clip's tokenizer of a model.

    Raises
    ------
    ClipUnavailable
        If it needs a package or files that are not here.
    """
    try:
        found: Callable[[list[str]], Tensor] = open_clip.get_tokenizer(model)
    except (ImportError, AssertionError, OSError) as error:
        raise ClipUnavailable(
            f"The CLIP model {model} needs a tokenizer that is not here: {error}",
            "Install the package `transformers`, or choose a model with open_clip's own tokenizer such as ViT-B-32.",
        ) from error
    return found


def tokenizer_in(folder: Path) -> Callable[[list[str]], Tensor]:
    """The tokenizer that a folder's ``open_clip_config.json`` asks for: open_clip's own, or one from files beside it.

    No network is asked, and no code of the folder's is run.

    Raises
    ------
    ClipUnavailable
        If it cannot be read, or has more tokens than the model.
    """
    place = f"local-dir:{folder}"
    described = open_clip.get_model_config(place)["text_cfg"]
    named = described.get("hf_tokenizer_name")
    held_back = {"local_files_only": True, "trust_remote_code": False} if named else {}
    try:
        found = open_clip.get_tokenizer(place, **held_back)
    except Exception as error:  # what is wrong with a file, the tokenizers package says by nothing more special
        raise ClipUnavailable(
            f"The tokenizer {named or 'of open_clip'} of the CLIP model in {folder} cannot be read there: {error}.",
            "Put the tokenizer's files beside the model's, as open_clip's push to the hub does, and install the "
            "package `transformers`; or choose a model with open_clip's own tokenizer such as ViT-B-32.",
        ) from error
    if not named and found.vocab_size > described.get("vocab_size", found.vocab_size):
        raise ClipUnavailable(
            f"The CLIP model in {folder} has {described['vocab_size']} tokens, and its configuration names no "
            f"tokenizer with so few: open_clip's own has {found.vocab_size}.",
            "Name its tokenizer as `hf_tokenizer_name` in open_clip_config.json, its files beside it.",
        )
    return found
