"""CLIP models as the loop sees them: pictures and texts in, unit vectors out, weights frozen."""

import os.path
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import open_clip
import torch
from open_clip.model import CLIP
from safetensors import SafetensorError
from torch import Tensor

from ..clip_names import EMBEDDED, FORMS, names_a_model, split
from .errors import ClipUnavailable
from .layout import faster
from .precision import computing_in, round_weights
from .pretrained import find_checkpoint, preprocessing, read_weights
from .scaling import scaled
from .tokenizers import tokenizer, tokenizer_in
from .unit import unit
from .vocabulary import read_vocabulary

WEIGHTS = Path(__file__).parent / "weights"
"""Where the models that come with the package lie, one folder each."""


@dataclass(frozen=True, eq=False)
class Tower:
    """A frozen CLIP model.

    Attributes
    ----------
    name
        The spec it was loaded by.
    model
        open_clip's model, in evaluation mode, no gradients for its weights.
    image_size
        Side in pixels of the pictures the model sees.
    mean, std
        (3, 1, 1) of the model's training pictures, sRGB-encoded in [0, 1].
    tokenize
        Texts to (M, L) int64.
    unknown_words
        The words of a text that the model never saw; always empty for models with open_clip's whole vocabulary.
    precision
        What pictures are multiplied in, see :func:`in_precision`; texts are always embedded in float32.
    """

    name: str
    model: CLIP
    image_size: int
    mean: Tensor
    std: Tensor
    tokenize: Callable[[list[str]], Tensor]
    unknown_words: Callable[[str], tuple[str, ...]]
    precision: torch.dtype = torch.float32

    @property
    def device(self) -> torch.device:
        """Where it runs."""
        return self.mean.device

    def encode_image(self, images: Tensor) -> Tensor:
        """Embed pictures, differentiably.

        Parameters
        ----------
        images
            (N, 3, h, w) sRGB-encoded in [0, 1], any size; scaled to the model's with an antialiasing bicubic filter.

        Returns
        -------
        (N, D) unit vectors, float32.
        """
        images = scaled(images, self.image_size)
        with computing_in(self.precision, self.device):
            embedded = self.model.encode_image((images - self.mean) / self.std)
        return unit(embedded.float())

    def encode_text(self, texts: list[str]) -> Tensor:
        """Embed texts: (M, D) unit vectors."""
        return unit(self.model.encode_text(self.tokenize(texts).to(self.device)))


def in_precision(tower: Tower, precision: torch.dtype) -> Tower:
    """A tower that embeds pictures in a precision; rounds the model's weights in place, so there is no way back."""
    if precision == tower.precision:
        return tower
    round_weights(tower.model, precision)
    return replace(tower, precision=precision)


def load_towers(specs: str, device: torch.device, precision: torch.dtype = torch.float32) -> tuple[Tower, ...]:
    """Load the models that guide together: specs as :func:`load_tower` takes them, with commas between them.

    Parameters
    ----------
    specs, device
        Which, and where they shall run.
    precision
        What they embed pictures in.

    Raises
    ------
    ClipUnavailable
        As :func:`load_tower`; or if one is named twice or a comma has nothing beside it.
    """
    named = split(specs)
    twice = next((spec for spec in named if named.count(spec) > 1), None)
    if twice is not None:
        raise ClipUnavailable(f"“{specs}” names “{twice}” twice.", "Name each CLIP model once.")
    return tuple(in_precision(load_tower(spec, device), precision) for spec in named)


def load_tower(spec: str, device: torch.device) -> Tower:
    """Load a CLIP model.

    Parameters
    ----------
    spec
        ``embedded`` or ``judge`` (they come with the package), ``MODEL:PRETRAINED`` by open_clip's names,
        ``MODEL:/path/to/checkpoint``, or ``local-dir:/path/to/folder`` with an ``open_clip_config.json``.
    device
        Where it shall run.

    Raises
    ------
    ClipUnavailable
        If there is no such model or its weights cannot be had.
    """
    model_name, _, source = spec.partition(":")
    if spec in EMBEDDED:
        return _from_folder(spec, WEIGHTS / spec, device)
    if not names_a_model(spec):
        raise ClipUnavailable(f"“{spec}” does not name a CLIP model.", FORMS)
    if model_name == "local-dir":
        return _from_folder(spec, Path(os.path.expanduser(source)), device)
    checkpoint = find_checkpoint(model_name, source)
    mean, std = preprocessing(checkpoint)
    model = read_weights(checkpoint, device)
    return _freeze(spec, model, mean, std, tokenizer(model_name), _knows_all, device)


def random_tower(model: CLIP, tokenize: Callable[[list[str]], Tensor], device: torch.device) -> Tower:
    """Take a model as it is, whatever its weights; to measure time with."""
    return _freeze("random", model, (0.5,) * 3, (0.25,) * 3, tokenize, _knows_all, device)


def _knows_all(text: str) -> tuple[str, ...]:
    return ()


def _from_folder(spec: str, folder: Path, device: torch.device) -> Tower:
    """A model from a folder with open_clip's configuration, its weights and, where it is small, its vocabulary."""
    needed = ("open_clip_config.json", "open_clip_model.safetensors")
    missing = [name for name in needed if not os.path.isfile(folder / name)]
    if missing:
        remedy = (
            "Reinstall the clipmatrix package to restore it."
            if spec in EMBEDDED
            else "Point to a folder that holds both, as open_clip's push to the hub writes them."
        )
        raise ClipUnavailable(f"The CLIP model “{spec}” lacks {' and '.join(missing)} in {folder}.", remedy)
    try:
        model = open_clip.create_model(f"local-dir:{folder}", device=device, require_pretrained=True)
    except (RuntimeError, ValueError, KeyError, TypeError, OSError, SafetensorError) as error:
        raise ClipUnavailable(
            f"The CLIP model in {folder} cannot be read: {error}.", "Restore its files, or choose another model."
        ) from error
    preprocess = model.visual.preprocess_cfg
    mean, std = tuple(preprocess["mean"]), tuple(preprocess["std"])
    if not (folder / "vocabulary.json").is_file():
        return _freeze(spec, model, mean, std, tokenizer_in(folder), _knows_all, device)
    vocabulary = read_vocabulary(folder / "vocabulary.json", int(model.context_length))
    return _freeze(spec, model, mean, std, vocabulary.encode, vocabulary.unknown_words, device)


def _freeze(
    spec: str,
    model: CLIP,
    mean: tuple[float, ...],
    std: tuple[float, ...],
    tokenize: Callable[[list[str]], Tensor],
    unknown_words: Callable[[str], tuple[str, ...]],
    device: torch.device,
) -> Tower:
    model = faster(model.to(device).eval().requires_grad_(False))
    side = model.visual.image_size
    size = int(side) if isinstance(side, int) else int(side[0])
    centre = torch.tensor(mean, device=device, dtype=torch.float32)[:, None, None]
    spread = torch.tensor(std, device=device, dtype=torch.float32)[:, None, None]
    return Tower(spec, model, size, centre, spread, tokenize, unknown_words)
