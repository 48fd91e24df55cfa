"""What was measured on, in words."""

import platform

import torch

from ..optimize.provenance import device_name


def machine(device: torch.device | None = None) -> str:
    """Name the device, else the CPU, with its threads; the processor's kind, the system and torch."""
    device = device or torch.device("cpu")
    return f"{device_name(device)}, {platform.machine()}, {platform.system()}, torch {torch.__version__}"
