"""Doubled images are bilinear ones."""

import time

import pytest
import torch
import torch.nn.functional as F
from clipmatrix.render.upsample import doubled, stacked
from torch.utils._python_dispatch import TorchDispatchMode

SIZES = [(2, 3, 16, 16), (1, 1, 1, 1), (1, 2, 1, 5), (1, 3, 6, 2), (1, 3, 128, 96)]


@pytest.mark.parametrize("size", SIZES)
def test_doubling_is_bilinear_interpolation_there_and_back(size):
    drawn = torch.Generator().manual_seed(0)
    images = torch.randn(size, generator=drawn).double().requires_grad_()
    usual = F.interpolate(images, scale_factor=2, mode="bilinear", align_corners=False)
    back = torch.randn(usual.shape, generator=drawn).double()
    found = doubled(images)
    assert found.is_contiguous()
    assert torch.allclose(found, usual)
    gradients = (torch.autograd.grad(one, images, back) for one in (found, usual))
    assert torch.allclose(*(gradient for (gradient,) in gradients))


def test_images_and_gradients_may_lie_in_memory_as_they_like():
    drawn = torch.Generator().manual_seed(1)
    rows = torch.randn(1, 8, 6, 3, generator=drawn).double()
    planes = rows.permute(0, 3, 1, 2)
    assert torch.allclose(doubled(planes), doubled(planes.contiguous()))
    leaf = planes.contiguous().requires_grad_()
    back = torch.randn(1, 16, 12, 3, generator=drawn).double().permute(0, 3, 1, 2)
    laid, other = (torch.autograd.grad(doubled(leaf), leaf, one)[0] for one in (back, back.contiguous()))
    assert torch.allclose(laid, other)


@pytest.mark.parametrize("count", [1, 2, 4])
def test_a_stack_is_a_sum_of_images_twice_as_large_as_the_one_before(count):
    drawn = torch.Generator().manual_seed(count)
    images = [torch.randn(2, 3, 5 << level, 3 << level, generator=drawn).requires_grad_() for level in range(count)]
    back = torch.randn(images[-1].shape, generator=drawn)
    expected = images[0]
    for image in images[1:]:
        expected = doubled(expected) + image
    found = stacked(images)
    torch.testing.assert_close(found, expected)
    assert all(found.data_ptr() != image.data_ptr() for image in images)
    for one, other in zip(*(torch.autograd.grad(total, images, back) for total in (found, expected)), strict=True):
        torch.testing.assert_close(one, other)


def test_the_images_of_a_stack_stay_as_they_are():
    images = [torch.rand(1, 1, 4, 4), torch.rand(1, 1, 8, 8), torch.rand(1, 1, 16, 16)]
    before = [image.clone() for image in images]
    stacked(images)
    assert all(map(torch.equal, images, before))


def test_it_is_faster_than_interpolation():
    images, back = torch.rand(1, 3, 256, 256).requires_grad_(), torch.rand(1, 3, 512, 512)

    def seconds(double):
        began = time.process_time()
        double(images).backward(back)
        return time.process_time() - began

    usual = min(seconds(lambda one: F.interpolate(one, scale_factor=2, mode="bilinear")) for _ in range(5))
    assert min(seconds(doubled) for _ in range(5)) < usual


class Started(TorchDispatchMode):
    """Counts operations, views aside."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        self.count += not function.is_view
        return function(*args, **(kwargs or {}))


def test_few_operations_are_started():
    """On CUDA torch's own takes 57, held to deterministic algorithms."""
    images = torch.rand(1, 3, 32, 32).requires_grad_()
    with Started() as started:
        doubled(images).sum().backward()
    assert started.count < 40
