import time

import pytest
import torch
import torch.nn.functional as F
from clipmatrix.optimize.texture.trilinear import own_places, trilinear


def sampled(grid, places):
    found = F.grid_sample(
        grid[None], places[None, None, None], mode="bilinear", padding_mode="border", align_corners=True
    )
    return found[0, :, 0, 0]


@pytest.mark.parametrize("nodes", [2, 5, 16])
def test_values_and_gradients_are_those_of_sampling(nodes):
    generator = torch.Generator().manual_seed(nodes)
    grid = torch.rand(3, nodes, nodes, nodes, generator=generator).requires_grad_()
    places = 2.4 * torch.rand(500, 3, generator=generator) - 1.2  # some outside: the border is repeated
    places[:2] = torch.tensor([[-1.0, -1.0, -1.0], [1.0, 1.0, 1.0]])
    weight = torch.rand(3, 500, generator=generator)
    expected = sampled(grid, places)
    (wanted,) = torch.autograd.grad((expected * weight).sum(), grid)
    found = trilinear(places, nodes)([grid])
    (gradient,) = torch.autograd.grad((found * weight).sum(), grid)
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(gradient, wanted, rtol=1e-4, atol=1e-5)


def test_several_grids_are_added_up_at_the_nodes_of_a_finer_one():
    generator = torch.Generator().manual_seed(0)
    grids = [torch.randn(4, side, side, side, generator=generator).requires_grad_() for side in (1, 2, 4, 8)]
    expected = sum(F.interpolate(grid[None], (16, 16, 16), mode="trilinear", align_corners=True)[0] for grid in grids)
    found = trilinear(own_places(16), 1, 2, 4, 8)(grids).view_as(expected)
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)
    back = torch.randn(expected.shape, generator=generator)
    for one, own in zip(*(torch.autograd.grad(total, grids, back) for total in (found, expected)), strict=True):
        torch.testing.assert_close(one, own, rtol=1e-4, atol=1e-3)


def test_repeats_are_bit_identical():
    places, grid = torch.rand(1000, 3) * 2 - 1, torch.rand(2, 8, 8, 8)
    assert torch.equal(trilinear(places, 8)([grid]), trilinear(places, 8)([grid]))


def test_it_is_faster_than_sampling():
    """On a texture that lies in patches, as a body's does: forward and backward."""
    axis = torch.linspace(-1, 1, 400)
    places = torch.stack([*torch.meshgrid(axis, axis, indexing="ij"), torch.zeros(400, 400)], dim=-1).reshape(-1, 3)
    grid, lookup = torch.rand(3, 16, 16, 16).requires_grad_(), trilinear(places, 16)

    def seconds(look_up):
        began = time.process_time()
        look_up().sum().backward()
        return time.process_time() - began

    quick = min(seconds(lambda: lookup([grid])) for _ in range(4))
    assert quick < min(seconds(lambda: sampled(grid, places)) for _ in range(4))
