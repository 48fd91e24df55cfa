"""Start Warp's kernels on torch's tensors: where they lie, in torch's own queue, without a copy."""

from collections.abc import Iterator
from itertools import pairwise
from math import prod
from typing import Any

import torch
import warp
from torch import Tensor

from .crew import Task, share

warp.config.log_level = warp.LOG_ERROR
warp.init()

LEAST = 4096
"""Elements of a part at least: fewer are done before they are handed over."""


def launch(
    kernel: Any, dim: int | tuple[int, ...], device: torch.device, *inputs: Any, each: int = 1, in_order: bool = False
) -> None:
    """Start a kernel, and do not wait for a graphics card.

    Warp has a CPU do one thread of a kernel after the other. So as many threads as torch computes with do a part each:
    ranges of the first dimension, of which a kernel's first argument, its ``offset``, is the begin. What is written by
    one part must not be written by another.

    Parameters
    ----------
    dim
        How many threads.
    inputs
        Arguments after the offset: numbers and :func:`array`'s.
    each
        Elements, such as pixels, that one of them takes.
    in_order
        They may all write to the same places: a CPU has to do them one after the other.
    """
    if device.type == "cuda":
        stream = warp.stream_from_torch(device)
        warp.launch(kernel, dim=dim, inputs=(0, *inputs), device=warp.device_from_torch(device), stream=stream)
        return
    count, *rest = (dim,) if isinstance(dim, int) else dim
    elements = count * prod(rest) * each
    if not elements:
        return
    threads = 1 if in_order else torch.get_num_threads()
    parts = max(1, min(threads, count, elements // LEAST))
    bounds = [part * count // parts for part in range(parts + 1)]
    share(_commands(kernel, bounds, rest, inputs), parts)


def _commands(kernel: Any, bounds: list[int], rest: list[int], inputs: tuple[Any, ...]) -> Iterator[Task]:
    """Parts of a kernel, from bound to bound."""
    for start, stop in pairwise(bounds):
        dim = stop - start, *rest
        yield warp.launch(kernel, dim=dim, inputs=(start, *inputs), device="cpu", record_cmd=True).launch


def array(values: Tensor, dtype: Any = None) -> Any:
    """Let a kernel see a tensor of any strides; for a ``dtype`` of several numbers they are its last dimension."""
    return warp.from_torch(values, dtype=dtype, requires_grad=False, return_ctype=True)
