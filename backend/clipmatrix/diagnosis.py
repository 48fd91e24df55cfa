"""What this machine has for ClipMatrix: versions, devices, renderers, CLIP models, optional packages."""

import importlib.metadata
import importlib.util
import platform
from dataclasses import dataclass

import open_clip
import torch

from .clip_names import EMBEDDED
from .command_lines import install_line
from .errors import UsageError
from .guidance.pretrained import cached_weights
from .guidance.towers import WEIGHTS
from .optimize.provenance import counted_threads
from .render.renderers import RENDERERS, find_renderer
from .server.device import KINDS, find_device
from .server.memory import free_memory

EXTRAS = {"smplx": "SMPL, SMPL-H and SMPL-X bodies", "bpy": "`clipmatrix demo`, and .blend files in `evaluate`"}
"""Optional packages, and what for."""

PACKAGES = ("clipmatrix", "clipmatrix-protocol", "torch", "torchvision", "open-clip-torch", "pyzmq", "numpy")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked for.

    Attributes
    ----------
    topic
        ``version``, ``device``, ``renderer``, ``clip`` or ``extra``.
    name
        What was looked for.
    here
        Whether it is here.
    detail
        Its version, memory, place, or what to do to have it.
    """

    topic: str
    name: str
    here: bool
    detail: str


def diagnose() -> list[Finding]:
    """Look at everything; loads no model and asks no network."""
    return [*_versions(), *_devices(), *_renderers(), *_clips(), *_extras()]


def _versions() -> list[Finding]:
    found = [Finding("version", "python", True, platform.python_version())]
    return found + [Finding("version", name, *_version(name)) for name in PACKAGES]


def _version(package: str) -> tuple[bool, str]:
    try:
        return True, importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return False, "not installed"


def _devices() -> list[Finding]:
    found = []
    for kind in KINDS:
        try:
            device = find_device(kind)
        except UsageError:
            found.append(Finding("device", kind, False, _missing(kind)))
        else:
            free = free_memory(kind)
            threads = f", {counted_threads()}" if kind == "cpu" else ""
            found.append(Finding("device", kind, True, f"{device.name}{threads}{_memory(free)}"))
    return found


def _missing(kind: str) -> str:
    """Why there is no such device; PyPI's torch for Windows, which uv brings, knows no NVIDIA cards."""
    if kind == "cuda" and torch.version.cuda is None:
        return "this torch was built without CUDA; pytorch.org/get-started says how to get one with it"
    return "torch finds none here"


def _renderers() -> list[Finding]:
    """Try each where jobs run unless told otherwise."""
    device = torch.device(find_device("auto").kind)
    used = find_renderer("auto", device)
    found = []
    for name in RENDERERS[1:]:
        try:
            renderer = find_renderer(name, device)
        except UsageError as error:
            found.append(Finding("renderer", name, False, f"{error.message}; {error.remedy.partition(', or ')[0]}"))
        else:
            chosen = ", chosen unless told otherwise" if renderer.name == used.name else ""
            found.append(Finding("renderer", name, True, f"{renderer.name} on {device}{chosen}"))
    return found


def _memory(megabytes: float | None) -> str:
    return "" if megabytes is None else f", {megabytes / 1024:.1f} GB free"


def _clips() -> list[Finding]:
    own = [Finding("clip", name, (WEIGHTS / name).is_dir(), "comes with the package") for name in EMBEDDED]
    cached = [
        Finding("clip", f"{model}:{tag}", True, str(path))
        for model, tag in open_clip.list_pretrained()
        if (path := cached_weights(model, tag)) is not None
    ]
    return own + cached


def _extras() -> list[Finding]:
    return [_extra(name, why) for name, why in EXTRAS.items()]


def _extra(name: str, why: str) -> Finding:
    here = importlib.util.find_spec(name) is not None
    return Finding("extra", name, here, why if here else f"{why}: {install_line(name)}")
