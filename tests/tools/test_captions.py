"""What training captions claim, and which of them hold for a picture."""

import re

import numpy as np
import pytest
from clipmatrix.guidance.vocabulary import collect

from tools.clip_training.captions import all_words, write
from tools.clip_training.claims import bend, draw_claims
from tools.clip_training.grammars import GUIDE, JUDGE, Grammar
from tools.clip_training.looks import describe, draw_looks, is_held_out
from tools.clip_training.meanings import AXES, COLOURS, UNSAID, Claims, Framing, Kind, Pictures, truth

COUNT = 400


def drawn(seed: int = 0) -> Pictures:
    rng = np.random.default_rng(seed)
    body = ((rng.random((COUNT, 5)) < 0.4) * rng.uniform(-1, 1, (COUNT, 5))).astype(np.float32)
    framing = rng.integers(len(Framing), size=COUNT)
    return describe(draw_looks(COUNT, 0.3, rng), rng.integers(-1, 4, COUNT), framing, body)


def picture(kind: Kind, first: str, second: str = "", **body: float) -> Pictures:
    place = np.array([[body.get(axis, 0.0) for axis in AXES]], np.float32)
    colours = (np.array([COLOURS.index(name) if name else UNSAID]) for name in (first, second))
    front = np.zeros(1, np.int64)
    return Pictures(np.array([int(kind)]), *colours, front, front, front, place)


def claim(kind: int = UNSAID, first: str = "", second: str = "", average: int = 0, **body: int) -> Claims:
    colours = (np.array([COLOURS.index(name) if name else UNSAID]) for name in (first, second))
    unsaid = np.array([UNSAID])
    said = np.array([[body.get(axis, 0) for axis in AXES]])
    return Claims(np.array([int(kind)]), *colours, unsaid, unsaid, said, np.array([average]))


def test_every_caption_holds_for_the_picture_it_was_drawn_for() -> None:
    pictures = drawn()
    held = np.diag(truth(pictures, draw_claims(pictures, np.random.default_rng(1))))
    assert (held[pictures.framing == Framing.WHOLE] == 1).all()
    # A close view cannot show everything, so some of what is said about it cannot be told; nothing is wrong.
    assert (held > 0).all()


def test_most_bent_captions_are_lies() -> None:
    pictures = drawn()
    rng = np.random.default_rng(1)
    bent = bend(draw_claims(pictures, rng), rng)
    assert (np.diag(truth(pictures, bent)) == 0).mean() > 0.5


@pytest.mark.parametrize(
    ("shown", "said", "expected"),
    [
        (picture(Kind.PLAIN, "red"), claim(Kind.PLAIN, "red"), 1.0),
        (picture(Kind.PLAIN, "red"), claim(Kind.PLAIN, "blue"), 0.0),
        (picture(Kind.ACROSS, "red", "white"), claim(Kind.PLAIN, "red"), 0.0),
        (picture(Kind.ACROSS, "red", "white"), claim(Kind.STRIPES, "white", "red"), 1.0),
        (picture(Kind.ACROSS, "red", "white"), claim(Kind.CHECKS, "red", "white"), 0.0),
        (picture(Kind.SPOTS, "red", "white"), claim(Kind.SPOTS, "white", "red"), 0.5),
        (picture(Kind.GARMENTS, "red", "blue"), claim(Kind.GARMENTS, "red", "blue"), 1.0),
        (picture(Kind.GARMENTS, "red", "blue"), claim(Kind.GARMENTS, "blue", "red"), 0.0),
        (picture(Kind.GARMENTS, "red", "blue"), claim(Kind.GARMENTS, "red"), 1.0),
        (picture(Kind.GARMENTS, "red", "blue"), claim(Kind.HALVES, "red", "blue"), 0.5),
        (picture(Kind.PLAIN, "grey", weight=0.9), claim(weight=2), 1.0),
        (picture(Kind.PLAIN, "grey", weight=0.5), claim(weight=2), 0.5),
        (picture(Kind.PLAIN, "grey", weight=0.9), claim(weight=-1), 0.0),
        (picture(Kind.PLAIN, "grey"), claim(average=1), 1.0),
        (picture(Kind.PLAIN, "grey", height=0.9), claim(average=1), 0.0),
    ],
)
def test_claims_are_judged_as_a_person_would(shown: Pictures, said: Claims, expected: float) -> None:
    assert truth(shown, said)[0, 0] == expected


@pytest.mark.parametrize("grammar", [GUIDE, JUDGE], ids=["guide", "judge"])
def test_a_grammar_says_only_words_of_its_vocabulary_in_clean_english(grammar: Grammar) -> None:
    vocabulary = collect(all_words(grammar), 24)
    captions = write(draw_claims(drawn(), np.random.default_rng(2)), grammar, np.random.default_rng(3))
    for caption in captions:
        assert vocabulary.unknown_words(caption) == ()
        assert not re.search(r"[{}]|  |\ba a\b|\ba an\b|\ban an\b|\ba [aeiou]|\bthe a\b", caption), caption
    assert len(set(captions)) > COUNT * 0.6


def test_the_judge_speaks_differently_from_the_guide() -> None:
    ours, theirs = all_words(GUIDE), all_words(JUDGE)
    assert len(ours - theirs) > 40
    assert len(theirs - ours) > 40
    assert set(COLOURS) <= ours & theirs


def test_training_never_shows_the_pairs_of_colours_kept_for_testing() -> None:
    looks = draw_looks(2000, 0.0, np.random.default_rng(5))
    pairs = {(a, b) for a, b in zip(looks.first.tolist(), looks.second.tolist(), strict=True) if b >= 0}
    assert len(pairs) > 100
    assert not any(is_held_out(a, b) for a, b in pairs)
