"""Warp's sums of images, each twice as large as the one before, are torch's."""

import pytest
import torch
from clipmatrix.render import upsample

from .scenes import generator

pytest.importorskip("warp", reason="Warp is not installed")


def there_and_back(stack, images, back):
    given = [image.clone().requires_grad_() for image in images]
    total = stack(given)
    return total.detach(), *torch.autograd.grad(total, given, back)


@pytest.mark.parametrize("size", [(2, 3, 1, 1), (1, 2, 3, 5), (1, 3, 8, 16), (2, 1, 5, 17), (1, 1, 40, 33)])
@pytest.mark.parametrize("count", [1, 2, 4])
def test_sums_and_gradients_are_torchs(size, count):
    from clipmatrix.render.warp.upsample import stacked

    number, channels, height, width = size
    sizes = [(number, channels, height << level, width << level) for level in range(count)]
    images = [torch.randn(each, generator=generator(count)) for each in sizes]
    back = torch.randn(sizes[-1], generator=generator(9))
    for one, other in zip(*(there_and_back(by, images, back) for by in (stacked, upsample.stacked)), strict=True):
        torch.testing.assert_close(one, other)


def test_images_and_gradients_may_lie_in_memory_as_they_like():
    from clipmatrix.render.warp.upsample import stacked

    def turned(size, seed):
        return torch.randn(size, generator=generator(seed)).permute(0, 3, 1, 2)

    images, back = [turned((1, 4, 6, 3), 0), turned((1, 8, 12, 3), 1)], turned((1, 8, 12, 3), 2)
    for one, other in zip(*(there_and_back(by, images, back) for by in (stacked, upsample.stacked)), strict=True):
        torch.testing.assert_close(one, other)


def test_other_numbers_are_left_to_torch():
    from clipmatrix.render.warp.upsample import stacked

    images = [torch.rand(1, 1, 4, 4).double(), torch.rand(1, 1, 8, 8).double()]
    assert torch.equal(stacked(images), upsample.stacked(images))
