"""Zero-shot accuracy of a tower on fresh pictures: colours, patterns, garments, bodies."""

from collections.abc import Callable
from dataclasses import fields

import numpy as np
import torch
from torch import Tensor

from .compositing import compose
from .gbuffers import GBuffers
from .looks import Looks, Pairs, draw_looks, is_held_out, shade
from .meanings import AXES, COLOURS, Framing, Kind

Encode = Callable[[Tensor], Tensor]
EncodeText = Callable[[list[str]], Tensor]

BODIES: dict[tuple[str, int], str] = {
    ("weight", 1): "a very fat person", ("weight", -1): "a very thin person", ("height", 1): "a tall person",
    ("height", -1): "a short person", ("muscle", 1): "a muscular person", ("age", -1): "a child",
    ("age", 1): "an old person",
}  # fmt: skip
_PATTERN_TEXTS = {
    Kind.ACROSS: "a figure with {} and {} stripes", Kind.ALONG: "a figure with {} and {} stripes",
    Kind.CHECKS: "a figure with {} and {} checks", Kind.SPOTS: "a {} figure with {} spots",
}  # fmt: skip


def _looks(kind: int, first: int, second: int, rng: np.random.Generator) -> Looks:
    """One look with chosen contents."""
    rgb = np.zeros((1, 4, 3), np.float32)
    rgb[0, 0] = shade(COLOURS[first], rng)
    rgb[0, 1] = shade(COLOURS[second], rng) if second >= 0 else rgb[0, 0]
    rgb[0, 2], rgb[0, 3] = shade("skin", rng), shade("black", rng)
    return Looks(np.array([kind]), np.array([first]), np.array([second]), np.array([0]), rgb)


def _stack(looks: list[Looks]) -> Looks:
    return Looks(**{field.name: np.concatenate([getattr(one, field.name) for one in looks]) for field in fields(Looks)})


def _pairs(which: Pairs) -> list[tuple[int, int]]:
    count = len(COLOURS)
    ordered = [(i, j) for i in range(count) for j in range(count) if i != j]
    return [pair for pair in ordered if is_held_out(*pair) == (which == "held-out")]


def _right(images: Tensor, texts: Tensor, answers: list[int]) -> float:
    guesses = (images @ texts.T).argmax(dim=1)
    return float((guesses == torch.tensor(answers)).float().mean())


def _draw(buffers: GBuffers, count: int, rng: np.random.Generator) -> np.ndarray:
    whole = np.flatnonzero(buffers.framing.numpy() == Framing.WHOLE)
    return rng.choice(whole, count)


def _colours(image: Encode, text: EncodeText, buffers: GBuffers, size: int, rng: np.random.Generator) -> float:
    answers = [i % len(COLOURS) for i in range(240)]
    looks = _stack([_looks(Kind.PLAIN, colour, -1, rng) for colour in answers])
    pictures = compose(buffers, _draw(buffers, len(answers), rng), looks, size)
    return _right(image(pictures), text([f"a {colour} figure" for colour in COLOURS]), answers)


def _two(
    kinds: tuple[Kind, ...], which: Pairs, rng: np.random.Generator, count: int = 160
) -> list[tuple[Kind, int, int]]:
    pairs = _pairs(which)
    chosen = [pairs[i] for i in rng.integers(len(pairs), size=count)]
    return [(kinds[i % len(kinds)], *pair) for i, pair in enumerate(chosen)]


def _patterns(
    image: Encode, text: EncodeText, buffers: GBuffers, size: int, which: Pairs, rng: np.random.Generator
) -> float:
    """Stripes, checks, spots or two plain halves of it, the colours given: four-way."""
    shown = _two((Kind.ACROSS, Kind.ALONG, Kind.CHECKS, Kind.SPOTS), which, rng)
    pictures = compose(buffers, _draw(buffers, len(shown), rng), _stack([_looks(*one, rng) for one in shown]), size)
    features, right = image(pictures), 0
    for feature, (kind, first, second) in zip(features, shown, strict=True):
        a, b = COLOURS[first], COLOURS[second]
        texts = [
            f"a figure with {a} and {b} stripes", f"a figure with {a} and {b} checks", f"a {a} figure with {b} spots",
            f"a {a} figure",
        ]  # fmt: skip
        answer = {Kind.CHECKS: 1, Kind.SPOTS: 2}.get(kind, 0)
        right += int((text(texts) @ feature).argmax()) == answer
    return right / len(shown)


def _garments(
    image: Encode, text: EncodeText, buffers: GBuffers, size: int, which: Pairs, rng: np.random.Generator
) -> float:
    """Right colours on shirt and trousers among: swapped, one of both wrong, plain in either colour; six-way."""
    shown = _two((Kind.GARMENTS,), which, rng, 120)
    pictures = compose(buffers, _draw(buffers, len(shown), rng), _stack([_looks(*one, rng) for one in shown]), size)
    features, right = image(pictures), 0
    for feature, (_, first, second) in zip(features, shown, strict=True):
        a, b = COLOURS[first], COLOURS[second]
        c = COLOURS[next(i for i in (first + 4, first + 5) if i % 12 != second) % 12]
        worn = [(a, b), (b, a), (c, b), (a, c)]
        texts = [f"a person with a {x} shirt and {y} trousers" for x, y in worn] + [f"a {a} figure", f"a {b} figure"]
        right += int((text(texts) @ feature).argmax()) == 0
    return right / len(shown)


def _bodies(
    image: Encode, text: EncodeText, buffers: GBuffers, size: int, rng: np.random.Generator
) -> dict[str, float]:
    """Bodies that are extreme in one way only: seven-way over `BODIES`, and fat against thin."""
    place = buffers.body.numpy()
    alone = (np.abs(place) > 0.6).sum(axis=1) == 1
    alone &= (np.sort(np.abs(place), axis=1)[:, -2] < 0.3) & (buffers.framing.numpy() == Framing.WHOLE)
    keys = list(BODIES)
    index, answers = [], []
    for i in np.flatnonzero(alone):
        axis = int(np.abs(place[i]).argmax())
        key = (AXES[axis], int(np.sign(place[i, axis])))
        if key in BODIES:
            index.append(i)
            answers.append(keys.index(key))
    looks = draw_looks(len(index), 1.0, rng)
    features = image(compose(buffers, np.array(index), looks, size))
    vectors = text(list(BODIES.values()))
    heavy = [i for i, answer in enumerate(answers) if answer < 2]
    scores = {"body (7)": _right(features, vectors, answers)}
    for k, caption in enumerate(BODIES.values()):
        mine = [i for i, answer in enumerate(answers) if answer == k]
        if mine:
            scores[f"  {caption} ({len(mine)})"] = _right(features[mine], vectors, [k] * len(mine))
    scores["fat against thin"] = _right(features[heavy], vectors[:2], [answers[i] for i in heavy])
    return scores


def assess(image: Encode, text: EncodeText, buffers: GBuffers, size: int, seed: int = 0) -> dict[str, float]:
    """Share of right answers by question.

    Parameters
    ----------
    image
        Pictures (B, 3, size, size) in 0..1 to unit vectors (B, D).
    text
        Captions to unit vectors (M, D).
    buffers
        Of bodies that were not trained on.
    """
    rng = np.random.default_rng(seed)
    state = torch.get_rng_state()
    torch.manual_seed(seed)
    try:
        with torch.no_grad():
            scores = {"plain colour (12)": _colours(image, text, buffers, size, rng)}
            for which in ("training", "held-out"):
                scores[f"pattern (4), {which} colours"] = _patterns(image, text, buffers, size, which, rng)
                scores[f"garments (6), {which} colours"] = _garments(image, text, buffers, size, which, rng)
            return scores | _bodies(image, text, buffers, size, rng)
    finally:
        torch.set_rng_state(state)
