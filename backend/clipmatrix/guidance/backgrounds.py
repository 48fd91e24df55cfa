"""Backgrounds that no two steps share, so that nothing of the character can rely on what stands behind it.

The mixture of Dream Fields (Jain et al. 2022, section 3.3): blurred noise and blurred checkers, and flat colours.
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Generator, Tensor


def backgrounds(count: int, size: int, generator: Generator) -> Tensor:
    """Draw backgrounds, each of a kind drawn at random.

    Parameters
    ----------
    count, size
        How many; their side in pixels.
    generator
        On the CPU.

    Returns
    -------
    Tensor
        (count, size, size, 3) sRGB encoded in [0, 1], on the CPU.
    """
    kinds = torch.randint(len(_KINDS), (count,), generator=generator)
    return (
        torch.stack([_KINDS[int(kind)](size, generator) for kind in kinds]) if count else torch.zeros(0, size, size, 3)
    )


def flat(size: int, generator: Generator) -> Tensor:
    """One colour: (size, size, 3)."""
    return torch.rand(3, generator=generator).expand(size, size, 3)


def noise(size: int, generator: Generator) -> Tensor:
    """Blurred noise around a random colour: (size, size, 3)."""
    cells = int(torch.randint(3, 17, (), generator=generator))
    coarse = torch.rand(1, 3, 1, 1, generator=generator) + 0.6 * (
        torch.rand(1, 3, cells, cells, generator=generator) - 0.5
    )
    return F.interpolate(coarse, size=(size, size), mode="bicubic", align_corners=False)[0].clamp(0, 1).permute(1, 2, 0)


def checker(size: int, generator: Generator) -> Tensor:
    """Blurred two-coloured checks of random size and place: (size, size, 3)."""
    cells = int(torch.randint(2, 11, (), generator=generator))
    start = torch.rand(2, generator=generator)
    steps = torch.arange(size) * (cells / size)
    rows, columns = (steps + start[0]).floor(), (steps + start[1]).floor()
    odd = ((rows[:, None] + columns[None, :]) % 2)[..., None]
    first, second = torch.rand(2, 3, generator=generator)
    return _blur(first * odd + second * (1 - odd), size // 32)


_KINDS: tuple[Callable[[int, Generator], Tensor], ...] = (flat, noise, checker)


def _blur(image: Tensor, radius: int) -> Tensor:
    """Box-blur (H, W, 3), the border repeated."""
    if radius < 1:
        return image
    padded = F.pad(image.permute(2, 0, 1)[None], (radius,) * 4, mode="replicate")
    side = 2 * radius + 1
    rows = F.avg_pool2d(padded, (1, side), stride=1)
    return F.avg_pool2d(rows, (side, 1), stride=1)[0].permute(1, 2, 0)
