"""Tensors on their way from the CPU to a device, without waiting for what the device is still at work on."""

import torch
from torch import Tensor


def sent(values: Tensor, device: torch.device) -> Tensor:
    """Bring a tensor to a device; ``values`` itself if it lies there.

    CUDA copies at once only from memory that the system does not move; from other memory, and so from any new tensor
    or number, torch waits until all that was given to the device before is done. torch keeps such memory until it is
    copied.
    """
    if device.type == "cuda" and values.device.type == "cpu":
        return values.pin_memory().to(device, non_blocking=True)
    return values.to(device)
