"""Which device jobs run on."""

import os
from dataclasses import dataclass
from typing import Literal, get_args

from ..errors import UsageError

DeviceKind = Literal["cpu", "cuda", "mps"]

KINDS: tuple[DeviceKind, ...] = get_args(DeviceKind)

DEVICES = ("auto", *KINDS)
"""What can be asked for."""


@dataclass(frozen=True)
class Device:
    """A torch device.

    Attributes
    ----------
    kind
        What ``torch.device`` takes.
    name
        In words, as in ``cuda (NVIDIA H200)``.
    """

    kind: DeviceKind
    name: str


def find_device(wanted: str) -> Device:
    """Find a device by name; ``auto`` prefers CUDA, then MPS, then the CPU. Imports torch unless the CPU is wanted.

    Raises
    ------
    UsageError
        If there is no such device.
    """
    if wanted not in DEVICES:
        raise UsageError(f"there is no device {wanted!r}", f"choose one of {', '.join(DEVICES)}")
    if wanted == "cpu":
        return Device("cpu", "cpu")
    import torch

    if wanted in ("auto", "cuda") and torch.cuda.is_available():
        return Device("cuda", f"cuda ({torch.cuda.get_device_name()})")
    if wanted in ("auto", "mps") and torch.backends.mps.is_available():
        return Device("mps", "mps (Apple GPU)")
    if wanted == "auto":
        return Device("cpu", "cpu")
    raise UsageError(f"torch finds no {wanted} device here", "use --device auto or --device cpu")


def spare_threads() -> int:
    """Count the cores this process may use, less one that is left to Blender; at least 1.

    torch's threads wait for each other: with a busy neighbour on one of their cores all of them crawl, and the viewport
    that shows the result is such a neighbour.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, cores - 1)
