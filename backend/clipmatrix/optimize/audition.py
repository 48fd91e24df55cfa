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

OUTSPOKEN = 4
"""How many times as far apart as for :data:`NEUTRAL` the best and the worst colour lie where a prompt means a colour.

Under the embedded CLIP it is 1 for what does not speak of colour, 2 for "a very fat figure", and 6 to 12 for colours.
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
    colour; where all colours suit alike, since the prompts see none or cancel out; where they can live with the paint
    that the body comes in; and for a job that is ``cancelled``, which is asked after each look. Where prompts do not
    all paint everything, each group of texels has a colour, and only its prompts are heard.
    """
    fixed = measure(start, scene, EVERY)
    painters = [group.prompts for group in groups(scene.brushes, parameters.paint.seen.layout)] if scene.brushes else []
    rounds = 1 if scene.appearance.plain else 2  # what says nothing of colour may have to be heard, too
    numbers, total = count(1), max(len(painters), 1) * (rounds * len(LEVELS) ** 3 + _bends(parameters.geometry))

    def go_on(_: float) -> bool:
        looked(next(numbers), total)
        return not cancelled()

    if not painters:
        return _nudge(parameters, start, fixed, None, go_on)[None, :, None, None, None]
    nudges = [
        _nudge(parameters, start, fixed.weighted(mine, mine), group, go_on) for group, mine in enumerate(painters)
    ]
    return torch.stack(nudges)[:, :, None, None, None]


def _nudge(
    parameters: Parameters, start: Outcome, fixed: Measure, group: int | None, go_on: Callable[[float], bool]
) -> Tensor:
    """A change (3,) towards the best colour, if any is, for one group of texels or for all."""
    paint, vary = parameters.paint, fixed.scene.brief.vary
    changes = _changes(paint, group)
    stay = torch.zeros_like(changes[0])
    colours = list(takewhile(go_on, _colour_looks(fixed, start, paint, changes, group)))
    shapes = list(takewhile(go_on, _shape_looks(fixed, start, parameters.geometry)))
    if len(colours) < len(changes) or len(shapes) < _bends(parameters.geometry):  # cancelled
        return stay
    best, worst = max(colours), min(colours)
    to_best = changes[colours.index(best)]
    if best <= max(worst + INDIFFERENT, max(shapes, default=-2.0)):
        return stay
    if fixed.scene.appearance.plain:
        return NUDGE * to_best
    (now,) = _colour_looks(fixed, start, paint, [stay], group)
    if now > (best + worst) / 2:
        return stay
    unmoved = list(takewhile(go_on, _colour_looks(fixed.about(NEUTRAL), start, paint, changes, group)))
    if len(unmoved) < len(changes) or best - worst < OUTSPOKEN * (max(unmoved) - min(unmoved)):
        return stay
    return REPAINT * min(1.0, vary.texture) * to_best


def _changes(paint: Paint, group: int | None) -> list[Tensor]:
    """What brings the mean colour of one group of texels, or of all that are free, to each one of :data:`LEVELS`."""
    layout = paint.seen.layout
    weights = paint.shares * layout.free * (1 if group is None or layout.groups is None else layout.groups[group])
    middle = (paint.seen.base * weights[:, None]).sum(dim=(0, 2, 3)) / weights.sum().clamp_min(1e-9)
    return [torch.logit(middle.new_tensor(levels)) - middle for levels in product(LEVELS, repeat=3)]


def _colour_looks(
    fixed: Measure, start: Outcome, paint: Paint, changes: Iterable[Tensor], group: int | None
) -> Iterator[float]:
    """How well each change of colour suits; plain-shaded pictures, which do not show it, are looked at once."""
    sight = fixed.look(start)
    textured, plain = fixed.weighted(1, 0), fixed.weighted(0, 1).similarity(start, sight)
    for change in changes:
        yield plain + textured.similarity(replace(start, textures=_painted(paint, change, group)), sight)


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
