"""Real open_clip models by name or file: looked for before they are built, never random weights in silence."""

import difflib
import json
import os.path
import ssl
import urllib.error
import urllib.request
import zipfile
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import huggingface_hub
import open_clip
import torch
from huggingface_hub.errors import EntryNotFoundError, HfHubHTTPError, LocalEntryNotFoundError
from open_clip.constants import OPENAI_DATASET_MEAN, OPENAI_DATASET_STD
from open_clip.model import CLIP
from safetensors import SafetensorError

from .errors import ClipUnavailable

HUB_FILES = ("open_clip_model.safetensors", "open_clip_pytorch_model.safetensors", "open_clip_pytorch_model.bin")
"""Names under which open_clip models keep their weights on the hub, best first."""
NOT_FOUND = 404
_READERS_ERRORS = (SafetensorError, UnpicklingError)
_OTHER_CONTENT = (AttributeError, IndexError, StopIteration, TypeError)
"""What open_clip, which takes a file for named tensors, runs into where it holds a list, a single tensor or nothing."""
PROBE_SECONDS = 3.0
"""How long the hub may take to answer before it counts as out of reach."""


@dataclass(frozen=True)
class Checkpoint:
    """Weights that exist on this machine.

    Attributes
    ----------
    model
        open_clip's name of the architecture.
    path
        The weights' file.
    settings
        What open_clip knows about these weights: mean, std, quick_gelu; empty for a file of unknown origin.
    """

    model: str
    path: Path
    settings: dict[str, Any]


def find_checkpoint(model: str, source: str) -> Checkpoint:
    """Find the weights of a model: a file, a tag whose weights lie in the hub's cache, or a tag that can be fetched.

    Raises
    ------
    ClipUnavailable
        If architecture or tag are unknown, the file is missing, or the weights cannot be fetched.
    """
    if open_clip.get_model_config(model) is None:
        raise ClipUnavailable(
            f"open_clip knows no model “{model}”.{_near(model, open_clip.list_models())}",
            "`python -c 'import open_clip; print(open_clip.list_models())'` lists them all.",
        )
    settings = open_clip.get_pretrained_cfg(model, source)
    if settings:
        return Checkpoint(model, _from_hub(model, source, settings), settings)
    path = Path(os.path.expanduser(source))  # pathlib raises where there is no such user, or a name is too long
    if os.path.isfile(path):
        return Checkpoint(model, path, _beside(path))
    tags = open_clip.list_pretrained_tags_by_model(model)
    if any(mark in source for mark in "/\\") or path.suffix:
        raise ClipUnavailable(
            f"There is no checkpoint file {path} for the CLIP model {model}.", "Check the path after the colon."
        )
    raise ClipUnavailable(
        f"open_clip has no weights “{source}” for {model}, and there is no such file.{_near(source, tags)}",
        f"Its weights are: {', '.join(tags) or 'none'}.",
    )


def cached_weights(model: str, tag: str) -> Path | None:
    """Find the weights' file of a model of open_clip's in the hub's cache, without a network; None if not there."""
    repository, names = _on_hub(open_clip.get_pretrained_cfg(model, tag))
    for name in names if repository else ():
        cached = huggingface_hub.try_to_load_from_cache(repository, name)
        if isinstance(cached, str):
            return Path(cached)
    return None


def preprocessing(checkpoint: Checkpoint) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and standard deviation (3 each) of the pictures that the weights were trained on.

    For a file of unknown origin they are those of the architecture's known weights where these agree, else OpenAI's.
    """
    settings = checkpoint.settings
    if "mean" not in settings:
        tags = open_clip.list_pretrained_tags_by_model(checkpoint.model)
        known = [open_clip.get_pretrained_cfg(checkpoint.model, tag) for tag in tags]
        settings = known[0] if known and all(one["mean"] == known[0]["mean"] for one in known) else {}
    return tuple(settings.get("mean", OPENAI_DATASET_MEAN)), tuple(settings.get("std", OPENAI_DATASET_STD))


def read_weights(checkpoint: Checkpoint, device: torch.device) -> CLIP:
    """Build the model and fill it with its weights.

    Raises
    ------
    ClipUnavailable
        If the file does not hold this architecture's weights.
    """
    try:
        model: CLIP = open_clip.create_model(
            checkpoint.model,
            pretrained=str(checkpoint.path),
            device=device,
            force_quick_gelu=bool(checkpoint.settings.get("quick_gelu", False)),
            require_pretrained=True,
        )
    # open_clip checks shapes by assertions; the two readers of weights raise errors of their own.
    except (RuntimeError, ValueError, KeyError, OSError, EOFError, AssertionError, *_READERS_ERRORS) as error:
        first_line = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise _unusable(checkpoint, first_line) from error
    except _OTHER_CONTENT as error:
        raise _unusable(checkpoint, "it holds something else.") from error
    return model


def _unusable(checkpoint: Checkpoint, why: str) -> ClipUnavailable:
    """Why a file cannot be used; torch's own words about an archive with code advise to run it."""
    if _is_scripted(checkpoint.path):
        return ClipUnavailable(
            f"{checkpoint.path} is a TorchScript archive, code and weights in one, and no code of a file is run.",
            "OpenAI's own .pt files are such archives: the same weights come as `--clip MODEL:openai`. Of others use a "
            "file of weights alone, best .safetensors.",
        )
    return ClipUnavailable(
        f"{checkpoint.path} does not hold weights of the CLIP model {checkpoint.model}: {why}",
        "Name the architecture that the file was trained with before the colon, or fetch the file again.",
    )


def _is_scripted(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.endswith("/constants.pkl") for name in archive.namelist())
    except (zipfile.BadZipFile, OSError):
        return False


def _near(name: str, names: list[str]) -> str:
    close = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    return f" Close to it: {', '.join(close)}." if close else ""


def _beside(path: Path) -> dict[str, Any]:
    """Mean and std from an ``open_clip_config.json`` that lies beside a weights' file."""
    config = path.parent / "open_clip_config.json"
    if not config.is_file():
        return {}
    try:
        stored = json.loads(config.read_text(encoding="utf-8")).get("preprocess_cfg", {})
        return {key: tuple(map(float, stored[key])) for key in ("mean", "std") if key in stored}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise ClipUnavailable(
            f"{config}, which lies beside the weights and says what pictures they know, cannot be read: {error}.",
            "Restore it, or move the weights elsewhere; without it they are taken to know pictures as OpenAI's do.",
        ) from error


def _from_hub(model: str, tag: str, settings: dict[str, Any]) -> Path:
    """The weights' file from the hub's cache, else downloaded."""
    repository, names = _on_hub(settings)
    if not repository:
        raise ClipUnavailable(
            f"The weights {tag} of the CLIP model {model} are not on the Hugging Face hub.",
            f"Fetch {settings.get('url', 'them')} and use `--clip {_for_a_file(model, settings)}:/path/to/the/file`.",
        )
    return cached_weights(model, tag) or _download(model, tag, repository, names)


def _on_hub(settings: dict[str, Any]) -> tuple[str, tuple[str, ...]]:
    """Where weights lie on the hub: repository, empty if nowhere, and the names their file may have."""
    repository, _, named = str(settings.get("hf_hub", "")).rpartition("/")
    return repository, (named, *HUB_FILES) if named else HUB_FILES


def _download(model: str, tag: str, repository: str, names: tuple[str, ...]) -> Path:
    if huggingface_hub.constants.HF_HUB_OFFLINE:
        raise _unreachable(model, tag, repository, "downloads are switched off (HF_HUB_OFFLINE)")
    for name in names:
        try:
            # Asked first with a short time limit: the download itself retries for most of a minute without a network.
            _ask(huggingface_hub.hf_hub_url(repository, name))
            return Path(huggingface_hub.hf_hub_download(repository, name))
        except urllib.error.HTTPError as error:
            if error.code != NOT_FOUND:
                raise _unreachable(model, tag, repository, f"the hub answered “{error}”") from error
        except (EntryNotFoundError, LocalEntryNotFoundError, HfHubHTTPError, OSError) as error:
            raise _unreachable(model, tag, repository, f"the hub cannot be reached ({error})") from error
    raise _unreachable(model, tag, repository, f"it offers none of {', '.join(names)}")


def _ask(address: str) -> None:
    """See that somebody answers there; raises OSError."""
    try:
        with urllib.request.urlopen(urllib.request.Request(address, method="HEAD"), timeout=PROBE_SECONDS):
            pass
    except urllib.error.URLError as error:
        # An answer all the same: on Macs a Python from python.org has no certificates, and the hub's client its own.
        if not isinstance(error.reason, ssl.SSLCertVerificationError):
            raise


def _for_a_file(model: str, settings: dict[str, Any]) -> str:
    """The architecture to name for a file of these weights: a tag tells their activation, a file does not."""
    quick = settings.get("quick_gelu") and not open_clip.get_model_config(model).get("quick_gelu")
    return f"{model}-quickgelu" if quick else model


def _unreachable(model: str, tag: str, repository: str, reason: str) -> ClipUnavailable:
    cache = huggingface_hub.constants.HF_HUB_CACHE
    by_file = _for_a_file(model, open_clip.get_pretrained_cfg(model, tag))
    return ClipUnavailable(
        f"The weights {tag} of the CLIP model {model} are not on this machine (looked in {cache}), and could not be "
        f"fetched from huggingface.co/{repository}: {reason}.",
        f"On a machine with a network run `uvx --from huggingface_hub hf download {repository} {HUB_FILES[0]} "
        f"--local-dir .`, copy the file here and use `--clip {by_file}:/path/to/{HUB_FILES[0]}`.",
    )
