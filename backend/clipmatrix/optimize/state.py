"""What a job has made of a character, as it travels home."""

from dataclasses import dataclass

import clipmatrix_protocol as protocol
import numpy as np
import torch
from torch import Tensor

from ..character import shaped, split
from ..render.colour import srgb_bytes
from ..render.normal_texels import to_texels
from .parameters import Parameters
from .scene import Scene


@dataclass(frozen=True)
class Outcome:
    """The parameters read at one moment.

    Attributes
    ----------
    coefficients
        (K,) values of the shape basis.
    offsets
        (P, 3) metres, on the points of the welded surface.
    textures
        (S, H, H, 3) linear base colour, row 0 at v = 0.
    material
        (2,) roughness, metallic.
    lights
        (1 + D, 3) linear colours of ambient light and suns.
    suns
        (D, 3) directions towards the suns, of any length.
    slopes
        (S, H, H, 2) of the normal map, as large as the textures; None without one.
    """

    coefficients: Tensor
    offsets: Tensor
    textures: Tensor
    material: Tensor
    lights: Tensor
    suns: Tensor
    slopes: Tensor | None = None

    def vertices(self, scene: Scene) -> Tensor:
        """(P, 3) metres, rest space."""
        return shaped(scene.surface, self.coefficients, self.offsets)


def read(parameters: Parameters) -> Outcome:
    """Read the parameters, textures as fine as views can resolve; differentiable."""
    return _outcome(parameters, parameters.paint.textures(), parameters.slopes())


@torch.no_grad()
def read_full(parameters: Parameters) -> Outcome:
    """Read the parameters, textures at their own size."""
    return _outcome(parameters, parameters.paint.full_textures(), parameters.full_slopes())


def _outcome(parameters: Parameters, textures: Tensor, slopes: Tensor | None) -> Outcome:
    material, lights, suns = parameters.look.read()
    return Outcome(
        coefficients=parameters.geometry.coefficients(),
        offsets=parameters.geometry.offsets(),
        textures=textures,
        material=material,
        lights=lights,
        suns=suns,
        slopes=slopes,
    )


@torch.no_grad()
def pack(outcome: Outcome, scene: Scene) -> protocol.State:
    """Turn an outcome into a message; what may not vary goes home exactly as it came."""
    vary = scene.brief.vary
    values = scene.surface.values
    coefficients = torch.where(scene.surface.free, outcome.coefficients, values) if vary.shape else values
    free = (scene.constraints.locked < 1)[:, None] & (vary.offsets > 0)
    per_vertex = torch.where(free, outcome.offsets, scene.start_offset)[scene.joined.point_of]
    roughness, metallic = outcome.material.tolist()
    ambient, *colours = outcome.lights.tolist()
    directions = outcome.suns.tolist()
    return protocol.State(
        coefficients=_array(coefficients),
        offsets=tuple(_array(offsets) for offsets in split(scene.character, per_vertex)),
        textures=tuple(image.numpy() for image in srgb_bytes(outcome.textures).cpu()) if vary.texture else (),
        look=protocol.Look(
            roughness=roughness,
            metallic=metallic,
            ambient=tuple(ambient),
            suns=tuple(protocol.Sun(tuple(at), tuple(of)) for at, of in zip(directions, colours, strict=True)),
        ),
        normal_maps=_normal_maps(outcome, scene) if vary.normals else (),
    )


def _normal_maps(outcome: Outcome, scene: Scene) -> tuple[np.ndarray, ...]:
    """Slopes as bytes; those that are what they were are the bytes that came, to the last bit."""
    assert outcome.slopes is not None
    relief = scene.appearance.relief
    assert relief is not None
    kept = (outcome.slopes == relief.slopes).all(dim=-1, keepdim=True)
    texels = torch.where(kept, relief.texels, to_texels(outcome.slopes))
    return tuple(image.numpy() for image in texels.cpu())


def _array(values: Tensor) -> np.ndarray:
    return values.detach().cpu().numpy().astype(np.float32)
