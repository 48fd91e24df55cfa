import torch
from clipmatrix.render.colour import linear_from_srgb, srgb_bytes, srgb_from_linear


def test_srgb_and_linear_are_inverse():
    encoded = torch.linspace(0, 1, 101).double()
    assert torch.allclose(srgb_from_linear(linear_from_srgb(encoded)), encoded, atol=1e-6)


def test_srgb_has_the_slope_of_its_curve_and_none_beyond_black_and_white():
    within = torch.cat([torch.linspace(1e-4, 3e-3, 9), torch.linspace(4e-3, 1, 9)[:-1]]).double().requires_grad_()
    assert torch.autograd.gradcheck(srgb_from_linear, within)
    beyond = torch.tensor([-0.5, -1e-3, 1.001, 3.0]).double().requires_grad_()
    shown = srgb_from_linear(beyond)
    assert torch.allclose(shown, torch.tensor([0.0, 0.0, 1.0, 1.0]).double())
    assert torch.autograd.grad(shown.sum(), beyond)[0].abs().max() == 0


def test_bytes_that_were_decoded_come_back():
    every = torch.arange(256, dtype=torch.uint8).view(2, 128)
    assert torch.equal(srgb_bytes(linear_from_srgb(every / 255)), every)


def test_bytes_are_the_nearest_ones_but_for_a_thousandth():
    light = torch.cat([torch.rand(100_000, generator=torch.Generator().manual_seed(0)), torch.tensor([-1.0, 2.0])])
    nearest = (srgb_from_linear(light) * 255).round().to(torch.uint8)
    off = (srgb_bytes(light).int() - nearest.int()).abs()
    assert off.max() <= 1
    assert off.float().mean() < 2e-3
