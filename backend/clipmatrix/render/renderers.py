"""Which renderers are here, and which one a job gets."""

import importlib.metadata
import importlib.util
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import torch

from ..command_lines import install_line
from ..errors import UsageError
from .seam import TORCH, Renderer
from .trial import does_as_torch

log = logging.getLogger(__name__)

RENDERERS = ("auto", "torch", "warp", "pytorch3d", "nvdiffrast")
"""What can be asked for; ``auto`` is the first of :data:`FASTEST` that is installed on CUDA, else torch."""

FASTEST = ("warp", "nvdiffrast")
"""Those that are faster than torch on CUDA, in order; by how many operations they spare, which decides there."""


def find_renderer(name: str, device: torch.device) -> Renderer:
    """Find a renderer by name, and see that it works on a device.

    Raises
    ------
    UsageError
        If there is none of that name, it is not installed, can't run on that device, or draws a small scene otherwise
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
    """A package that renders: its name, the devices it knows, how to get it, how to make a renderer of it.

    ``distribution`` is its name where packages are installed from; the renderer gets a name with the version in it.
    """

    name: str
    distribution: str
    devices: tuple[str, ...]
    install: str
    load: Callable[[str, torch.device], Renderer]


def _load_warp(name: str, _device: torch.device) -> Renderer:
    from .warp import antialias, fragments, gbuffer, normals, pixels, silhouettes, texture, upsample, visibility

    return Renderer(
        name,
        see=visibility.visibility,
        sample=texture.sample,
        cut=silhouettes.find_cuts,
        measure=antialias.crossings,
        normals=normals.normals_at,
        cover=pixels.covered_pixels,
        gather=gbuffer.gbuffer,
        shade=fragments.shade,
        stack=upsample.stacked,
    )


def _load_pytorch3d(name: str, _device: torch.device) -> Renderer:
    from .pytorch3d_visibility import visibility

    return Renderer(name, visibility)


def _load_nvdiffrast(name: str, device: torch.device) -> Renderer:
    from .nvdiffrast_visibility import NvdiffrastVisibility

    return Renderer(name, NvdiffrastVisibility(device))


PACKAGES = {
    "warp": _Package("warp", "warp-lang", ("cpu", "cuda"), install_line("warp-lang"), _load_warp),
    "pytorch3d": _Package(
        "pytorch3d",
        "pytorch3d",
        ("cpu", "cuda"),
        install_line("--no-build-isolation git+https://github.com/facebookresearch/pytorch3d"),
        _load_pytorch3d,
    ),
    "nvdiffrast": _Package(
        "nvdiffrast",
        "nvdiffrast",
        ("cuda",),
        install_line("--no-build-isolation git+https://github.com/NVlabs/nvdiffrast"),
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
        found = package.load(f"{name} {_version(package.distribution)}", device)
        agrees = does_as_torch(found, device)
    except Exception as error:  # whatever a wrong build, driver or compiler makes it raise; Warp's own are of no kind
        why = str(error) or type(error).__name__
        raise UsageError(
            f"the renderer {name} is installed, but fails on {device.type}: {why}".splitlines()[0],
            f"install it again with `{package.install}`, or use --renderer torch",
        ) from error
    if not agrees:
        raise UsageError(
            f"{found.name} draws a small scene otherwise than torch does",
            "install its newest version, or use --renderer torch",
        )
    return found


def _version(distribution: str) -> str:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return "of unknown version"
