"""The seam between renderers: what each may do in its own way. All else is shared, whoever does it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from .antialias import Crossings, crossings
from .fragments import Fragments, shade
from .gbuffer import GBuffer, gbuffer
from .lights import Lights
from .material import Material
from .mesh import Mesh
from .normals import normals_at
from .pixels import Pixels, covered_pixels
from .silhouettes import Cuts, find_cuts
from .texture import sample
from .upsample import stacked
from .visibility import Visibility, visibility


class Lookup(Protocol):
    """Textures and places in them in, what is seen there out."""

    def __call__(self, textures: Tensor, uv: Tensor, slot: Tensor, level: Tensor) -> Tensor:
        """See :func:`~.texture.sample`, which documents what every implementation must do."""
        ...


class Cutting(Protocol):
    """Clip coordinates and what is seen in, the places where silhouettes cut out."""

    def __call__(self, clip: Tensor, mesh: Mesh, depth: Tensor) -> Cuts:
        """See :func:`~.silhouettes.find_cuts`, which documents what every implementation must do, in any order."""
        ...


class Measuring(Protocol):
    """Clip coordinates and places where silhouettes cut in, how far from pixels' centres that is out."""

    def __call__(self, clip: Tensor, cuts: Cuts, height: int, width: int) -> Crossings:
        """See :func:`~.antialias.crossings`, which documents what every implementation must do."""
        ...


class Normals(Protocol):
    """Posed vertices and which of them are asked for in, their normals out."""

    def __call__(self, vertices: Tensor, mesh: Mesh, asked: Tensor) -> Tensor:
        """See :func:`~.normals.normals_at`, which documents what every implementation must do."""
        ...


class Covering(Protocol):
    """What pixels see in, a list of those that see something out."""

    def __call__(self, triangle_ids: Tensor, triangles: Tensor, vertices: int, dtype: torch.dtype) -> Pixels:
        """See :func:`~.pixels.covered_pixels`, which documents what every implementation must do."""
        ...


class Gathering(Protocol):
    """Posed vertices and covered pixels in, what these show of the surface out."""

    def __call__(
        self,
        clip: Tensor,
        places: Tensor,
        upright: Tensor,
        mesh: Mesh,
        pixels: Pixels,
        size: tuple[int, int],
    ) -> GBuffer:
        """See :func:`~.gbuffer.gbuffer`, which documents what every implementation must do."""
        ...


class Shading(Protocol):
    """Fragments, material, lights and backgrounds in, pictures out."""

    def __call__(self, fragments: Fragments, material: Material, lights: Lights, backgrounds: Tensor) -> Tensor:
        """See :func:`~.fragments.shade`, which documents what every implementation must do."""
        ...


class Stacking(Protocol):
    """Images in, each twice as large as the one before, their sum out."""

    def __call__(self, images: Sequence[Tensor]) -> Tensor:
        """See :func:`~.upsample.stacked`, which documents what every implementation must do."""
        ...


def _normals(vertices: Tensor, mesh: Mesh, asked: Tensor) -> Tensor:
    return normals_at(vertices, mesh.fronts, asked)


@dataclass(frozen=True)
class Renderer:
    """Ways to do what differs between renderers; where one has no way of its own, torch's.

    Attributes
    ----------
    name
        As in :data:`~.renderers.RENDERERS`, with its version where it is no part of this package.
    see
        Finds the nearest triangle at every pixel centre.
    sample
        Looks textures up, and takes gradients back to them.
    cut
        Finds where silhouettes pass between pixels.
    measure
        Finds how far from pixels' centres that is, and takes gradients back to vertices.
    normals
        Averages the faces' normals at vertices, and takes gradients back to them.
    cover
        Lists the pixels that see something.
    gather
        Interpolates what covered pixels show, and takes gradients back to vertices.
    shade
        Lights fragments and puts them over backgrounds, and takes gradients back to all they are made of.
    stack
        Adds up what a texture is made of, images from small to large, and takes gradients back to them.
    """

    name: str
    see: Visibility
    sample: Lookup = sample
    cut: Cutting = find_cuts
    measure: Measuring = crossings
    normals: Normals = _normals
    cover: Covering = covered_pixels
    gather: Gathering = gbuffer
    shade: Shading = shade
    stack: Stacking = stacked


TORCH = Renderer("torch", visibility)
"""The one that is always here, on every device."""
