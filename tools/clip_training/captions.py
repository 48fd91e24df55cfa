"""Puts claims into words with a grammar."""

import re

import numpy as np

from .grammars import Grammar, Words
from .meanings import AXES, DRESSED, PAINTS, UNSAID, Claims, Kind

_PATTERN_KEYS = {
    Kind.STRIPES: "stripes", Kind.ACROSS: "across", Kind.ALONG: "along", Kind.CHECKS: "checks", Kind.SPOTS: "spots",
}  # fmt: skip
_VERY = ("very", "very", "very", "extremely", "really")
_NO_ARTICLE = frozenset(("someone", "somebody"))


def _pick(words: Words, rng: np.random.Generator) -> str:
    return words[int(rng.integers(len(words)))]


def article(phrase: str) -> str:
    """The phrase with "a" or "an" before it."""
    return f"{'an' if phrase[0] in 'aeiou' else 'a'} {phrase}"


def _colours(claims: Claims, i: int, grammar: Grammar, rng: np.random.Generator) -> tuple[str, str]:
    first, second = int(claims.first[i]), int(claims.second[i])
    return (
        _pick(grammar.colours[PAINTS[first]], rng) if first != UNSAID else "",
        _pick(grammar.colours[PAINTS[second]], rng) if second != UNSAID else "",
    )


def _person(claims: Claims, i: int, grammar: Grammar, rng: np.random.Generator) -> tuple[str, list[str]]:
    """Noun for who is shown, and the adjectives of the body that the noun does not say."""
    levels = dict(zip(AXES, (int(level) for level in claims.body[i]), strict=True))
    adjectives = []
    gender, age = levels.pop("gender"), levels.pop("age")
    if age < 0:
        noun = "child" if gender == 0 else ("boy" if gender > 0 else "girl")
        subject = _pick(grammar.people[noun], rng)
        if gender == 0 and rng.random() < 0.12:
            subject = _pick(grammar.subjects, rng)
            adjectives.append(_pick(grammar.body["age", -1], rng))
    else:
        subject = (
            _pick(grammar.people["man" if gender > 0 else "woman"], rng) if gender else _pick(grammar.subjects, rng)
        )
        if age > 0:
            adjectives.append(("very " if age > 1 and rng.random() < 0.4 else "") + _pick(grammar.body["age", 1], rng))
    for axis, level in levels.items():
        if level:
            degree = f"{_pick(_VERY, rng)} " if abs(level) == 2 else ""
            adjectives.insert(0, degree + _pick(grammar.body[axis, int(np.sign(level))], rng))
    if claims.finish[i] != UNSAID:
        adjectives.append(_pick(grammar.finish[int(claims.finish[i])], rng))
    return subject, adjectives


def _noun_phrase(subject: str, adjectives: list[str], rng: np.random.Generator) -> str:
    if subject in _NO_ARTICLE:
        return f"{subject} {' and '.join(adjectives)}".strip()
    joint = ", " if len(adjectives) > 1 and rng.random() < 0.15 else " "
    phrase = joint.join([*adjectives, ""]).rstrip(" ,") + " " + subject
    phrase = phrase.strip()
    chance = rng.random()
    return phrase if chance < 0.08 else (f"the {phrase}" if chance < 0.16 else article(phrase))


def _fill(frame: str, subject: str, adjectives: list[str], rng: np.random.Generator, **words: str) -> str:
    """Fill a frame; adjectives that the frame puts before the subject join those of the body."""
    head = re.match(r"^((?:\{[acd]\} )*)\{s\}", frame)
    if head is None:
        return frame.format(s=_noun_phrase(subject, adjectives, rng), **words)
    front = head.group(1).format(**words).split()
    phrase = _noun_phrase(subject, [*adjectives, " ".join(front)] if front else adjectives, rng)
    return phrase + frame[head.end() :].format(s="", **words)


def _look(claims: Claims, i: int, grammar: Grammar, rng: np.random.Generator) -> str:
    kind, (c, d) = int(claims.kind[i]), _colours(claims, i, grammar, rng)
    subject, adjectives = _person(claims, i, grammar, rng)
    if kind == Kind.PLAIN:
        substance = int(claims.first[i]) >= 12 and c not in ("skin coloured", "skin colored", "naked", "nude", "bare")
        chance = rng.random()
        if substance and chance < 0.5 and c in ("gold", "silver", "stone", "chrome", "steel", "granite"):
            return _fill("{s} made of {c}", subject, adjectives, rng, c=c)
        if chance < 0.55 or c in ("naked", "nude", "bare"):
            return _fill("{c} {s}", subject, adjectives, rng, c=c)
        frames = grammar.made_of if chance < 0.65 and not substance else grammar.painted
        return _fill(_pick(frames, rng), subject, adjectives, rng, c=c)
    if kind == Kind.ANY:
        return _fill(_pick(grammar.two_tone, rng), subject, adjectives, rng, c=f"{c} and {d}")
    if kind in DRESSED:
        return _dressed(kind, c, d, subject, adjectives, grammar, rng)
    key = _PATTERN_KEYS[Kind(kind)]
    n, a = _pick(grammar.pattern_nouns[key], rng), _pick(grammar.pattern_adjectives[key], rng)
    if not c and not d:
        frame = "{a} {s}" if rng.random() < 0.5 else "{s} with {n}"
        return _fill(frame, subject, adjectives, rng, a=a, n=n)
    if kind == Kind.SPOTS and d and rng.random() < 0.7:
        return _fill(_pick(grammar.spot_frames, rng), subject, adjectives, rng, c=c, d=d, n=n)
    both = c if not d else f"{c} and {d}"
    plural = n if not n.startswith("a ") else n[2:]
    text = _fill(_pick(grammar.pattern_frames, rng), subject, adjectives, rng, c=both, n=plural, a=a)
    return text


def _dressed(
    kind: int, c: str, d: str, subject: str, adjectives: list[str], grammar: Grammar, rng: np.random.Generator
) -> str:
    t, b = _pick(grammar.tops, rng), _pick(grammar.bottoms, rng)
    if c and d:
        frames = grammar.dressed if kind == Kind.GARMENTS else grammar.half
        return _fill(_pick(frames, rng), subject, adjectives, rng, c=c, d=d, t=t, b=b)
    verb = _pick(("with", "wearing", "in"), rng)
    worn = f"{verb} {article(f'{c} {t}')}" if c else f"{verb} {d} {b}"
    return _fill("{s} {w}", subject, adjectives, rng, w=worn)


def write(claims: Claims, grammar: Grammar, rng: np.random.Generator) -> list[str]:
    """One caption for each claim, lower case."""
    captions = []
    for i in range(len(claims)):
        if claims.kind[i] != UNSAID:
            text = _look(claims, i, grammar, rng)
        else:
            subject, adjectives = _person(claims, i, grammar, rng)
            if claims.average[i]:
                frame = _pick(grammar.average, rng)
                if frame.endswith(" {s}"):
                    adjectives.append(frame.removesuffix(" {s}"))
                text = _fill(frame if frame.startswith("{s}") else "{s}", subject, adjectives, rng)
            else:
                text = _noun_phrase(subject, adjectives, rng)
        if claims.view[i] != UNSAID:
            text = f"{text}{', ' if rng.random() < 0.4 else ' '}{_pick(grammar.views[int(claims.view[i])], rng)}"
        caption = _pick(grammar.openings, rng).format(text) + _pick(grammar.endings, rng)
        captions.append(re.sub(r"\ba (?=[aeiou])", "an ", caption))
    return captions


def all_words(grammar: Grammar) -> set[str]:
    """Every word and punctuation mark the grammar can say."""
    texts = ["a an the and very extremely really made of with wearing in who is having . , !", " ".join(_VERY)]

    def gather(value: object) -> None:
        if isinstance(value, str):
            texts.append(re.sub(r"\{\w*\}", " ", value))
        elif isinstance(value, tuple):
            for item in value:
                gather(item)
        elif isinstance(value, dict):
            gather(tuple(value.values()))

    for name in grammar.__dataclass_fields__:
        gather(getattr(grammar, name))
    return {word for text in texts for word in re.findall(r"[a-z]+|[0-9]|[^\sa-z0-9]", text.lower())}
