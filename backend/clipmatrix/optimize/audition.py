"""Auditions whole-body colours for a body that comes without paint, before the descent begins.

From grey, the nearest hollow of CLIP's landscape may lie in a wrong colour: "an orange figure" would end up blue. One
colour for the whole body is the coarsest level of the texture, three numbers, few enough to look at all of them.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count, product, takewhile

import torch
from torch import Tensor

from ..render.colour_texels import GREY
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

    Zero, which is grey, where some shape suits the prompts better than any colour: then they do not speak of colour;
    where all colours suit alike, since the prompts see none or cancel out; and for a job that is ``cancelled``, which
    is asked after each look. Where prompts do not all paint everything, each group of texels has a colour, and only its
    prompts are heard.
    """
    fixed = measure(start, scene, EVERY)
    painters = [group.prompts for group in groups(scene.brushes, parameters.paint.seen.layout)] if scene.brushes else []
    numbers = count(1)
    total = max(len(painters), 1) * (len(LEVELS) ** 3 + _bends(parameters.geometry))

    def go_on(_: float) -> bool:
        looked(next(numbers), total)
        return not cancelled()

    if not painters:
        return _best_colour(parameters, start, fixed, None, go_on)
    return torch.cat(
        [
            _best_colour(parameters, start, fixed.weighted(mine, mine), group, go_on)
            for group, mine in enumerate(painters)
        ]
    )


def _best_colour(
    parameters: Parameters, start: Outcome, fixed: Measure, group: int | None, go_on: Callable[[float], bool]
) -> Tensor:
    """A nudge towards the best colour, if any is, for one group of texels or for all: (1, 3, 1, 1, 1)."""
    grey = torch.logit(torch.full_like(parameters.paint.start, GREY).mean(dim=(0, 1, 2)).sqrt())
    changes = [torch.logit(torch.tensor(levels, device=grey.device)) - grey for levels in product(LEVELS, repeat=3)]
    sight = fixed.look(start)
    # colour does not show in plain-shaded pictures: they are looked at once
    textured, plain = fixed.weighted(1, 0), fixed.weighted(0, 1).similarity(start, sight)
    coloured = (
        plain + textured.similarity(replace(start, textures=_painted(parameters.paint, change, group)), sight)
        for change in changes
    )
    shaped = (
        fixed.similarity(replace(start, coefficients=values)) for values in _bent_shapes(parameters.geometry, start)
    )
    colours, shapes = (list(takewhile(go_on, looks)) for looks in (coloured, shaped))
    if len(colours) < len(changes) or len(shapes) < _bends(parameters.geometry):  # cancelled
        return torch.zeros_like(grey)[None, :, None, None, None]
    best = max(range(len(changes)), key=colours.__getitem__)
    speaks_of_colour = colours[best] > max(min(colours) + INDIFFERENT, max(shapes, default=-2.0))
    chosen = NUDGE * changes[best] if speaks_of_colour else torch.zeros_like(grey)
    return chosen[None, :, None, None, None]


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
