"""How exactly CLIP's image tower computes: in float32, or with products in bfloat16, faster on hardware made for it."""

from contextlib import AbstractContextManager, nullcontext

import torch
from open_clip.model import CLIP
from torch import nn

from ..errors import UsageError
from .layout import Attention, Patches

PRECISIONS = ("auto", "float32", "bfloat16")
"""What can be asked for; ``auto`` is bfloat16 on CUDA devices that have it, else float32."""

PRODUCTS = (nn.Linear, nn.Conv2d, nn.MultiheadAttention, Attention, Patches)
"""Modules whose weights autocast rounds before it multiplies."""


def find_precision(name: str, device: torch.device) -> torch.dtype:
    """Find the precision of that name for a device.

    On a CPU ``auto`` stays with float32 also where bfloat16 would be faster: the same seed shall not give another
    character on another machine because of what its processor can do.

    Raises
    ------
    UsageError
        If there is none of that name, or the device does not have it.
    """
    if name not in PRECISIONS:
        raise UsageError(f"there is no precision {name!r}", f"choose one of {', '.join(PRECISIONS)}")
    if name == "float32" or (name == "auto" and device.type != "cuda"):
        return torch.float32
    if device.type == "cuda" and not _multiplies_bfloat16(device):
        if name == "auto":
            return torch.float32
        raise UsageError("this GPU can't compute in bfloat16", "use --precision float32")
    return torch.bfloat16


def _multiplies_bfloat16(device: torch.device) -> bool:
    """Tell whether a GPU has it in hardware; torch's own question is also answered yes where it is only emulated."""
    return torch.version.hip is not None or torch.cuda.get_device_capability(device) >= (8, 0)


def computing_in(precision: torch.dtype, device: torch.device) -> AbstractContextManager[object]:
    """Products in ``precision`` while the block runs; sums and norms that need it stay in float32."""
    return nullcontext() if precision == torch.float32 else torch.autocast(device.type, precision)


def round_weights(model: CLIP, precision: torch.dtype) -> None:
    """Round the image tower's weights once and for all, in place, as autocast would in every step.

    Autocast remembers rounded weights only where they are trained. Not one bit of an embedding changes.
    """
    for part in model.visual.modules():
        if isinstance(part, PRODUCTS):
            part.to(precision)
