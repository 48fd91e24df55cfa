"""How fast each parameter moves, and how far a prompt must pull to keep it away from its start.

A move is a step of Adam and a decay towards zero, the start (decoupled, Loshchilov and Hutter 2019). Adam makes all
gradients equally strong, faint and inconsistent ones too; under decay a parameter stays away from its start only as far
as its gradients agree from step to step, at most 1 / decay.
"""

from typing import Any

import clipmatrix_protocol as protocol
import torch
from torch import Tensor

from .adam import AdamUniform
from .geometry import Geometry
from .gradient_balance import Shares
from .parameters import Parameters

SHAPE_RATE, SHAPE_DECAY = 0.02, 1.0
"""Share of a coefficient's range it may move per step."""

OFFSET_RATE, OFFSET_DECAY = 0.002, 0.0
"""Share of the character's size that the differential coordinates may move per step; their regularisers hold them."""

GRID_RATE, GRID_DECAY = 0.07, 0.1
"""Texture levels that are spatial grids, per step and level, before the sigmoid."""

IMAGE_RATE, IMAGE_DECAY = 0.07, 0.4
"""Texture levels that are images; they stay quiet unless views agree on a detail."""

RELIEF_RATE, RELIEF_DECAY = 0.03, 2.0
"""Levels of the normal map, per step and level, before the squash."""

MATERIAL_RATE, MATERIAL_DECAY = 0.01, 5.0
"""Roughness and metallic, per step."""

LIGHT_RATE, LIGHT_DECAY = 0.01, 8.0
"""Logarithms of light colours, and the suns' directions, per step."""

BETAS = (0.9, 0.99)
"""Decay of Adam's moments; jobs are short, and views differ from step to step."""


def optimisers(parameters: Parameters, vary: protocol.Vary) -> list[torch.optim.Optimizer]:
    """Make the optimisers of what may change; all other leaves ask for no gradients.

    Geometry moves by AdamUniform, each field as one; colours and lights by Adam. A strength speeds a field up and lets
    it go further. Every group carries its full rate as ``rate``, from which the schedule sets ``lr`` at each step.
    """
    geometry, levels, look = parameters.geometry, parameters.paint.pyramid, parameters.look
    fields = [
        _group("shape", [geometry.portions], SHAPE_RATE, SHAPE_DECAY, vary.shape),
        _group("offsets", [geometry.differential], OFFSET_RATE, OFFSET_DECAY, vary.offsets),
    ]
    appearance = [
        _group("texture", levels.grids, GRID_RATE, GRID_DECAY, vary.texture),
        _group("texture", levels.images, IMAGE_RATE, IMAGE_DECAY, vary.texture),
        _group("normals", _relief(parameters), RELIEF_RATE, RELIEF_DECAY, vary.normals),
        _group("material", [look.material], MATERIAL_RATE, MATERIAL_DECAY, vary.material),
        _group("light", [look.lights, look.suns], LIGHT_RATE, LIGHT_DECAY, vary.light),
    ]
    made: list[torch.optim.Optimizer] = []
    if moving := [group for group in fields if group["params"]]:
        made.append(AdamUniform(moving, betas=BETAS))
    if moving := [group for group in appearance if group["params"]]:
        made.append(torch.optim.AdamW(moving, betas=BETAS, fused=True))
    return made


def set_rates(made: list[torch.optim.Optimizer], factor: float, shares: Shares) -> None:
    """Scale every group's full rate; what a prompt hardly speaks of moves slower and stays nearer to its start."""
    for optimiser in made:
        for group in optimiser.param_groups:
            share = {"shape": shares.shape, "texture": shares.texture}.get(group["name"], 1.0)
            group["lr"] = factor * share * group["rate"]
            group["weight_decay"] = group["decay"] / share


def leaves(made: list[torch.optim.Optimizer]) -> list[Tensor]:
    """List the tensors that optimisers move."""
    return [leaf for optimiser in made for group in optimiser.param_groups for leaf in group["params"]]


@torch.no_grad()
def stop_at_limits(geometry: Geometry) -> None:
    """Drop the gradient of coefficients that stand at an end of their range and are pushed further out.

    They cannot follow, and must not set the pace of those that can.
    """
    gradient = geometry.portions.grad
    if gradient is not None:
        now = geometry.start_portions + geometry.portions
        gradient.masked_fill_(torch.where(gradient > 0, now <= 0, now >= 1), 0.0)


@torch.no_grad()
def project(parameters: Parameters) -> None:
    """Bring every leaf back into its range after a step."""
    for leaf, start in (
        (parameters.geometry.portions, parameters.geometry.start_portions),
        (parameters.look.material, parameters.look.start_material),
    ):
        if leaf.requires_grad:
            leaf.add_(start).clamp_(0.0, 1.0).sub_(start)


def _relief(parameters: Parameters) -> list[Tensor]:
    return parameters.normal_map.pyramid.images if parameters.normal_map else []


def _group(name: str, params: list[Tensor], rate: float, decay: float, strength: float) -> dict[str, Any]:
    for leaf in params:
        leaf.requires_grad_(strength > 0 and leaf.numel() > 0)
    return {
        "name": name,
        "params": [leaf for leaf in params if leaf.requires_grad],
        "rate": rate * strength,
        "decay": decay / max(strength, 1e-6),
    }
