"""What the optimiser moves: geometry, paint, normal map, look.

Every leaf is a change and starts at zero: what is zero leaves the character exactly as it came.
"""

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ..render.colour_texels import GREY
from . import geometry, look
from .geometry import Geometry
from .look import Look
from .scene import Scene, StartRelief
from .sparse import multiplies
from .texture import normal_map, paint, texture_pyramid
from .texture.atlas import Atlas, atlas, shares
from .texture.brushes import reach, regions_of, with_brushes
from .texture.halves import Halves, halves
from .texture.mirror import mirror
from .texture.normal_map import Ground, NormalMap
from .texture.paint import Paint
from .texture.seams import inland
from .texture.trilinear import own_places, trilinear

LARGEST_LOOKUP = 1 << 22
"""Texels up to which grids are looked up through a matrix: a quarter of a gigabyte, twice that with a gradient."""


@dataclass(frozen=True)
class Parameters:
    """Leaves of the optimisation, each beside what it is added to.

    Attributes
    ----------
    geometry
        Shape coefficients and offsets.
    paint
        The texture's levels.
    normal_map
        The normal map's levels; None where the character has none and is to get none.
    look
        Material and light.
    """

    geometry: Geometry
    paint: Paint
    normal_map: NormalMap | None
    look: Look

    def slopes(self) -> Tensor | None:
        """(S, h, h, 2) the normal map's, as fine as views can resolve."""
        return self.normal_map.slopes() if self.normal_map else None

    def full_slopes(self) -> Tensor | None:
        """(S, H, H, 2) the same at the texture's own size."""
        return self.normal_map.full_slopes() if self.normal_map else None


def begin(scene: Scene) -> Parameters:
    """Set the parameters to a character as it came."""
    surface, came = scene.surface, scene.appearance
    full = came.textures.shape[1]
    seen = min(scene.finest, full)
    sides = _halves(scene, full, seen)
    layout = layout_seen = _layout(scene, full, sides[0])
    if seen < full:
        layout_seen = _layout(scene, seen, sides[1])
    return Parameters(
        geometry=geometry.begin(surface, scene.start_offset, scene.constraints, scene.brief.settings.smoothness),
        paint=paint.begin(
            _start_textures(scene, layout),
            layout,
            layout_seen,
            shares(surface, scene.start, seen),
            reach(scene.brushes, layout_seen) if scene.brushes else None,
            scene.renderer.stack,
        ),
        normal_map=_normal_map(scene, came.relief, (layout, layout_seen), sides) if came.relief else None,
        look=look.begin(came.look, surface.device),
    )


def _halves(scene: Scene, full: int, seen: int) -> tuple[Halves | None, Halves | None]:
    """Where left and right lie on textures of two sizes, each found once; None where they need not be equal."""
    if not scene.brief.settings.mirror_texture:
        return None, None
    found = {size: halves(scene.surface, scene.start, size) for size in {full, seen}}
    return found[full], found[seen]


def _layout(scene: Scene, size: int, sides: Halves | None) -> Atlas:
    """The atlas of textures of one size; what no prompt paints is not free."""
    freedom, regions = 1 - scene.constraints.locked, regions_of(scene.brushes)
    made = _with_lookups(atlas(scene.surface, scene.start, freedom, size, sides, regions))
    return with_brushes(made, scene.brushes) if scene.brushes else made


def _with_lookups(layout: Atlas) -> Atlas:
    """Have the grids looked up through a matrix, where it is not too large and the device knows sparse ones."""
    if layout.free.numel() > LARGEST_LOOKUP or not multiplies(layout.free.device):
        return layout
    *coarser, finest = texture_pyramid.GRIDS
    coarse = trilinear(own_places(finest).to(layout.places.device), *coarser)
    return replace(layout, lookup=trilinear(layout.places, finest), coarse=coarse)


def _start_textures(scene: Scene, layout: Atlas) -> Tensor:
    """Where textures (S, H, H, 3) begin: as they came; plain ones at mid grey, as far as they are free."""
    brought = scene.appearance.textures
    if not scene.appearance.plain:
        return brought
    grey = torch.full_like(brought, GREY)
    if not scene.constraints.locked.any() and not scene.brushes:
        return grey
    return torch.lerp(brought, grey, layout.free[..., None])


def _normal_map(
    scene: Scene, start: StartRelief, layouts: tuple[Atlas, Atlas], sides: tuple[Halves | None, Halves | None]
) -> NormalMap:
    """The normal map at its start, from the atlas and the halves at its own size and at the size that views resolve."""
    full = seen = _ground(scene, start, layouts[0], sides[0])
    if layouts[1] is not layouts[0]:
        seen = _ground(scene, start, layouts[1], sides[1])
    return normal_map.begin(start.slopes, full, seen, scene.renderer.stack)


def _ground(scene: Scene, start: StartRelief, layout: Atlas, sides: Halves | None) -> Ground:
    """What the normal map's levels are added to at one size."""
    weight, mirrored = inland(scene.surface, start.frame, layout), None
    if sides is not None and scene.brief.vary.normals:
        mirrored = mirror(scene.surface, scene.start, start.frame, sides, layout.nearest)
    return normal_map.ground(start.slopes, layout, weight, mirrored)
