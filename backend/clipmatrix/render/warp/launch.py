"""Start Warp's kernels on torch's tensors: where they lie, in torch's own queue, without a copy."""

from typing import Any

import torch
import warp
from torch import Tensor

warp.config.log_level = warp.LOG_ERROR
warp.init()


def launch(kernel: Any, dim: int | tuple[int, ...], device: torch.device, *inputs: Any) -> None:
    """Start a kernel in ``dim`` threads, and do not wait for it; ``inputs`` are numbers and :func:`array`'s."""
    warp.launch(
        kernel,
        dim=dim,
        inputs=inputs,
        device=warp.device_from_torch(device),
        stream=warp.stream_from_torch(device) if device.type == "cuda" else None,
    )


def array(values: Tensor, dtype: Any = None) -> Any:
    """Let a kernel see a tensor of any strides; for a ``dtype`` of several numbers they are its last dimension."""
    return warp.from_torch(values, dtype=dtype, requires_grad=False, return_ctype=True)
