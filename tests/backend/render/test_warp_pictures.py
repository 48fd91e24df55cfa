"""All that Warp does, together: the same picture as torch's, the same gradients, always alike."""

import pytest
import torch
from clipmatrix.render import TORCH, Material, Relief, Renderer, find_renderer, frame, orbit, perspective, render, sky
from torch import Tensor

from .scenes import ellipsoid, generator

pytest.importorskip("warp", reason="Warp is not installed")
CPU = torch.device("cpu")


def pictures_and_gradients(renderer: Renderer, bumpy: bool) -> tuple[Tensor, ...]:
    """Two views of a body in front of noise, and how they change with its vertices, its texture and its normal map."""
    vertices, surface = ellipsoid(24, dtype=torch.float32)
    placed = orbit(torch.tensor([0.3, 2.2]), torch.tensor([0.1, 0.5]), torch.full((2,), 2.4), torch.zeros(3))
    drawn = generator(0)
    leaves = [
        vertices.expand(2, -1, -1).clone(),
        torch.rand(1, 128, 128, 3, generator=drawn),
        0.3 * torch.randn(1, 128, 128, 2, generator=drawn),
    ]
    posed, textures, slopes = (leaf.requires_grad_() for leaf in leaves)
    behind, weights = torch.rand(2, 2, 72, 72, 3, generator=drawn)
    images = render(
        posed,
        surface,
        perspective(placed, 0.8),
        textures,
        Material(torch.tensor(0.5), torch.tensor(0.2)),
        sky(torch.full((3,), 0.3), torch.tensor([[0.0, -0.6, 0.8]]), torch.ones(1, 3), shadows=48),
        behind,
        renderer,
        Relief(slopes, frame(surface)) if bumpy else None,
    )
    total = ((images.textured + images.plain) * weights).sum()
    gradients = torch.autograd.grad(total, [posed, textures, slopes][: 3 if bumpy else 2])
    return (images.textured.detach(), images.plain.detach(), images.coverage.detach(), *gradients)


@pytest.mark.parametrize("bumpy", [False, True])
def test_pictures_and_gradients_are_torchs_and_repeat_bit_by_bit(bumpy):
    warp = find_renderer("warp", CPU)
    assert warp.sample is not TORCH.sample
    found, again, own = (pictures_and_gradients(by, bumpy) for by in (warp, warp, TORCH))
    for one, repeated, expected in zip(found, again, own, strict=True):
        assert torch.equal(one, repeated)
        assert (one - expected).abs().max() < 5e-5 * expected.abs().max().clamp_min(
            1
        )  # of noise, looked up a hair aside
