"""What a training picture shows and what a caption claims, and which claims hold for which pictures."""

from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float32]

COLOURS = ("red", "green", "blue", "yellow", "purple", "orange", "black", "white", "grey", "brown", "pink", "cyan")
SUBSTANCES = ("skin", "gold", "silver", "stone")
PAINTS = COLOURS + SUBSTANCES
UNSAID = -1

# Paints a person could reasonably call by the other's name: never counted as wrong, never as right.
_NEAR = (
    ("gold", "yellow"), ("gold", "orange"), ("gold", "brown"), ("silver", "grey"), ("silver", "white"),
    ("silver", "stone"), ("stone", "grey"), ("stone", "brown"), ("skin", "brown"), ("skin", "pink"), ("skin", "orange"),
    ("skin", "white"), ("skin", "stone"),
)  # fmt: skip


class Kind(IntEnum):
    """How the base colours are laid out on the figure."""

    PLAIN = 0
    ACROSS = 1
    """Horizontal stripes."""
    ALONG = 2
    """Vertical stripes."""
    CHECKS = 3
    SPOTS = 4
    GARMENTS = 5
    HALVES = 6
    STRIPES = 7
    """Claims only: stripes of any direction."""
    ANY = 8
    """Claims only: two colours, whatever their layout."""
    BLOTCHES = 9
    """Pictures only: patches of several colours, as half-grown textures have them; nothing said about colour holds."""


LAYOUTS = 7
"""The kinds before the first that only claims have."""
PATTERNS = (Kind.ACROSS, Kind.ALONG, Kind.CHECKS, Kind.SPOTS)
DRESSED = (Kind.GARMENTS, Kind.HALVES)

AXES = ("weight", "muscle", "height", "age", "gender")
VIEWS = ("front", "side", "back", "above")


class Framing(IntEnum):
    """Which part of the figure a picture shows."""

    WHOLE = 0
    UPPER = 1
    LOWER = 2
    HEAD = 3


@dataclass(frozen=True)
class Pictures:
    """What B pictures show.

    Attributes
    ----------
    kind, first, second, finish, view, framing
        (B,) int64. ``first``/``second`` index `PAINTS` (top and bottom when dressed, ground and spots for spots),
        ``second`` is -1 for plain ones, both for blotches; ``finish`` 0 matte, 1 shiny; ``view`` indexes `VIEWS` or -1.
    body
        (B, 5) float32 in -1..1 along `AXES`: thin..fat, slight..muscular, short..tall, child..old, feminine..masculine.
    """

    kind: IntArray
    first: IntArray
    second: IntArray
    finish: IntArray
    view: IntArray
    framing: IntArray
    body: FloatArray


@dataclass(frozen=True)
class Claims:
    """What M captions claim; -1 means unsaid.

    Attributes
    ----------
    kind, first, second, finish, view
        (M,) int64, as in `Pictures`.
    body
        (M, 5) int64: 0 unsaid, +-1 ("fat"), +-2 ("very fat").
    average
        (M,) int64: 1 where an average body is claimed.
    """

    kind: IntArray
    first: IntArray
    second: IntArray
    finish: IntArray
    view: IntArray
    body: IntArray
    average: IntArray

    def __len__(self) -> int:
        return len(self.kind)

    def take(self, index: IntArray) -> "Claims":
        """The claims at ``index`` (K,)."""
        return Claims(**{f.name: getattr(self, f.name)[index] for f in fields(self)})


def join(parts: list[Claims]) -> Claims:
    """One after the other."""
    return Claims(**{f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Claims)})


def _agreement() -> FloatArray:
    table = np.eye(len(PAINTS), dtype=np.float32)
    for one, other in _NEAR:
        i, j = PAINTS.index(one), PAINTS.index(other)
        table[i, j] = table[j, i] = 0.5
    return table


_AGREEMENT = _agreement()


def _paint(shown: IntArray, said: IntArray) -> FloatArray:
    """1 where the paint shown is the one said (or none was said), 0.5 where it may be called so, 0 otherwise."""
    known = np.where(shown[:, None] < 0, 0.0, _AGREEMENT[np.maximum(shown, 0)[:, None], np.maximum(said, 0)[None, :]])
    return np.where(said[None, :] < 0, 1.0, known).astype(np.float32)


def _look_truth(pictures: Pictures, claims: Claims) -> FloatArray:
    """Truth of what is said about colours and their layout, (B, M) in {0, 0.5, 1}."""
    kind, said = pictures.kind[:, None], claims.kind[None, :]
    first, second = pictures.first, pictures.second
    in_order = np.minimum(_paint(first, claims.first), _paint(second, claims.second))
    swapped = np.minimum(_paint(second, claims.first), _paint(first, claims.second))
    either = np.maximum(in_order, swapped)
    plain = kind == Kind.PLAIN
    patterned = np.isin(kind, PATTERNS)
    dressed = np.isin(kind, DRESSED)
    touches = np.maximum(_paint(first, claims.first), _paint(second, claims.first))

    truth = np.ones(in_order.shape, np.float32)
    truth = np.where(said == Kind.PLAIN, plain * _paint(first, claims.first), truth)
    same = np.where(said == Kind.STRIPES, (kind == Kind.ACROSS) | (kind == Kind.ALONG), kind == said)
    two = np.where(claims.second[None, :] < 0, touches, either)
    truth = np.where(np.isin(said, (*PATTERNS, Kind.STRIPES)), same * two, truth)
    spots = np.where(claims.second[None, :] < 0, _paint(second, claims.first), np.maximum(in_order, 0.5 * swapped))
    truth = np.where(said == Kind.SPOTS, same * spots, truth)
    truth = np.where(said == Kind.ANY, (patterned | dressed) * either, truth)

    uniform = plain * np.minimum(_paint(first, claims.first), _paint(first, claims.second))
    worn = np.where(dressed, np.where(kind == said, 1.0, 0.5) * in_order, 0.5 * (uniform > 0))
    hidden = (pictures.framing[:, None] != Framing.WHOLE) & dressed & (either > 0)
    worn = np.where(hidden, np.minimum(worn, 0.5), worn)
    partly = (
        (pictures.framing[:, None] != Framing.WHOLE)
        & dressed
        & (np.maximum(_paint(first, claims.first), _paint(second, claims.second)) > 0)
    )
    worn = np.where(partly, np.maximum(worn, 0.5), worn)
    return np.where(np.isin(said, DRESSED), worn, truth).astype(np.float32)


def _body_truth(pictures: Pictures, claims: Claims) -> FloatArray:
    """Truth of what is said about the body, (B, M) in {0, 0.5, 1}."""
    truth = np.ones((len(pictures.kind), len(claims)), np.float32)
    hidden = pictures.framing[:, None] != Framing.WHOLE
    for axis, name in enumerate(AXES):
        said = claims.body[None, :, axis]
        shown = pictures.body[:, None, axis] * np.sign(said)
        bar = np.where(np.abs(said) == 2, 0.72, 0.42)
        doubt = np.where(np.abs(said) == 2, 0.40, 0.18)
        held = np.where(shown >= bar, 1.0, np.where(shown >= doubt, 0.5, 0.0))
        if name == "gender":
            held = np.where((held == 0) & (shown > -0.3), 0.5, held)
        if name in ("height", "muscle"):
            held = np.where(hidden, 0.5, held)
        truth = np.minimum(truth, np.where(said == 0, 1.0, held))
    furthest = np.abs(pictures.body).max(axis=1)[:, None]
    ordinary = np.where(furthest < 0.2, 1.0, np.where(furthest < 0.45, 0.5, 0.0))
    return np.where(claims.average[None, :] == 1, np.minimum(truth, ordinary), truth).astype(np.float32)


def truth(pictures: Pictures, claims: Claims) -> FloatArray:
    """Which claims hold.

    Returns
    -------
    (B, M) float32: 1 holds, 0 does not, 0.5 cannot be told (left out of the training loss).
    """
    total = np.minimum(_look_truth(pictures, claims), _body_truth(pictures, claims))
    for shown, said in ((pictures.finish, claims.finish), (pictures.view, claims.view)):
        held = np.where(shown[:, None] < 0, 0.5, shown[:, None] == said[None, :])
        total = np.minimum(total, np.where(said[None, :] < 0, 1.0, held))
    return total.astype(np.float32)
