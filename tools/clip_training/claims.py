"""Draws what captions say about pictures, and small lies to tell them from."""

from dataclasses import dataclass

import numpy as np

from .meanings import AXES, COLOURS, DRESSED, PAINTS, PATTERNS, UNSAID, Claims, IntArray, Kind, Pictures, join


@dataclass
class _Draft:
    """One claim while it is being drawn."""

    kind: int = UNSAID
    first: int = UNSAID
    second: int = UNSAID
    finish: int = UNSAID
    view: int = UNSAID
    body: tuple[int, ...] = (0,) * len(AXES)
    average: int = 0


def _freeze(drafts: list[_Draft]) -> Claims:
    def column(name: str) -> IntArray:
        return np.array([getattr(draft, name) for draft in drafts], np.int64)

    return Claims(*(column(name) for name in ("kind", "first", "second", "finish", "view", "body", "average")))


def _say_body(values: np.ndarray, rng: np.random.Generator) -> tuple[tuple[int, ...], int]:
    """Some of what is remarkable about a body; an average one may be called so."""
    levels = np.where(np.abs(values) >= 0.72, 2, np.where(np.abs(values) >= 0.42, 1, 0)) * np.sign(values).astype(int)
    remarkable = np.flatnonzero(levels)
    if len(remarkable) == 0:
        return (0,) * len(AXES), int(np.abs(values).max() < 0.2)
    keep = rng.permutation(remarkable)[: 1 if rng.random() < 0.7 else 2]
    said = [0] * len(AXES)
    for axis in keep:
        level = int(levels[axis])
        said[axis] = int(np.sign(level)) if rng.random() < 0.45 else level
    return tuple(said), 0


def _say_look(draft: _Draft, pictures: Pictures, i: int, rng: np.random.Generator) -> None:
    kind, first, second = int(pictures.kind[i]), int(pictures.first[i]), int(pictures.second[i])
    if kind == Kind.BLOTCHES:
        return
    draft.kind, draft.first, draft.second = kind, first, second
    chance = rng.random()
    if kind in (Kind.ACROSS, Kind.ALONG) and chance < 0.5:
        draft.kind = Kind.STRIPES
    chance = rng.random()
    if kind in PATTERNS:
        if chance < 0.12:
            draft.first = draft.second = UNSAID
        elif chance < 0.22:
            draft.first, draft.second = (second if kind == Kind.SPOTS or rng.random() < 0.5 else first), UNSAID
        elif chance < 0.30:
            draft.kind = Kind.ANY
        if draft.second != UNSAID and kind != Kind.SPOTS and rng.random() < 0.5:
            draft.first, draft.second = draft.second, draft.first
    elif kind == Kind.GARMENTS:
        if chance < 0.12:
            draft.second = UNSAID
        elif chance < 0.24:
            draft.first = UNSAID
    if pictures.finish[i] == 1 and rng.random() < 0.35:
        draft.finish = 1
    elif pictures.finish[i] == 0 and rng.random() < 0.08:
        draft.finish = 0


def draw_claims(pictures: Pictures, rng: np.random.Generator) -> Claims:
    """One true caption's worth of claims for each picture: look only, body only, or both."""
    drafts = []
    for i in range(len(pictures.kind)):
        draft = _Draft()
        body, average = _say_body(pictures.body[i], rng)
        remarkable = any(body)
        bare = PAINTS[pictures.first[i]] in ("grey", "skin") and pictures.kind[i] == Kind.PLAIN
        chance = rng.random()
        if remarkable and chance < (0.85 if bare else 0.4):
            draft.body = body
        elif average and chance < (0.3 if bare else 0.08):
            draft.average = 1
        else:
            _say_look(draft, pictures, i, rng)
            if remarkable and rng.random() < 0.5:
                draft.body = body
        if pictures.view[i] >= 0 and rng.random() < 0.12:
            draft.view = int(pictures.view[i])
        drafts.append(draft)
    return _freeze(drafts)


def _other(colour: int, rng: np.random.Generator) -> int:
    return int((colour + rng.integers(1, len(COLOURS))) % len(COLOURS))


def bend(claims: Claims, rng: np.random.Generator) -> Claims:
    """Each claim with one thing changed: swapped colours, another pattern, another colour, the opposite body."""
    drafts = []
    for i in range(len(claims)):
        draft = _Draft(
            **{name: int(getattr(claims, name)[i]) for name in ("kind", "first", "second", "finish", "view")},
            body=tuple(int(level) for level in claims.body[i]),
            average=int(claims.average[i]),
        )
        chance = rng.random()
        if any(draft.body) and chance < 0.5:
            if rng.random() < 0.7:
                draft.body = tuple(-level for level in draft.body)
            else:
                axis, level = int(rng.integers(3)), int(rng.choice((-2, -1, 1, 2)))
                draft.body = tuple(level if a == axis else 0 for a in range(len(AXES)))
        elif draft.average:
            axis, level = int(rng.integers(len(AXES))), int(rng.choice((-2, -1, 1, 2)))
            draft.average, draft.body = 0, tuple(level if a == axis else 0 for a in range(len(AXES)))
        elif draft.kind in DRESSED and chance < 0.7 and UNSAID not in (draft.first, draft.second):
            draft.first, draft.second = draft.second, draft.first
        elif draft.kind in (*PATTERNS, Kind.STRIPES) and chance < 0.6:
            draft.kind = int(rng.choice([kind for kind in PATTERNS if kind != draft.kind]))
        elif draft.first != UNSAID and rng.random() < 0.5:
            draft.first = _other(draft.first, rng)
            if draft.first == draft.second:
                draft.first = _other(draft.first, rng)
        elif draft.second != UNSAID:
            draft.second = _other(draft.second, rng)
            if draft.first == draft.second:
                draft.second = _other(draft.second, rng)
        elif draft.first != UNSAID:
            draft.first = _other(draft.first, rng)
        drafts.append(draft)
    return _freeze(drafts)


def with_bent(claims: Claims, rng: np.random.Generator) -> Claims:
    """The claims and, after them, half as many bent ones; those about clothes first, the hardest to learn."""
    dressed_first = np.argsort(~np.isin(claims.kind, DRESSED), kind="stable")
    return join([claims, bend(claims.take(dressed_first[: len(claims) // 2]), rng)])
