"""A subject on the device, as points that are welded once for all its states."""

from collections.abc import Sequence
from dataclasses import dataclass

import clipmatrix_protocol as protocol
import numpy as np
import torch
from torch import Tensor

from ..character import Character, Weld, assemble, shaped, start_offsets, weld
from ..render.colour_texels import GREY, read_colours
from ..render.material import Material
from ..render.mesh import Mesh, mesh
from ..render.normal_texels import read_texels
from ..render.relief import Relief, frame

LARGEST_TEXTURE = 1024
"""Side to which textures are scaled at most, texels; views are smaller than that."""


@dataclass(frozen=True, eq=False)
class Looks:
    """How one state reflects light.

    Attributes
    ----------
    textures
        (S, H, H, 3) linear base colour, row 0 at v = 0.
    material
        Roughness and metallic.
    relief
        The normal map; None without one.
    """

    textures: Tensor
    material: Material
    relief: Relief | None


@dataclass(frozen=True, eq=False)
class Exhibit:
    """A character in several states.

    Attributes
    ----------
    surface, joined, mesh
        With split vertices welded, how points and vertices belong together, and as the renderer sees it.
    shapes
        (P, 3) metres, rest space, one for each state.
    looks
        One for each state.
    """

    surface: Character
    joined: Weld
    mesh: Mesh
    shapes: tuple[Tensor, ...]
    looks: tuple[Looks, ...]


def exhibit(character: protocol.Character, states: Sequence[protocol.State | None], device: torch.device) -> Exhibit:
    """Bring a character to the device in some states; None is the character as it came."""
    assembled = assemble(character, device)
    start = start_offsets(character, device)
    offsets = [start if state is None else _joined(state, device) for state in states]
    surface, joined = weld(assembled, torch.cat(offsets, dim=1))  # equal in every state, or no single point
    surface_mesh = mesh(surface.triangles, surface.corner_uvs, surface.slots)
    shapes, looks = [], []
    for state, moved in zip(states, offsets, strict=True):
        values = surface.values if state is None else torch.tensor(state.coefficients, device=device)
        shapes.append(shaped(surface, values, moved[joined.vertex_of]))
        looks.append(_looks(character, state, surface_mesh))
    return Exhibit(surface, joined, surface_mesh, tuple(shapes), tuple(looks))


def _joined(state: protocol.State, device: torch.device) -> Tensor:
    return torch.tensor(np.concatenate(state.offsets), device=device)


def _looks(character: protocol.Character, state: protocol.State | None, surface: Mesh) -> Looks:
    images = (state.textures if state is not None else ()) or character.start_textures
    maps = (state.normal_maps if state is not None else ()) or character.start_normal_maps
    look, device = character.start_look if state is None else state.look, surface.corner_uvs.device
    material = Material(*(torch.tensor(value, device=device) for value in (look.roughness, look.metallic)))
    largest = max((max(image.shape[:2]) for image in (*images, *maps)), default=4)
    side = min(1 << (largest - 1).bit_length(), LARGEST_TEXTURE)
    textures = torch.full((character.textures, side, side, 3), GREY, device=device)
    if images:
        textures = torch.stack([read_colours(image, side) for image in images]).to(device)
    if not maps:
        return Looks(textures, material, None)
    slopes = torch.stack([read_texels(torch.tensor(image), side)[1] for image in maps]).to(device)
    return Looks(textures, material, Relief(slopes, frame(surface)))
