"""Writes a trained model the way ClipMatrix and open_clip read it."""

import json
from pathlib import Path

import torch
from clipmatrix.guidance.vocabulary import Vocabulary, write_vocabulary
from safetensors.torch import save_file
from torch import Tensor

from .architecture import MEAN, STD, Recipe, model_config

WEIGHTS = Path(__file__).resolve().parents[2] / "backend" / "clipmatrix" / "guidance" / "weights"
LARGEST = 12_000_000
"""Bytes a model file may have."""


def export(recipe: Recipe, vocabulary: Vocabulary, state: dict[str, Tensor], folder: Path) -> None:
    """Store weights in half precision with their configuration; each file is replaced whole.

    The folder gets ``open_clip_config.json``, ``open_clip_model.safetensors`` and ``vocabulary.json``.

    Raises
    ------
    ValueError
        If the weights are not finite or too large for the package.
    """
    folder.mkdir(parents=True, exist_ok=True)
    half = {k: v.half().contiguous() if v.is_floating_point() else v.contiguous() for k, v in state.items()}
    if not all(torch.isfinite(v).all() for v in half.values()):
        raise ValueError(f"the weights of {recipe.name} are not finite")
    config = {
        "model_cfg": model_config(recipe, vocabulary),
        "preprocess_cfg": {"mean": list(MEAN), "std": list(STD), "interpolation": "bicubic", "resize_mode": "squash"},
    }
    (folder / "open_clip_config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    write_vocabulary(vocabulary, folder / "vocabulary.json")
    partial = folder / "open_clip_model.part"
    save_file(half, partial)
    if partial.stat().st_size > LARGEST:
        raise ValueError(f"{partial} is larger than {LARGEST} bytes")
    partial.chmod(0o644)
    partial.replace(folder / "open_clip_model.safetensors")
