"""What one judge makes of pictures: similarity, retrieval, direction, faces where there should be none.

Sources: CLIP score, Hessel et al. 2021; R-precision, Park et al. 2021, as Jain et al. 2022 (Dream Fields) use it for
views of 3D; mean over 24 views, best over a course (MES) and iterations to a target (ITS), Ma et al. 2023 (X-Mesh);
directional similarity, Gal et al. 2022 (StyleGAN-NADA), eq. 2.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from ..guidance.prompts import sides
from ..guidance.towers import Tower
from .judge import Retrieval
from .views import Views

FRONT_SIDE, BACK_SIDE = 0, 2
"""Places of "front view" and "back view" among :data:`clipmatrix.guidance.prompts.SIDES`."""

SAME = 1 - 1e-4
"""Two texts or pictures with a larger cosine are one for a judge."""


@dataclass(frozen=True)
class Score:
    """Pictures of one kind, in some poses.

    Attributes
    ----------
    similarity, spread
        Mean cosine of the pictures and the prompt, and its standard deviation over them. Published CLIP scores are
        often a hundred times that.
    rank
        Place of the prompt among all by that mean; 1 is best, equals share the worse place.
    r_precision
        Share of the pictures for which the prompt comes first, alone.
    best
        The prompt that came first.
    """

    similarity: float
    spread: float
    rank: int
    r_precision: float
    best: str


@dataclass(frozen=True)
class Verdict:
    """All that one judge says.

    Attributes
    ----------
    judge
        Its name, as :func:`clipmatrix.guidance.load_tower` takes it.
    unknown_words
        Words of the prompt that it never saw.
    textured_rest, textured_unseen, plain_rest, plain_unseen
        Finished look and bare grey geometry, at rest and in unseen poses; None where no joint turns.
    mes
        Best mean similarity of textured views at rest over a course; of the result alone where there is no course.
    its
        First step of the course at which that mean reaches the target; None without course or target, or if never.
    directional
        Mean cosine between what changed in the pictures and what changes from origin to prompt, textured, at rest. None
        where nothing changed.
    back_as_front, front_as_front
        Share of views from behind, and from the front, that are nearer to "<prompt>, front view" than to
        "<prompt>, back view". The first should be 0, and says something only if the second is near 1. None where the
        judge cannot tell the two texts apart.
    ranking
        All prompts with their mean similarity to all textured pictures, best first.
    """

    judge: str
    unknown_words: tuple[str, ...]
    textured_rest: Score
    textured_unseen: Score | None
    plain_rest: Score
    plain_unseen: Score | None
    mes: float
    its: int | None
    directional: float | None
    back_as_front: float | None
    front_as_front: float | None
    ranking: tuple[tuple[str, float], ...]


@dataclass(frozen=True, eq=False)
class Seen:
    """Everything as one judge sees it; unit vectors of D numbers.

    Attributes
    ----------
    textured, plain
        (Q, N, D) the result in Q poses, the first at rest, from N views.
    before
        (N, D) what it came from, textured, at rest.
    course
        Steps, and (N, D) the states at them, textured, at rest.
    """

    textured: Tensor
    plain: Tensor
    before: Tensor
    course: tuple[tuple[int, Tensor], ...] = ()


@torch.no_grad()
def verdict(
    judge: Tower, seen: Seen, views: Views, prompt: str, origin: str, among: Sequence[str], target: float | None
) -> Verdict:
    """Score what a judge saw.

    Parameters
    ----------
    prompt, origin
        What the result should look like; what it came from.
    among
        Prompts to rank it among; the prompt is added if it is not there.
    target
        Similarity that a course shall reach.
    """
    prompts = tuple(dict.fromkeys((prompt, *among)))
    texts = judge.encode_text(list(prompts))
    whole = (seen.textured.flatten(0, 1) @ texts.T).mean(dim=0).tolist()
    means = [(step, float((pictures @ texts[0]).mean())) for step, pictures in seen.course]
    last = float((seen.textured[0] @ texts[0]).mean())
    back, front = _faces(judge, seen.textured, views, prompt)
    return Verdict(
        judge=judge.name,
        unknown_words=judge.unknown_words(prompt),
        textured_rest=_score(seen.textured[:1], texts, prompts),
        textured_unseen=_score(seen.textured[1:], texts, prompts) if len(seen.textured) > 1 else None,
        plain_rest=_score(seen.plain[:1], texts, prompts),
        plain_unseen=_score(seen.plain[1:], texts, prompts) if len(seen.plain) > 1 else None,
        mes=max([last, *(mean for _, mean in means)]),
        its=next((step for step, mean in means if target is not None and mean >= target), None),
        directional=_direction(judge, seen.before, seen.textured[0], origin, prompt),
        back_as_front=back,
        front_as_front=front,
        ranking=tuple(sorted(zip(prompts, whole, strict=True), key=lambda entry: -entry[1])),
    )


def _score(pictures: Tensor, texts: Tensor, prompts: tuple[str, ...]) -> Score:
    """Score pictures (Q, N, D) against texts (M, D), the first of which is the right one."""
    cosines = pictures.flatten(0, 1) @ texts.T
    retrieval = Retrieval(prompts, tuple(cosines.mean(dim=0).tolist()))
    others = cosines[:, 1:]
    first = (cosines[:, :1] > others).all(dim=1) if others.shape[1] else torch.ones(len(cosines), dtype=torch.bool)
    return Score(
        similarity=float(cosines[:, 0].mean()),
        spread=float(cosines[:, 0].std(unbiased=False)),
        rank=retrieval.rank(prompts[0]),
        r_precision=float(first.float().mean()),
        best=retrieval.best,
    )


def _direction(judge: Tower, before: Tensor, after: Tensor, origin: str, prompt: str) -> float | None:
    start, end = judge.encode_text([origin, prompt])
    if float(start @ end) > SAME or bool(((before * after).sum(dim=1) > SAME).all()):
        return None
    wanted = F.normalize(end - start, dim=0)
    return float((F.normalize(after - before, dim=1, eps=1e-6) @ wanted).mean())


def _faces(judge: Tower, pictures: Tensor, views: Views, prompt: str) -> tuple[float | None, float | None]:
    """Shares of views from behind and from the front that look like a front: see :class:`Verdict`."""
    stem = prompt.rstrip(" .")
    front, back = judge.encode_text([f"{stem}, front view", f"{stem}, back view"])
    if float(front @ back) > SAME:
        return None, None
    like_front = pictures @ front > pictures @ back
    side = sides(views.azimuths, views.elevations).to(judge.device)

    def share(wanted: int) -> float | None:
        chosen = like_front[:, side == wanted]
        return float(chosen.float().mean()) if chosen.numel() else None

    return share(BACK_SIDE), share(FRONT_SIDE)
