"""How much memory a device has left for jobs, in MiB."""

from pathlib import Path

from .device import DeviceKind

MIB = 2**20


def free_memory(kind: DeviceKind) -> float | None:
    """Measure; None where the device does not tell."""
    if kind == "cpu":
        return _main_memory(Path("/proc/meminfo"))
    import torch

    if kind == "cuda":
        kept = torch.cuda.memory_reserved() - torch.cuda.memory_allocated()  # torch's own cache serves jobs, too
        return (torch.cuda.mem_get_info()[0] + kept) / MIB
    return max(0.0, torch.mps.recommended_max_memory() - torch.mps.driver_allocated_memory()) / MIB


def give_back(kind: DeviceKind) -> None:
    """Let others have what torch keeps of a graphics card between jobs: Blender draws and renders on the same one."""
    if kind != "cpu":
        import torch

        (torch.cuda if kind == "cuda" else torch.mps).empty_cache()


def _main_memory(table: Path) -> float | None:
    """Read what Linux could give without swapping; other systems have no such table."""
    if not table.exists():
        return None
    lines = (line.split() for line in table.read_text().splitlines())
    return next((float(line[1]) / 1024 for line in lines if line[0] == "MemAvailable:"), None)
