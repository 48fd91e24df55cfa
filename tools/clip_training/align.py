"""Second stage: the text tower learns who wears what where, on embeddings of pictures that are made once.

After the first stage the image tower can tell a red shirt over blue trousers from the opposite, but the text tower
hardly can. With the pictures' embeddings kept, a step costs the text tower alone. The read-outs that were trained on
pictures are asked of the captions, too: a caption that says a red shirt must read as one.
"""

import time
from dataclasses import dataclass, fields

import numpy as np
import torch
import torch.nn.functional as F
from clipmatrix.guidance.vocabulary import Vocabulary
from open_clip.model import CLIP
from torch import Tensor

from .architecture import MEAN, STD, AttributeHeads, Recipe
from .captions import write
from .claims import draw_claims, with_bent
from .compositing import compose
from .gbuffers import GBuffers
from .looks import CHANCES, LATE_CHANCES, describe, draw_looks
from .losses import contrastive
from .meanings import Pictures, truth

PICTURES = 12_000
BATCH, CAPTIONS = 256, 128
BODY_SHARE = 0.3
LEARNING_RATE = 1e-3
HEADS_WEIGHT = 0.5
WARM_UP = 30
CHUNK = 200


@dataclass(frozen=True)
class Gallery:
    """Embeddings (N, D) of pictures, not normalised, and what the pictures show."""

    features: Tensor
    shown: Pictures


def _take(shown: Pictures, index: np.ndarray) -> Pictures:
    return Pictures(**{field.name: getattr(shown, field.name)[index] for field in fields(Pictures)})


def _stack(parts: list[Pictures]) -> Pictures:
    names = [field.name for field in fields(Pictures)]
    return Pictures(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


def gallery(model: CLIP, buffers: GBuffers, recipe: Recipe, rng: np.random.Generator) -> Gallery:
    """Paint and embed ``PICTURES`` pictures, half of them from the mixture with many clothes."""
    features, shown = [], []
    mean, std = (torch.tensor(value)[:, None, None] for value in (MEAN, STD))
    for start in range(0, PICTURES, CHUNK):
        index = rng.integers(len(buffers.body), size=CHUNK)
        looks = draw_looks(CHUNK, BODY_SHARE, rng, chances=LATE_CHANCES if start % (2 * CHUNK) else CHANCES)
        images = compose(buffers, index, looks, recipe.vision["image_size"])
        with torch.no_grad():
            features.append(model.encode_image((images - mean) / std))
        facts = (column.numpy()[index] for column in (buffers.view, buffers.framing, buffers.body))
        shown.append(describe(looks, *facts))
    return Gallery(torch.cat(features), _stack(shown))


def align(
    model: CLIP,
    heads: AttributeHeads,
    vocabulary: Vocabulary,
    buffers: GBuffers,
    recipe: Recipe,
    minutes: float,
    seed: int,
) -> None:
    """Train the model's text tower in place against fixed pictures and read-outs for ``minutes``."""
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    model.eval().requires_grad_(False)
    heads.requires_grad_(False)
    pictures = gallery(model, buffers, recipe, rng)
    length = pictures.features.norm(dim=1).mean()
    units = F.normalize(pictures.features, dim=1)
    words = [p.requires_grad_(True) for name, p in model.named_parameters() if not name.startswith("visual.")]
    optimizer = torch.optim.AdamW(words, lr=LEARNING_RATE, weight_decay=0.01)
    began, step = time.monotonic(), 0
    while (progress := (time.monotonic() - began) / (60 * minutes)) < 1:
        for group in optimizer.param_groups:
            group["lr"] = LEARNING_RATE * min(1.0, (step + 1) / WARM_UP) * (1 - progress)
        index = rng.integers(len(units), size=BATCH)
        shown = _take(pictures.shown, index)
        claims = with_bent(draw_claims(shown, rng).take(np.arange(CAPTIONS)), rng)
        texts = F.normalize(model.encode_text(vocabulary.encode(write(claims, recipe.grammar, rng))), dim=1)
        scale = model.logit_scale.exp().clamp(max=60)
        loss = contrastive(units[torch.from_numpy(index)], texts, scale, torch.from_numpy(truth(shown, claims)))
        extra = heads.read_captions(texts * length, claims)
        optimizer.zero_grad(set_to_none=True)
        (loss + HEADS_WEIGHT * extra).backward()
        optimizer.step()
        step += 1
        if step % 50 == 0:
            seconds = time.monotonic() - began
            print(f"align {step} {seconds:.0f}s loss {loss.detach():.3f} read {extra.detach():.3f}", flush=True)
