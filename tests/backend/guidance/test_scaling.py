"""Pictures are scaled for a tower as torch scales them."""

import time

import pytest
import torch
import torch.nn.functional as F
from clipmatrix.guidance.scaling import scaled


def usual(images, side):
    return F.interpolate(images, (side, side), mode="bicubic", antialias=True, align_corners=False)


@pytest.mark.parametrize("size", [(128, 128), (96, 160), (40, 40), (1, 7), (64, 30)])
def test_scaling_is_the_antialiasing_bicubic_filter_there_and_back(size):
    drawn = torch.Generator().manual_seed(0)
    images = torch.rand(2, 3, *size, generator=drawn).double().requires_grad_()
    back = torch.randn(2, 3, 64, 64, generator=drawn).double()
    found, expected = scaled(images, 64), usual(images, 64)
    torch.testing.assert_close(found, expected)
    gradients = [torch.autograd.grad(one, images, back)[0] for one in (found, expected)]
    torch.testing.assert_close(*gradients)
    assert torch.equal(scaled(images.detach(), 64), expected.detach())


def test_pictures_of_the_right_size_are_left_alone():
    images = torch.rand(1, 3, 32, 32)
    assert scaled(images, 32) is images


def test_it_is_faster_than_interpolation():
    images, back = torch.rand(16, 3, 128, 128).requires_grad_(), torch.rand(16, 3, 64, 64)

    def seconds(scale):
        began = time.process_time()
        scale(images, 64).backward(back)
        return time.process_time() - began

    assert min(seconds(scaled) for _ in range(5)) < min(seconds(usual) for _ in range(5))
