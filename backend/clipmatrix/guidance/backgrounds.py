"""Backgrounds that no two steps share, so that nothing of the character can rely on what stands behind it.

The mixture of Dream Fields (Jain et al. 2022, section 3.3): blurred noise and blurred checkers, and flat colours. In
all of them rows and columns are made apart, so a channel of a picture is a product of three small matrices: those are
drawn, and multiplied where the pictures are.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from ..sending import sent

FINEST = 16
"""Cells along a side of noise, at most."""


@dataclass(frozen=True)
class Factors:
    """The channels of pictures, H pixels a side, as products of three matrices each; all on the CPU.

    Attributes
    ----------
    rows, columns
        (..., H, K) weights of K values along the pictures' sides.
    values
        (..., K, K) sRGB encoded.
    """

    rows: Tensor
    values: Tensor
    columns: Tensor


def draw_backgrounds(count: int, size: int, generator: Generator) -> Factors:
    """Draw backgrounds, each of a kind drawn at random.

    Parameters
    ----------
    count, size
        How many; their side in pixels.
    generator
        On the CPU.

    Returns
    -------
    Factors
        Of the channels of each: (3, N, H, K) and (3, N, K, K).
    """
    kinds = torch.randint(len(_KINDS), (count,), generator=generator)
    rows, columns = torch.zeros(2, 3, count, size, FINEST)
    values = torch.zeros(3, count, FINEST, FINEST)
    for index, kind in enumerate(kinds.tolist()):
        one = _KINDS[kind](size, generator)
        cells = one.rows.shape[1]
        rows[:, index, :, :cells], columns[:, index, :, :cells] = one.rows, one.columns
        values[:, index, :cells, :cells] = one.values
    return Factors(rows, values, columns)


def backgrounds(drawn: Factors, device: torch.device) -> Tensor:
    """Multiply backgrounds out on a device: (N, H, H, 3) sRGB encoded in [0, 1], stored planar."""
    rows, values, columns = (sent(part, device) for part in (drawn.rows, drawn.values, drawn.columns))
    planes = rows @ values @ columns.transpose(2, 3)
    return planes.clamp_(0, 1).permute(1, 2, 3, 0)


def flat(size: int, generator: Generator) -> Factors:
    """One colour: (H, 1) and (3, 1, 1)."""
    everywhere = torch.ones(size, 1)
    return Factors(everywhere, torch.rand(3, 1, 1, generator=generator), everywhere)


def noise(size: int, generator: Generator) -> Factors:
    """Blurred noise around a random colour: (H, K) and (3, K, K)."""
    cells = int(torch.randint(3, FINEST + 1, (), generator=generator))
    colour, noisy = torch.rand(3, 1, 1, generator=generator), torch.rand(3, cells, cells, generator=generator)
    return Factors(_enlarging(cells, size), colour + 0.6 * (noisy - 0.5), _enlarging(cells, size))


def checker(size: int, generator: Generator) -> Factors:
    """Blurred two-coloured checks of random size and place, whose colour is a product of signs: (H, 2), (3, 2, 2)."""
    cells = int(torch.randint(2, 11, (), generator=generator))
    start = torch.rand(2, generator=generator)
    steps = torch.arange(size) * (cells / size)
    signs = 1 - 2 * ((steps + start[:, None]).floor() % 2)
    rows, columns = torch.stack([torch.ones(2, size), _blur(signs, size // 32)], dim=2)
    first, second = torch.rand(2, 3, generator=generator)
    return Factors(rows, torch.diag_embed(torch.stack([first + second, second - first], dim=1) / 2), columns)


_KINDS: tuple[Callable[[int, Generator], Factors], ...] = (flat, noise, checker)


@lru_cache(maxsize=64)
def _enlarging(cells: int, size: int) -> Tensor:
    """What cells along a side weigh in its pixels, bicubically: (size, cells)."""
    alone = torch.eye(cells)[None, None]
    return F.interpolate(alone, size=(size, cells), mode="bicubic", align_corners=False)[0, 0]


def _blur(lines: Tensor, radius: int) -> Tensor:
    """Box-blur lines (N, H), their ends repeated."""
    if radius < 1:
        return lines
    return F.avg_pool1d(F.pad(lines, (radius, radius), mode="replicate"), 2 * radius + 1, stride=1)
