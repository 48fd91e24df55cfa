"""The training loop: pictures and captions made on the fly, resumable, for a given time."""

import json
import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from clipmatrix.guidance.vocabulary import Vocabulary, collect
from open_clip.model import CLIP
from torch import Tensor

from .align import align
from .architecture import CONTEXT_LENGTH, MEAN, STD, AttributeHeads, Recipe, build
from .assess import assess
from .captions import all_words, write
from .claims import bend, draw_claims
from .compositing import compose
from .export import export
from .gbuffers import GBuffers, load_gbuffers
from .looks import CHANCES, LATE_CHANCES, describe, draw_looks
from .losses import contrastive
from .meanings import Pictures, join, truth

BATCH = 128
CAPTIONS = 96
"""Captions a step: this many true ones, and half as many bent ones beside them."""
BODY_SHARE = 0.3
HEADS_WEIGHT = 0.15
WARM_UP = 100
LATE = 0.7
"""Share of the time after which the mixture of pictures changes."""
EMA = 0.997
ALIGN_MINUTES = 4.0
SAVE_EVERY = 120.0
ASSESS_EVERY = 300.0
TEST_BUFFERS, TEST_SEED = 500, 97


@dataclass
class Run:
    """Everything that changes while training."""

    model: CLIP
    heads: AttributeHeads
    average: dict[str, Tensor]
    optimizer: torch.optim.Optimizer
    step: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Batch:
    """One step's material: pictures (B, 3, S, S), tokens (M, L), truth (B, M), and what the pictures show."""

    images: Tensor
    tokens: Tensor
    truth: Tensor
    shown: Pictures


def make_batch(
    buffers: GBuffers,
    recipe: Recipe,
    vocabulary: Vocabulary,
    rng: np.random.Generator,
    chances: tuple[float, ...] = CHANCES,
) -> Batch:
    """Paint, describe and caption ``BATCH`` pictures."""
    index = rng.integers(len(buffers.body), size=BATCH)
    looks = draw_looks(BATCH, BODY_SHARE, rng, chances=chances)
    images = compose(buffers, index, looks, recipe.vision["image_size"])
    shown = describe(looks, buffers.view.numpy()[index], buffers.framing.numpy()[index], buffers.body.numpy()[index])
    claims = draw_claims(shown, rng).take(rng.permutation(BATCH)[:CAPTIONS])
    claims = join([claims, bend(claims.take(np.arange(CAPTIONS // 2)), rng)])
    texts = write(claims, recipe.grammar, rng)
    return Batch(images, vocabulary.encode(texts), torch.from_numpy(truth(shown, claims)), shown)


def normalise(images: Tensor) -> Tensor:
    """What the model's image tower is fed."""
    return (images - torch.tensor(MEAN)[:, None, None]) / torch.tensor(STD)[:, None, None]


def _start(recipe: Recipe, vocabulary: Vocabulary) -> Run:
    torch.manual_seed(recipe.seed)
    model, heads = build(recipe, vocabulary), AttributeHeads()
    if "patch_size" not in recipe.vision:
        model.visual.to(memory_format=torch.channels_last)
    decayed = [p for p in model.parameters() if p.ndim >= 2]
    plain = [p for p in model.parameters() if p.ndim < 2]
    groups = [{"params": decayed, "weight_decay": 0.05}, {"params": [*plain, *heads.parameters()], "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=recipe.learning_rate, betas=(0.9, 0.98), foreach=True)
    average = {k: v.detach().clone() for k, v in model.state_dict().items()}
    return Run(model, heads, average, optimizer)


def _step(run: Run, batch: Batch, rate: float) -> tuple[float, float]:
    """One update; contrastive and attribute losses."""
    for group in run.optimizer.param_groups:
        group["lr"] = rate
    run.model.train()
    pixels = normalise(batch.images).contiguous(memory_format=torch.channels_last)
    with torch.autocast("cpu", torch.bfloat16):
        features, texts = run.model.encode_image(pixels), run.model.encode_text(batch.tokens)
    features, texts = features.float(), texts.float()
    scale = run.model.logit_scale.exp().clamp(max=60)
    loss = contrastive(F.normalize(features, dim=1), F.normalize(texts, dim=1), scale, batch.truth)
    extra = run.heads(features, batch.shown)
    run.optimizer.zero_grad(set_to_none=True)
    (loss + HEADS_WEIGHT * extra).backward()
    torch.nn.utils.clip_grad_norm_(run.model.parameters(), 2.0)
    run.optimizer.step()
    run.step += 1
    decay = min(EMA, (1 + run.step) / (10 + run.step))
    with torch.no_grad():
        for key, value in run.model.state_dict().items():
            if value.is_floating_point():
                run.average[key].lerp_(value, 1 - decay)
            else:
                run.average[key].copy_(value)
    return float(loss.detach()), float(extra.detach())


def _rate(recipe: Recipe, step: int, progress: float) -> float:
    """Warm-up over steps, then a cosine over the time given, down to 2 % of the highest rate."""
    return (
        recipe.learning_rate * min(1.0, (step + 1) / WARM_UP) * (0.02 + 0.98 * (1 + math.cos(math.pi * progress)) / 2)
    )


def _save(run: Run, path: Path) -> None:
    partial = path.with_suffix(".part")
    state: dict[str, Any] = {
        "model": run.model.state_dict(),
        "heads": run.heads.state_dict(),
        "average": run.average,
        "optimizer": run.optimizer.state_dict(),
        "step": run.step,
        "seconds": run.seconds,
    }
    torch.save(state, partial)
    partial.replace(path)


def _load(run: Run, path: Path) -> None:
    state = torch.load(path, weights_only=True)
    run.model.load_state_dict(state["model"])
    run.heads.load_state_dict(state["heads"])
    run.optimizer.load_state_dict(state["optimizer"])
    run.average, run.step, run.seconds = state["average"], state["step"], state["seconds"]


def assess_weights(
    recipe: Recipe, vocabulary: Vocabulary, weights: dict[str, Tensor], buffers: GBuffers
) -> dict[str, float]:
    """Zero-shot scores of a model with these weights."""
    model = build(recipe, vocabulary)
    model.load_state_dict(weights)
    model.eval()
    return assess(
        lambda images: F.normalize(model.encode_image(normalise(images)), dim=1),
        lambda texts: F.normalize(model.encode_text(vocabulary.encode(texts)), dim=1),
        buffers,
        recipe.vision["image_size"],
    )


def _report(recipe: Recipe, vocabulary: Vocabulary, run: Run, test: GBuffers, data: Path, output: Path) -> None:
    """Assess the averaged weights, write them to ``output``, and note the scores."""
    scores = assess_weights(recipe, vocabulary, run.average, test)
    export(recipe, vocabulary, run.average, output / recipe.name)
    line = {"step": run.step, "images": run.step * BATCH, "seconds": round(run.seconds), "scores": scores}
    with (data / f"{recipe.name}-scores.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps(line) + "\n")
    print(f"  {' '.join(f'{k.strip()}={v:.2f}' for k, v in scores.items())}", flush=True)


def train(recipe: Recipe, data: Path, hours: float, resume: bool, output: Path) -> None:
    """Train for ``hours``, saving to ``data`` every two minutes and exporting every five; then align the text tower.

    With ``resume`` the run goes on from its last save until ``hours`` are reached in all.
    """
    torch.set_num_threads(1)
    vocabulary = collect(all_words(recipe.grammar), CONTEXT_LENGTH)
    buffers = load_gbuffers(data, recipe.name, recipe.buffer_count, recipe.buffer_size, recipe.seed)
    test = load_gbuffers(data, f"{recipe.name}-test", TEST_BUFFERS, recipe.buffer_size, TEST_SEED)
    run = _start(recipe, vocabulary)
    checkpoint = data / f"{recipe.name}.ckpt"
    if resume and checkpoint.exists():
        _load(run, checkpoint)
    budget = hours * 3600
    rng = np.random.default_rng((recipe.seed, run.step))
    torch.manual_seed(recipe.seed * 1_000_003 + run.step)
    saved = assessed = run.seconds
    while run.seconds < budget:
        began = time.monotonic()
        chances = CHANCES if run.seconds < LATE * budget else LATE_CHANCES
        batch = make_batch(buffers, recipe, vocabulary, rng, chances)
        loss, extra = _step(run, batch, _rate(recipe, run.step, run.seconds / budget))
        run.seconds += time.monotonic() - began
        if run.step % 20 == 0:
            print(f"{run.step} {run.seconds:.0f}s loss {loss:.3f} attributes {extra:.3f}", flush=True)
        if run.seconds - saved > SAVE_EVERY:
            _save(run, checkpoint)
            saved = run.seconds
        if run.seconds - assessed > ASSESS_EVERY:
            _report(recipe, vocabulary, run, test, data, output)
            assessed = run.seconds
    _save(run, checkpoint)
    finished = build(recipe, vocabulary)
    finished.load_state_dict(run.average)
    align(finished, run.heads, vocabulary, buffers, recipe, ALIGN_MINUTES, recipe.seed)
    run.average = finished.state_dict()
    _report(recipe, vocabulary, run, test, data, output)
