"""What the optimiser moves: shape coefficients, offsets, texture, material, light; and how fast each may go."""

from dataclasses import dataclass
from typing import Any

import clipmatrix_protocol as protocol
import torch
from torch import Tensor

from ..character import Character, shaped
from . import texture_pyramid
from .adam import AdamUniform
from .atlas import Atlas, atlas
from .precondition import Preconditioner, from_differential, preconditioner
from .texture_pyramid import Pyramid

SHAPE_RATE = 0.02
"""Share of a coefficient's range it may move per step."""

OFFSET_RATE = 0.002
"""Share of the character's size that the differential coordinates may move per step."""

TEXTURE_RATE = 0.03
"""Per step and pyramid level, before the sigmoid."""

MATERIAL_RATE = 0.01
"""Roughness and metallic, per step."""

LIGHT_RATE = 0.01
"""Light colours and the sun's direction, per step."""

SMOOTHNESS = 50.0
"""lambda of the preconditioner for a mesh of :data:`REFERENCE_POINTS` points (Nicolet et al.: 19 to 99)."""

REFERENCE_POINTS = 10_475
"""Points of an SMPL-X body; lambda grows with the point count, so that smoothing reaches equally far on any mesh."""


@dataclass(frozen=True)
class Parameters:
    """Leaves of the optimisation and what it takes to read them.

    Attributes
    ----------
    surface
        The welded character, P points.
    start
        (P, 3) metres, the offsets the job starts from.
    size
        Diagonal of the start's bounding box, metres.
    operator
        Of the preconditioned offsets.
    free
        (F,) int64, which coefficients may move.
    portions
        (F,) leaf: where in its range each free coefficient stands, in [0, 1].
    start_portions
        (F,) where they stood at the start.
    differential
        (P, 3) leaf: change of the offsets as differential coordinates, in units of ``size``.
    base, base_seen
        (S, 3, H, H) what the texture pyramid is added to, at the texture's size and at the size that views can resolve.
    atlas, atlas_seen
        Of textures of these two sizes.
    pyramid
        Leaves: the texture's levels.
    material
        (2,) leaf: roughness, metallic.
    start_material
        (2,) what they were at the start.
    lights
        (2, 3) leaf: linear colours of the ambient light and the sun.
    sun
        (3,) leaf: direction towards the sun; any length.
    """

    surface: Character
    start: Tensor
    size: float
    operator: Preconditioner
    free: Tensor
    portions: Tensor
    start_portions: Tensor
    differential: Tensor
    base: Tensor
    base_seen: Tensor
    atlas: Atlas
    atlas_seen: Atlas
    pyramid: Pyramid
    material: Tensor
    start_material: Tensor
    lights: Tensor
    sun: Tensor

    def coefficients(self) -> Tensor:
        """(K,) values of all coefficients; pinned ones stay at their start."""
        low, high = self.surface.low[self.free], self.surface.high[self.free]
        return self.surface.values.index_copy(0, self.free, low + self.portions * (high - low))

    def offsets(self) -> Tensor:
        """(P, 3) metres."""
        return self.start + self.size * from_differential(self.operator, self.differential)

    def textures(self) -> Tensor:
        """(S, h, h, 3) linear base colour in (0, 1), row 0 at v = 0; as fine as views can resolve."""
        return texture_pyramid.to_linear(self.pyramid, self.base_seen, self.atlas_seen.places)

    def full_textures(self) -> Tensor:
        """(S, H, H, 3) the same at the texture's own size."""
        return texture_pyramid.to_linear(self.pyramid, self.base, self.atlas.places)


def begin(surface: Character, start: Tensor, textures: Tensor, finest: int) -> Parameters:
    """Set the parameters to a character as it came.

    Parameters
    ----------
    surface
        Welded.
    start
        (P, 3) metres, offsets to start from.
    textures
        (S, H, H, 3) linear base colour to start from.
    finest
        Side of the finest texture that views can resolve.
    """
    free = surface.free.nonzero()[:, 0]
    low, high = surface.low[free], surface.high[free]
    look = protocol.Look()

    def leaf(values: object) -> Tensor:
        return torch.as_tensor(values, dtype=torch.float32, device=surface.device).clone().requires_grad_()

    base = texture_pyramid.base_of(textures)
    seen = min(finest, base.shape[-1])
    start_shape = shaped(surface, surface.values, start)
    points = len(surface.vertices)
    portions = (surface.values[free] - low) / (high - low)
    return Parameters(
        surface=surface,
        start=start,
        size=float((surface.vertices.amax(0) - surface.vertices.amin(0)).norm()),
        operator=preconditioner(surface.triangles, points, SMOOTHNESS * points / REFERENCE_POINTS),
        free=free,
        portions=leaf(portions),
        start_portions=portions,
        differential=leaf(torch.zeros_like(surface.vertices)),
        base=base,
        base_seen=texture_pyramid.scaled(base, seen),
        atlas=atlas(surface, start_shape, base.shape[-1]),
        atlas_seen=atlas(surface, start_shape, seen),
        pyramid=texture_pyramid.flat(surface.textures, seen, surface.device),
        material=leaf([look.roughness, look.metallic]),
        start_material=torch.tensor([look.roughness, look.metallic], device=surface.device),
        lights=leaf([look.ambient, look.sun_colour]),
        sun=leaf(look.sun_direction),
    )


def optimisers(parameters: Parameters, vary: protocol.Vary) -> list[torch.optim.Optimizer]:
    """Make the optimisers of what may change; all other leaves stop asking for gradients.

    Geometry moves by AdamUniform, each field as one; colours and lights by Adam. Every group carries its full rate as
    ``rate``, from which the schedule sets ``lr`` at each step.
    """
    geometry = [
        _group([parameters.portions], SHAPE_RATE * vary.shape),
        _group([parameters.differential], OFFSET_RATE * vary.offsets),
    ]
    appearance = [
        _group(parameters.pyramid.leaves(), TEXTURE_RATE * vary.texture),
        _group([parameters.material], MATERIAL_RATE * vary.material),
        _group([parameters.lights, parameters.sun], LIGHT_RATE * vary.light),
    ]
    made: list[torch.optim.Optimizer] = []
    if any(group["params"] for group in geometry):
        made.append(AdamUniform([group for group in geometry if group["params"]], betas=(0.9, 0.99)))
    if any(group["params"] for group in appearance):
        made.append(torch.optim.Adam([group for group in appearance if group["params"]], betas=(0.9, 0.99)))
    return made


def set_rates(made: list[torch.optim.Optimizer], factor: float) -> None:
    """Scale every group's full rate."""
    for optimiser in made:
        for group in optimiser.param_groups:
            group["lr"] = factor * group["rate"]


def leaves(made: list[torch.optim.Optimizer]) -> list[Tensor]:
    """List the tensors that optimisers move."""
    return [leaf for optimiser in made for group in optimiser.param_groups for leaf in group["params"]]


@torch.no_grad()
def project(parameters: Parameters) -> None:
    """Bring every leaf back into its range after a step; one that does not move is in its range already."""
    for leaf, low, high in (
        (parameters.portions, 0.0, 1.0),
        (parameters.material, torch.tensor([0.05, 0.0]), 1.0),
        (parameters.lights, 0.05, 4.0),
    ):
        if leaf.requires_grad:
            leaf.clamp_(torch.as_tensor(low, device=leaf.device), torch.as_tensor(high, device=leaf.device))
    if parameters.sun.requires_grad:
        parameters.sun.div_(parameters.sun.norm().clamp_min(1e-6))


def _group(params: list[Tensor], rate: float) -> dict[str, Any]:
    for leaf in params:
        leaf.requires_grad_(rate > 0 and leaf.numel() > 0)
    return {"params": [leaf for leaf in params if leaf.requires_grad], "rate": rate, "lr": rate}
