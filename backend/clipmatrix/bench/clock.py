"""Timing things in turns, so that a busy moment of the machine falls on all of them alike."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Timing:
    """Repeats of one thing, milliseconds.

    Attributes
    ----------
    median, low, high
        The middle one, and the quartiles around it.
    """

    median: float
    low: float
    high: float


def timing(milliseconds: list[float]) -> Timing:
    """Sum repeats up; there is at least one."""
    if len(milliseconds) == 1:
        return Timing(*milliseconds * 3)
    low, _, high = statistics.quantiles(milliseconds, n=4, method="inclusive")
    return Timing(statistics.median(milliseconds), low, high)


def milliseconds(work: Callable[[], object], device: torch.device) -> float:
    """Time one call, all that it has started on the device included."""
    settled(device)
    began = time.perf_counter()
    work()
    settled(device)
    return (time.perf_counter() - began) * 1000


def in_turns(works: Mapping[str, Callable[[], object]], repeats: int, device: torch.device) -> dict[str, Timing]:
    """Time several things, one after the other and over again, after one round to warm up."""
    found: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(repeats + 1):
        for name, work in works.items():
            took = milliseconds(work, device)
            if turn:
                found[name].append(took)
    return {name: timing(each) for name, each in found.items()}


def settled(device: torch.device) -> None:
    """Wait until a device has done all that it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()
