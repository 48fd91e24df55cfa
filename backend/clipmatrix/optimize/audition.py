"""Auditions whole-body colours before the descent begins.

From grey, the nearest hollow of CLIP's landscape may lie in a wrong colour: "an orange figure" would end up blue. And
from red paint it may be that very red: "a green figure" would stay red. One colour for the whole body is the coarsest
level of the texture, three numbers, few enough to look at all of them.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import count, product, takewhile

import clipmatrix_protocol as protocol
import torch
from torch import Tensor

from .fixed_views import Measure, measure
from .geometry import Geometry
from .parameters import Parameters
from .scene import Scene
from .state import Outcome
from .texture import texture_pyramid
from .texture.brushes import groups
from .texture.paint import Paint

LEVELS = (0.15, 0.5, 0.85)
"""Of red, green and blue, nearly sRGB encoded: full enough to tell colours by, not so full that they cannot move."""

NUDGE = 0.35
"""Share of the way to the best colour that a job begins with: into the right basin, and no further.

Farther in, colour pulls less than it should, and what is not to have that colour has a longer way back.
"""

REPAINT = 0.7
"""The same for a body that comes in paint of another colour: it has to leave a hollow first."""

NEUTRAL = protocol.Prompt("a figure", shading="textured")
"""Says nothing of colour, as most prompts: some colours suit it a little better than others all the same."""

OUTSPOKEN = 6
"""How many times as far apart as for :data:`NEUTRAL` the best and the worst colour lie where a prompt names a colour.

Under the embedded CLIP it is about 1 for most other words, 2 for "a very fat figure", 5 for "a striped figure".
"""

CONTENT = 2 / 3
"""Share of the way from the worst colour to the best from which on prompts can live with the paint as it is."""

EVEN = 1.0
"""How far texels may lie from their mean, before the sigmoid, so that paint counts as of one colour.

Of several colours one is mostly not meant: to change all for its sake would turn skin green with the shirt.
"""

EVERY = 2
"""One in so many of the fixed views is looked at."""

INDIFFERENT = 1e-5
"""Similarities no farther apart than this are rounding: no colour suits better than another."""

SHAPES = 20
"""Shape keys that are bent, those that move the surface most: what hardly shows can't outdo the best of 27 colours.

A rig of a studio's has hundreds of correctives and wrinkles, and each costs two looks.
"""


Looked = Callable[[int, int], None]
"""Told of each look: how many have been taken, and how many there are."""


@torch.no_grad()
def first_colour(
    parameters: Parameters, start: Outcome, scene: Scene, cancelled: Callable[[], bool], looked: Looked
) -> Tensor:
    """Find the change of the whole body's colour to begin with: (G, 3, 1, 1, 1), before the sigmoid.

    Zero, which leaves it as it is, where some shape suits the prompts better than any colour: then they do not speak of
    colour; where all colours suit alike, since the prompts see none or cancel out; where paint is there already and
    need not give way; and for a job that is ``cancelled``, which is asked after each look. Where prompts do not all
    paint everything, each group of texels has a colour, and only its prompts are heard.
    """
    fixed, bare = measure(start, scene, EVERY), scene.appearance.plain
    heard = torch.ones_like(scene.guides[0].targets.directed)
    if not bare:  # directions are followed from any paint
        heard &= ~scene.guides[0].targets.directed
    painters = [group.prompts for group in groups(scene.brushes, parameters.paint.seen.layout)] if scene.brushes else []
    painted = {index: mine & heard for index, mine in enumerate(painters) if (mine & heard).any()}
    nudges = torch.zeros(max(len(painters), 1), 3, device=start.textures.device)
    each = len(LEVELS) ** 3 + (not bare) + _bends(parameters.geometry)
    numbers, total = count(1), each * (len(painted) if painters else 1)

    def go_on(_: object) -> bool:
        looked(next(numbers), total)
        return not cancelled()

    for group, mine in painted.items() if painters else [(None, heard)]:
        nudges[group or 0] = _nudge(parameters, start, fixed.weighted(mine, mine), group, go_on)
    return nudges[:, :, None, None, None]


def _nudge(
    parameters: Parameters, start: Outcome, fixed: Measure, group: int | None, go_on: Callable[[object], bool]
) -> Tensor:
    """A change (3,) towards the best colour, if any is, for one group of texels or for all."""
    paint, bare = parameters.paint, fixed.scene.appearance.plain
    changes, unevenness = _changes(paint, group)
    stay = torch.zeros_like(changes[0])
    if not bare and unevenness > EVEN:
        return stay
    tried = changes if bare else [*changes, stay]
    looks = list(takewhile(go_on, _colour_looks(fixed, start, paint, tried, group)))
    if len(looks) < len(tried) or not (bare or _gives_way(torch.stack(looks))):
        return stay
    colours = [float(own.sum()) for own, _ in looks[: len(changes)]]
    shapes = list(takewhile(go_on, _shape_looks(fixed, start, parameters.geometry)))
    best = max(colours)
    if len(shapes) < _bends(parameters.geometry) or best <= max(min(colours) + INDIFFERENT, *shapes, -2.0):
        return stay
    share = NUDGE if bare else REPAINT * min(1.0, fixed.scene.brief.vary.texture)
    return share * changes[colours.index(best)]


def _gives_way(looks: Tensor) -> bool:
    """Whether paint is of another colour than is meant: looks (L + 1, 2, M), the last one at the paint as it is.

    It is where the prompts are not :data:`CONTENT` with it, and one of them tells colours apart as what names none does
    not.
    """
    (own, neutral), together = looks[:-1].unbind(dim=1), looks[:, 0].sum(dim=1)
    apart, usual = (one.amax(dim=0) - one.amin(dim=0) for one in (own, neutral))
    content = torch.lerp(together[:-1].min(), together[:-1].max(), CONTENT)
    return bool(together[-1] < content and (apart > OUTSPOKEN * usual).any())


def _changes(paint: Paint, group: int | None) -> tuple[list[Tensor], float]:
    """What brings the mean colour of a group's texels, or of all that are free, to each of :data:`LEVELS`.

    And how far these texels are from that mean, a standard deviation.
    """
    layout = paint.seen.layout
    weights = paint.shares * layout.free * (1 if group is None or layout.groups is None else layout.groups[group])
    weights = weights[:, None] / weights.sum().clamp_min(1e-9)
    middle = (paint.seen.base * weights).sum(dim=(0, 2, 3))
    away = (paint.seen.base - middle[:, None, None]).square().mean(dim=1, keepdim=True)
    changes = [torch.logit(middle.new_tensor(levels)) - middle for levels in product(LEVELS, repeat=3)]
    return changes, float((away * weights).sum().sqrt())


def _colour_looks(
    fixed: Measure, start: Outcome, paint: Paint, changes: Iterable[Tensor], group: int | None
) -> Iterator[Tensor]:
    """How well each change of colour suits each of M prompts, and :data:`NEUTRAL` in its place: (2, M).

    Colour does not show in plain-shaded pictures: they are looked at once.
    """
    sight = fixed.look(start)
    textured, plain = fixed.weighted(1, 0).beside(NEUTRAL), fixed.weighted(0, 1).each(start, sight)
    for change in changes:
        found = textured.each(replace(start, textures=_painted(paint, change, group)), sight).unflatten(0, (2, -1))
        yield torch.stack([found[0] + plain, found[1]])


def _shape_looks(fixed: Measure, start: Outcome, geometry: Geometry) -> Iterator[float]:
    """How well each shape suits."""
    return (fixed.similarity(replace(start, coefficients=values)) for values in _bent_shapes(geometry, start))


def _painted(paint: Paint, change: Tensor, group: int | None) -> Tensor:
    """Textures (S, h, h, 3) with a change (3,) of the colour of one group of texels, or of all."""
    grid = change[None, :, None, None, None]
    if group is not None:
        every = torch.arange(paint.pyramid.grids[0].shape[0], device=grid.device)
        grid = grid * (every == group)[:, None, None, None, None]
    return texture_pyramid.to_linear(texture_pyramid.Pyramid([grid], []), paint.seen.base, paint.seen.layout)


def _bends(geometry: Geometry) -> int:
    """How many :func:`_bent_shapes` there are."""
    return 2 * min(SHAPES, len(geometry.free))


def _bent_shapes(geometry: Geometry, start: Outcome) -> Iterator[Tensor]:
    """Free coefficients at either end of their range, the others at their start; see :data:`SHAPES`."""
    surface, free = geometry.surface, geometry.free
    moved = torch.linalg.vector_norm(surface.deltas, dim=(1, 2)) * (surface.high - surface.low)
    most = moved[free].topk(_bends(geometry) // 2).indices
    for index in free[most].tolist():
        for end in (surface.low, surface.high):
            values = start.coefficients.clone()
            values[index] = end[index]
            yield values
