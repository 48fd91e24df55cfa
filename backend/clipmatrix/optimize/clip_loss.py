"""Compare pictures with prompts, as the guiding towers see them."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from ..guidance.augment import Crops, cropped
from ..guidance.prompts import PictureKind, Seen, sides, similarity
from ..render.render import Images
from .random_draws import Shown
from .sampling import Views
from .scene import Guide

Origins = Mapping[PictureKind, Tensor]
"""By kind of picture, (N, D) unit vectors: views of the character as it came, which directed prompts start from."""


def asks_directions(guides: Sequence[Guide]) -> bool:
    """Whether a prompt is directed; prompts are the same for all towers."""
    return guides[0].targets.any_directed


@torch.no_grad()
def start_vectors(guides: Sequence[Guide], before: Images | None, crops: Sequence[Shown]) -> tuple[Origins, ...]:
    """Embed pictures of the start with every tower; nothing where no prompt is directed."""
    if before is None or not asks_directions(guides):
        return ({},) * len(guides)
    return tuple(_embedded(guide, before, mine) for guide, mine in zip(guides, crops, strict=True))


def similarities(
    guides: Sequence[Guide],
    views: Views,
    images: Images,
    origins: Sequence[Origins],
    crops: Sequence[Shown],
    subsets: Tensor | None = None,
) -> Tensor:
    """Compare pictures of views with the prompts: in [-1, 1] for each subset of them, means over the towers.

    Parameters
    ----------
    guides
        The towers, and where prompts lie for each.
    views, images
        N views, and what they see of the character.
    origins
        From :func:`start_vectors`, for each tower.
    crops
        For each tower, through which crops it sees the pictures.
    subsets
        (K, M) bool on the CPU, the prompts that count; None for all of them.

    Returns
    -------
    Tensor
        (K,), or a scalar without subsets.
    """
    each = [
        _similarities_to(guide, views, images, start, mine, subsets)
        for guide, start, mine in zip(guides, origins, crops, strict=True)
    ]
    return sum(each[1:], each[0]) / len(each)


def _similarities_to(
    guide: Guide, views: Views, images: Images, origins: Origins, crops: Shown, subsets: Tensor | None
) -> Tensor:
    side = sides(views.azimuths, views.elevations)
    found = []
    for kind, now in _embedded(guide, images, crops).items():
        each = len(now) // len(side)
        seen = Seen(now, origins.get(kind), side.repeat_interleave(each), views.sources.repeat_interleave(each))
        weights = guide.targets.weights(kind)
        found.append(similarity(seen, guide.targets, weights if subsets is None else subsets * weights))
    if not found:  # no prompt weighs anything
        return images.textured.new_zeros(() if subsets is None else len(subsets))
    return sum(found[1:], found[0])


def _embedded(guide: Guide, images: Images, crops: Shown) -> dict[PictureKind, Tensor]:
    """Embed each kind of pictures that counts, through a tower's crops, all of them in one go."""
    kinds: dict[PictureKind, Tensor] = {"textured": images.textured, "plain": images.plain}
    seen = {kind: _through(kinds[kind].permute(0, 3, 1, 2), crops.get(kind)) for kind in guide.targets.counts}
    if not seen:
        return {}
    vectors = guide.tower.encode_image(torch.cat(list(seen.values())))
    return dict(zip(seen, vectors.split([len(pictures) for pictures in seen.values()]), strict=True))


def _through(planes: Tensor, crops: Crops | None) -> Tensor:
    return planes if crops is None else cropped(planes, crops)
