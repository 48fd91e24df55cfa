"""What a job ran on: device, versions, peak memory."""

import importlib.metadata
import platform
import sys

import torch

PACKAGES = ("clipmatrix", "clipmatrix-protocol", "torch", "open-clip-torch", "numpy")


def versions() -> dict[str, str]:
    """Versions of Python and of the packages a result depends on."""
    return {"python": platform.python_version(), **{name: importlib.metadata.version(name) for name in PACKAGES}}


def counted_threads() -> str:
    """Say how many threads torch computes with."""
    count = torch.get_num_threads()
    return f"{count} thread{'' if count == 1 else 's'}"


def device_name(device: torch.device, precision: torch.dtype = torch.float32) -> str:
    """Name a device for people, and the precision of CLIP's image tower where it is not the usual one."""
    rounded = "" if precision == torch.float32 else str(precision).removeprefix("torch.")
    threads = counted_threads() if device.type == "cpu" else ""
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else device.type
    more = ", ".join(part for part in (threads, rounded) if part)
    return f"{name} ({more})" if more else name


def peak_memory_mb(device: torch.device) -> float:
    """Highest memory use so far: the device's own where it has any, else the process'; 0 where nobody counts."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / 2**20
    if sys.platform == "win32":
        return 0.0
    import resource  # does not exist on Windows

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10
