"""What keeps a result a clean body: terms on offsets, paint and light, all free of units.

A character in metres and the same one in centimetres have equal terms.
"""

from torch import Tensor


def magnitude(offsets: Tensor, size: float) -> Tensor:
    """Mean squared offset (V, 3) relative to the character's size in the same unit; scalar."""
    return offsets.square().sum() / (size * size * len(offsets))


def repainted(textures: Tensor, start: Tensor) -> Tensor:
    """Change of base colour (S, H, H, 3), linear light compared by its square root, which is nearly sRGB."""
    return textures.clamp_min(1e-6).sqrt() - start.clamp_min(1e-6).sqrt()


def repainting(change: Tensor, shares: Tensor) -> Tensor:
    """Mean absolute change (L1) of base colour (S, H, H, 3) over the body's surface; scalar in [0, 1].

    ``shares`` (S, H, H) say how much of the surface each texel paints.
    """
    return (change.abs().mean(dim=-1) * shares).sum()


def variation(change: Tensor) -> Tensor:
    """Mean absolute step between neighbouring texels of a change of base colour (S, H, H, 3); scalar."""
    across, along = (change[:, :, 1:] - change[:, :, :-1]).abs(), (change[:, 1:] - change[:, :-1]).abs()
    return (across.mean() + along.mean()) / 2


def coverage_change(coverage: Tensor, start: Tensor) -> Tensor:
    """Mean squared relative change of how much of each view (N, H, W, 1) the character covers; scalar."""
    now, before = coverage.mean(dim=(1, 2, 3)), start.mean(dim=(1, 2, 3))
    return ((now - before) / before.clamp_min(1e-3)).square().mean()


def chroma(colours: Tensor) -> Tensor:
    """How far lights (..., 3) are from neutral, relative to their brightness: coloured light would fake paint."""
    neutral = colours.mean(dim=-1, keepdim=True)
    return ((colours - neutral) / neutral.detach().clamp_min(1e-3)).square().mean()
