"""Which renderers are here, and which one a job gets."""

import importlib.metadata
import importlib.util
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import torch
from torch import Tensor

from ..errors import UsageError
from .visibility import Visibility, visibility

log = logging.getLogger(__name__)

RENDERERS = ("auto", "torch", "warp", "pytorch3d", "nvdiffrast")
"""What can be asked for; ``auto`` is the first of :data:`FASTEST` that is installed on CUDA, else torch."""

FASTEST = ("nvdiffrast", "warp")
"""Those that are faster than torch on CUDA, in order."""


@dataclass(frozen=True)
class Renderer:
    """A rasteriser behind the seam, by name; to be called as :class:`~.visibility.Visibility` says.

    Attributes
    ----------
    name
        As in :data:`RENDERERS`, with its version where it is no part of this package.
    see
        Finds the nearest triangle at every pixel centre.
    """

    name: str
    see: Visibility

    def __call__(self, clip_vertices: Tensor, triangles: Tensor, height: int, width: int) -> Tensor:
        """See :func:`~.visibility.visibility`."""
        return self.see(clip_vertices, triangles, height, width)


TORCH = Renderer("torch", visibility)
"""The one that is always here, on every device."""


def find_renderer(name: str, device: torch.device) -> Renderer:
    """Find a renderer by name, and see that it works on a device.

    Raises
    ------
    UsageError
        If there is none of that name, it is not installed, can't run on that device, or sees a small scene otherwise
        than torch does.
    """
    if name not in RENDERERS:
        raise UsageError(f"there is no renderer {name!r}", f"choose one of {', '.join(RENDERERS)}")
    if name == "auto":
        return _fastest(device)
    return TORCH if name == "torch" else _foreign(PACKAGES[name], device)


def installed_renderers(device: torch.device) -> dict[str, Renderer]:
    """All that work here on a device, by their names in :data:`RENDERERS`."""
    found = {}
    for name in RENDERERS[1:]:
        with suppress(UsageError):
            found[name] = find_renderer(name, device)
    return found


def _fastest(device: torch.device) -> Renderer:
    for name in FASTEST if device.type == "cuda" else ():
        if importlib.util.find_spec(name) is not None:
            try:
                return find_renderer(name, device)
            except UsageError as error:
                log.warning("%s; another renderer takes its place", error)
    return TORCH


@dataclass(frozen=True)
class _Package:
    """A package that renders: its name, the devices it knows, how to get it, how to load what is behind the seam.

    ``distribution`` is its name where packages are installed from.
    """

    name: str
    distribution: str
    devices: tuple[str, ...]
    install: str
    load: Callable[[torch.device], Visibility]


def _load_warp(_device: torch.device) -> Visibility:
    from .warp_visibility import visibility as see

    return see


def _load_pytorch3d(_device: torch.device) -> Visibility:
    from .pytorch3d_visibility import visibility as see

    return see


def _load_nvdiffrast(device: torch.device) -> Visibility:
    from .nvdiffrast_visibility import NvdiffrastVisibility

    return NvdiffrastVisibility(device)


PACKAGES = {
    "warp": _Package("warp", "warp-lang", ("cpu", "cuda"), "pip install 'clipmatrix[warp]'", _load_warp),
    "pytorch3d": _Package(
        "pytorch3d",
        "pytorch3d",
        ("cpu", "cuda"),
        "pip install --no-build-isolation git+https://github.com/facebookresearch/pytorch3d",
        _load_pytorch3d,
    ),
    "nvdiffrast": _Package(
        "nvdiffrast",
        "nvdiffrast",
        ("cuda",),
        "pip install --no-build-isolation git+https://github.com/NVlabs/nvdiffrast",
        _load_nvdiffrast,
    ),
}
"""Renderers that are no part of this package. Warp is an extra; the others are built on the machine they run on."""


def _foreign(package: _Package, device: torch.device) -> Renderer:
    """Load a renderer that comes from elsewhere, and try it."""
    name = package.name
    if device.type not in package.devices:
        knows, other = " and ".join(package.devices), " or ".join(package.devices)
        raise UsageError(
            f"the renderer {name} runs on {knows} alone, not on {device.type}",
            f"use --device {other}, or --renderer torch",
        )
    if importlib.util.find_spec(name) is None:
        raise UsageError(
            f"the renderer {name} is not installed", f"get it with `{package.install}`, or use --renderer torch"
        )
    try:
        found = Renderer(f"{name} {_version(package.distribution)}", package.load(device))
        agrees = _sees_alike(found, device)
    except (ImportError, OSError, RuntimeError, AttributeError, TypeError) as error:  # all that a wrong build may raise
        raise UsageError(
            f"the renderer {name} is installed, but fails on {device.type}: {error}".splitlines()[0],
            f"install it again with `{package.install}`, or use --renderer torch",
        ) from error
    if not agrees:
        raise UsageError(
            f"{found.name} sees other triangles than torch does", "install its newest version, or use --renderer torch"
        )
    return found


def _version(distribution: str) -> str:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return "of unknown version"


SAMPLE = (
    ((-0.95, -0.91, 0.5, 1.0), (0.83, -0.71, 0.5, 1.0), (-0.43, 0.87, 0.5, 1.0)),
    ((-0.66, -0.36, 0.3, 2.0), (1.83, -0.27, 0.9, 2.0), (0.31, 1.66, 0.9, 2.0)),
    ((0.13, 0.11, -0.3, 0.4), (0.62, 0.34, -0.3, 0.4), (0.23, 0.91, -1.4, 0.6)),
)
"""Three triangles, clip coordinates, one behind the other; the last reaches through the near plane."""

SAMPLE_SIZE = (35, 29)
"""Height and width of the picture they are tried in: not square, odd, no multiple of anything."""

SAMPLE_SHARE = 0.99
"""Share of its pixels that has to agree; the rest are centres near edges, where corners may have been rounded."""


def _sees_alike(see: Visibility, device: torch.device) -> bool:
    """Tell whether a renderer sees the sample, and the sample mirrored, in two views, as torch does."""
    one = torch.tensor(SAMPLE, device=device).view(1, -1, 4)
    clip = torch.cat([one, one * one.new_tensor([-1.0, 1.0, 1.0, 1.0])])
    triangles = torch.arange(clip.shape[1], device=device).view(-1, 3)
    found, expected = see(clip, triangles, *SAMPLE_SIZE), visibility(clip, triangles, *SAMPLE_SIZE)
    return found.shape == expected.shape and float((found == expected).float().mean()) >= SAMPLE_SHARE
