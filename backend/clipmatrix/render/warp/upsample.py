"""Images that are added up, each twice as large as the one before, by a fused kernel each, and one on the way back."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from .. import upsample
from .enlarge import RUN, enlarge, gather
from .launch import array, launch


def stacked(images: Sequence[Tensor]) -> Tensor:
    """Add images up; as :func:`..upsample.stacked`, which it leaves other numbers than float32 to."""
    if images[0].dtype != torch.float32:
        return upsample.stacked(images)
    total: Tensor = _Stacked.apply(*images)
    return total


class _Stacked(torch.autograd.Function):
    """Each image's gradient goes on to the one before."""

    @staticmethod
    def forward(ctx: Any, *images: Tensor) -> Tensor:
        total, *finer = images
        for image in finer:
            larger = torch.empty_like(image, memory_format=torch.contiguous_format)
            _start(enlarge, total, image, larger)
            total = larger
        ctx.sizes = [image.shape for image in images]
        return total if finer else total.clone()

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, ...]:
        found = [gradients[0]]
        for size in reversed(ctx.sizes[:-1]):
            smaller = found[-1].new_empty(size)
            _start(gather, smaller, found[-1])
            found.append(smaller)
        return tuple(reversed(found))


def _start(kernel: Any, images: Tensor, *larger: Tensor) -> None:
    """Start a kernel on images and others twice as large, row by row."""
    height, width = images.shape[-2:]
    rows = [array(each.contiguous().view(-1, each.shape[-1])) for each in (images, *larger)]
    threads = images.numel() // width, (width + RUN - 1) // RUN
    launch(kernel, threads, images.device, *rows, height, each=RUN)
