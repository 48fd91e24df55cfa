"""What stays the same from the first step of a job to the last: character, cameras' frame, prompts, sizes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import clipmatrix_protocol as protocol
import msgspec
import numpy as np
import torch
from torch import Tensor

from ..character import Character, Weld, assemble, shaped, start_offsets, weld
from ..guidance.prompts import Targets, targets
from ..guidance.towers import Tower
from ..render.colour_texels import GREY, read_colours
from ..render.mesh import Mesh, mesh
from ..render.normal_texels import read_texels, to_texels
from ..render.relief import Frame, frame
from ..render.seam import TORCH, Renderer
from .lighting import with_suns
from .mesh.constraints import Constraints, constraints, pin, region_weights
from .mesh.edges import Edges, edges
from .mesh.strain import Fabric, fabric
from .sampling import Stage, stage
from .texture.brushes import Brush, brushes

SMALLEST_VIEW = 128
"""Side of a rendered view in pixels that a small tower gets at least."""

TEXELS_PER_PIXEL = 4
"""A texture this many times as wide as what the tower looks at is finer than the tower can tell, even close by."""

NEUTRAL = 2
"""By how many of 255 levels red, green and blue may differ in a colour that says nothing."""

LARGEST_FITTED_VIEW = 320
"""Side of a rendered view that a large tower gets, unless the brief asks for more."""


@dataclass(frozen=True)
class Guide:
    """A CLIP that guides, and where it shall lead: each tower has its own embedding of the prompts."""

    tower: Tower
    targets: Targets


@dataclass(frozen=True)
class StartRelief:
    """A normal map to start from.

    Attributes
    ----------
    texels
        (S, H, H, 3) uint8, as it came, scaled to the textures' size.
    slopes
        (S, H, H, 2) the same as slopes; exactly 0 where the character brings none.
    frame
        Of the surface.
    """

    texels: Tensor
    slopes: Tensor
    frame: Frame


@dataclass(frozen=True)
class Appearance:
    """How a character looks as it comes.

    Attributes
    ----------
    textures
        (S, H, H, 3) linear base colour that it brings, mid grey where it brings none.
    plain
        Whether these are no paint to start from: colours begin at mid grey instead, but for what is locked.
    look
        Material and light to start from.
    relief
        The normal map to start from, where there is one or one is to be made.
    """

    textures: Tensor
    plain: bool
    look: protocol.Look
    relief: StartRelief | None


@dataclass(frozen=True)
class Scene:
    """Constants of a job.

    Attributes
    ----------
    character, surface, joined
        As it came; with split vertices welded; and how the two belong together.
    start, start_offset
        (P, 3) metres each: the shape the job starts from, offsets included; those offsets.
    appearance
        How the character looks as it comes.
    mesh, edges
        The surface as renderer and regularisers see it.
    stage
        The brief's cameras and what they frame of the start.
    constraints
        What may not move freely.
    brushes
        Which prompts paint what; empty where all paint everything.
    guides
        One or more, which count alike.
    view_size
        Side of a rendered view, pixels.
    finest
        Side of the finest texture that any tower can tell from a coarser one, texels.
    renderer
        What finds the triangles that are seen.
    brief
        What was asked; ``vary`` is what changes.
    """

    character: Character
    surface: Character
    joined: Weld
    start: Tensor
    start_offset: Tensor
    appearance: Appearance
    mesh: Mesh
    edges: Edges
    stage: Stage
    constraints: Constraints
    brushes: tuple[Brush, ...]
    guides: tuple[Guide, ...]
    view_size: int
    finest: int
    renderer: Renderer
    brief: protocol.Brief

    @cached_property
    def fabric(self) -> Fabric:
        """What of the surface is strained; made when it is first asked for."""
        return fabric(self.surface.triangles, self.edges, len(self.start))

    @property
    def auditions(self) -> bool:
        """Whether colours are auditioned: textures may change, and are made from nothing or need not be kept.

        Directed prompts are followed from any paint.
        """
        placed = any(prompt.sees_paint and not prompt.directed for prompt in self.brief.prompts)
        return self.brief.vary.texture > 0 and (self.appearance.plain or (placed and not self.brief.settings.keep))


def prepare(job: protocol.Submit, towers: Sequence[Tower], device: torch.device, renderer: Renderer = TORCH) -> Scene:
    """Bring a job's character, brief and exemplars to the device."""
    message, brief = job.character, msgspec.structs.replace(job.brief, vary=job.brief.changes)
    character = assemble(message, device)
    offsets = start_offsets(message, device)
    surface, joined = weld(character, offsets)
    start_offset = offsets[joined.vertex_of]
    start = shaped(surface, surface.values, start_offset)
    regions = region_weights(message, joined)
    held = constraints(start, brief, regions)
    surface = pin(surface, held.locked)
    sharpest = max(tower.image_size for tower in towers)
    drawn = mesh(surface.triangles, surface.corner_uvs, surface.slots, None if _mirrored(surface.poses) else start)
    return Scene(
        character=character,
        surface=surface,
        joined=joined,
        start=start,
        start_offset=start_offset,
        appearance=Appearance(
            textures=_start_textures(message, brief.settings.texture_size, device),
            plain=is_plain(message, brief.settings.keep),
            look=with_suns(message.start_look, brief.settings.suns),
            relief=_start_relief(message, brief, drawn, device),
        ),
        mesh=drawn,
        edges=edges(surface.triangles),
        stage=stage(surface, start, brief, regions),
        constraints=held,
        brushes=brushes(message, brief, regions, device),
        guides=tuple(Guide(tower, targets(tower, brief, job.exemplars)) for tower in towers),
        view_size=brief.settings.resolution or fitted_view(sharpest),
        finest=min(brief.settings.texture_size, TEXELS_PER_PIXEL << math.ceil(math.log2(sharpest))),
        renderer=renderer,
        brief=brief,
    )


def _mirrored(poses: Tensor) -> bool:
    """Tell whether some joint (P, J, 4, 4) turns what it moves inside out, or flattens it."""
    return not bool((torch.linalg.det(poses[..., :3, :3]) > 0).all())


def fitted_view(tower_size: int) -> int:
    """Choose the side of a view: twice what the tower looks at, within limits, never less than the tower's own."""
    return max(tower_size, min(max(2 * tower_size, SMALLEST_VIEW), LARGEST_FITTED_VIEW))


def is_plain(message: protocol.Character, keep: float) -> bool:
    """Tell whether a character comes without paint that a job should start from.

    That is so where it brings none, where the artist wants it painted anew, and where all of it has one colour without
    a hue, as a new material has: starting from there would only hide colours that the prompt means. An artist who asks
    to keep even that colour gets it.
    """
    if not message.start_textures or message.repaint:
        return True
    colours = np.array([[image.min(axis=(0, 1)), image.max(axis=(0, 1))] for image in message.start_textures], int)
    return keep == 0 and int(np.ptp(colours)) <= NEUTRAL


def _start_textures(message: protocol.Character, size: int, device: torch.device) -> Tensor:
    """Scale the textures a character brings to one size: (S, size, size, 3) linear."""
    if not message.start_textures:
        return torch.full((message.textures, size, size, 3), GREY, device=device)
    return torch.stack([read_colours(image, size) for image in message.start_textures]).to(device)


def _start_relief(
    message: protocol.Character, brief: protocol.Brief, drawn: Mesh, device: torch.device
) -> StartRelief | None:
    """Read the normal map a character brings, or a flat one where it is to get one."""
    size = brief.settings.texture_size
    if message.start_normal_maps:
        read = [read_texels(torch.tensor(image), size) for image in message.start_normal_maps]
        texels, slopes = (torch.stack(items).to(device) for items in zip(*read, strict=True))
    elif brief.vary.normals:
        slopes = torch.zeros(message.textures, size, size, 2, device=device)
        texels = to_texels(slopes)
    else:
        return None
    return StartRelief(texels, slopes, frame(drawn))
