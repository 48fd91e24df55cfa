"""What the optimiser moves: shape coefficients, offsets, texture, normal map, material, light.

Every leaf is a change and starts at zero: what is zero leaves the character exactly as it came.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor

from ..character import Character
from ..render.colour_texels import GREY
from .mesh.constraints import Constraints
from .mesh.precondition import Preconditioner, from_differential, preconditioner
from .scene import Scene, StartRelief
from .texture import normal_map, texture_pyramid
from .texture.atlas import Atlas, atlas, shares
from .texture.brushes import reach, regions_of, with_brushes
from .texture.dilate import dilate
from .texture.halves import Halves, halves
from .texture.mirror import mirror
from .texture.normal_map import Ground, NormalMap
from .texture.seams import inland
from .texture.texture_pyramid import Pyramid
from .texture.trilinear import own_places, trilinear

REFERENCE_POINTS = 10_475
"""Points of an SMPL-X body, for which ``Settings.smoothness`` is the preconditioner's lambda (19 to 99 in the paper).

It grows with the point count, so that smoothing reaches equally far on any mesh.
"""

LARGEST_LOOKUP = 1 << 22
"""Texels up to which grids are looked up through a matrix: a quarter of a gigabyte, twice that with a gradient."""


@dataclass(frozen=True)
class Parameters:
    """Leaves of the optimisation and what it takes to read them.

    Attributes
    ----------
    surface
        The welded character, P points.
    start
        (P, 3) metres, the offsets the job starts from.
    constraints
        What may not move freely.
    size
        Diagonal of the start's bounding box, metres.
    operator
        Of the preconditioned offsets.
    free
        (F,) int64, which coefficients may move.
    start_portions
        (F,) where in its range each free coefficient stood at the start, in [0, 1].
    portions
        (F,) leaf: change of these.
    differential
        (P, 3) leaf: change of the offsets as differential coordinates, in units of ``size``.
    start_textures
        (S, H, H, 3) linear base colour the job starts from; where it is locked, that which the character brings.
    base, base_seen
        (S, 3, H, H) what the texture pyramid is added to, at the texture's size and at the size that views can resolve.
    atlas, atlas_seen
        Of textures of these two sizes.
    shares
        (S, h, h) how much of the body's surface each texel paints that views can resolve; sums to 1.
    reach
        (B, S, h, h) how far each brush paints each texel that views can resolve; None without brushes.
    pyramid
        Leaves: the texture's levels.
    normal_map
        Leaves: the normal map's levels; None where the character has none and is to get none.
    start_material, start_lights, start_suns
        (2,) roughness, metallic; (1 + D, 3) linear colours of the ambient light and the suns; (D, 3) towards these.
    material, lights, suns
        Leaves: change of these; of the lights' colours their logarithm's.
    """

    surface: Character
    start: Tensor
    constraints: Constraints
    size: float
    operator: Preconditioner
    free: Tensor
    start_portions: Tensor
    portions: Tensor
    differential: Tensor
    start_textures: Tensor
    base: Tensor
    base_seen: Tensor
    atlas: Atlas
    atlas_seen: Atlas
    shares: Tensor
    reach: Tensor | None
    pyramid: Pyramid
    normal_map: NormalMap | None
    start_material: Tensor
    start_lights: Tensor
    start_suns: Tensor
    material: Tensor
    lights: Tensor
    suns: Tensor

    def coefficients(self) -> Tensor:
        """(K,) values of all coefficients; pinned ones stay at their start."""
        low, high = self.surface.low[self.free], self.surface.high[self.free]
        return self.surface.values.index_copy(0, self.free, low + (self.start_portions + self.portions) * (high - low))

    def offsets(self) -> Tensor:
        """(P, 3) metres."""
        return self.start + self.constraints.project(self.size * from_differential(self.operator, self.differential))

    def textures(self) -> Tensor:
        """(S, h, h, 3) linear base colour in (0, 1), row 0 at v = 0; as fine as views can resolve."""
        return texture_pyramid.to_linear(self.pyramid, self.base_seen, self.atlas_seen)

    def full_textures(self) -> Tensor:
        """(S, H, H, 3) the same at the texture's own size."""
        painted = texture_pyramid.to_linear(self.pyramid, self.base, self.atlas)
        if self.extreme:
            painted = texture_pyramid.unclamped(painted, self.start_textures)
        if not self.atlas.restricted:
            return painted
        return torch.where(self.atlas.free[..., None] > 0, painted, self.start_textures)

    @cached_property
    def extreme(self) -> bool:
        """Whether the start's paint has texels darker or brighter than the levels can reach."""
        low, high = texture_pyramid.LIMITS
        return bool(((self.start_textures < low) | (self.start_textures > high)).any())

    def colour_gain(self) -> float:
        """How much less the start's paint answers to a change of the pyramid than mid grey does; at least 1."""
        grey, end = GREY**0.5, texture_pyramid.MARGIN
        shown = torch.sigmoid(self.base_seen)
        swing = float(((shown * (1 - shown)).mean(dim=1) * self.shares).sum())
        return max(1.0, round(grey * (1 - grey) / max(swing, end * (1 - end)), 3))

    def slopes(self) -> Tensor | None:
        """(S, h, h, 2) the normal map's, as fine as views can resolve."""
        return self.normal_map.slopes() if self.normal_map else None

    def full_slopes(self) -> Tensor | None:
        """(S, H, H, 2) the same at the texture's own size."""
        return self.normal_map.full_slopes() if self.normal_map else None

    def look(self) -> tuple[Tensor, Tensor, Tensor]:
        """Material (2,), lights (1 + D, 3) and suns (D, 3), as in ``start_material`` and so on."""
        return (
            self.start_material + self.material,
            self.start_lights * self.lights.exp(),
            self.start_suns + self.suns,
        )


def begin(scene: Scene) -> Parameters:
    """Set the parameters to a character as it came."""
    surface, look, settings = scene.surface, scene.look, scene.brief.settings
    free = surface.free.nonzero()[:, 0]
    low, high = surface.low[free], surface.high[free]

    def zeros(*shape: int) -> Tensor:
        return torch.zeros(*shape, device=surface.device)

    full = scene.textures.shape[1]
    seen = min(scene.finest, full)
    halves_full, halves_seen = _halves(scene, full, seen)
    layout = layout_seen = _layout(scene, full, halves_full)
    if seen < full:
        layout_seen = _layout(scene, seen, halves_seen)
    textures = _start_textures(scene, layout)
    points = len(surface.vertices)
    return Parameters(
        surface=surface,
        start=scene.start_offset,
        constraints=scene.constraints,
        size=float((surface.vertices.amax(0) - surface.vertices.amin(0)).norm()),
        operator=preconditioner(surface.triangles, points, settings.smoothness * points / REFERENCE_POINTS),
        free=free,
        start_portions=(surface.values[free] - low) / (high - low),
        portions=zeros(len(free)),
        differential=zeros(points, 3),
        start_textures=textures,
        base=texture_pyramid.base_of(textures),
        # dilated first: what lies between the islands of an artist's image must not run into them
        base_seen=texture_pyramid.scaled(texture_pyramid.base_of(dilate(textures, layout)), seen),
        atlas=layout,
        atlas_seen=layout_seen,
        shares=shares(surface, scene.start, seen),
        reach=reach(scene.brushes, layout_seen) if scene.brushes else None,
        pyramid=texture_pyramid.flat(
            surface.textures, seen, surface.device, groups=1 if layout.groups is None else len(layout.groups)
        ),
        normal_map=_normal_map(scene, scene.relief, (layout, layout_seen), (halves_full, halves_seen))
        if scene.relief
        else None,
        start_material=torch.tensor([look.roughness, look.metallic], device=surface.device),
        start_lights=torch.tensor([look.ambient, *(sun.colour for sun in look.suns)], device=surface.device),
        start_suns=torch.tensor([sun.direction for sun in look.suns], device=surface.device),
        material=zeros(2),
        lights=zeros(1 + len(look.suns), 3),
        suns=zeros(len(look.suns), 3),
    )


def _halves(scene: Scene, *sizes: int) -> list[Halves | None]:
    """Where left and right lie on textures of several sizes, each found once; None where they need not be equal."""
    if not scene.brief.settings.mirror_texture:
        return [None] * len(sizes)
    found = {size: halves(scene.surface, scene.start, size) for size in set(sizes)}
    return [found[size] for size in sizes]


def _layout(scene: Scene, size: int, sides: Halves | None) -> Atlas:
    """The atlas of textures of one size; what no prompt paints is not free."""
    freedom, regions = 1 - scene.constraints.locked, regions_of(scene.brushes)
    made = _with_lookups(atlas(scene.surface, scene.start, freedom, size, sides, regions))
    return with_brushes(made, scene.brushes) if scene.brushes else made


def _with_lookups(layout: Atlas) -> Atlas:
    """Have the grids looked up through a matrix, where it is not too large and the device knows sparse ones."""
    if layout.free.numel() > LARGEST_LOOKUP or layout.free.device.type == "mps":
        return layout
    *coarser, finest = texture_pyramid.GRIDS
    coarse = trilinear(own_places(finest).to(layout.places.device), *coarser)
    return replace(layout, lookup=trilinear(layout.places, finest), coarse=coarse)


def _start_textures(scene: Scene, layout: Atlas) -> Tensor:
    """Where textures (S, H, H, 3) begin: as they came; plain ones at mid grey, as far as they are free."""
    if not scene.plain:
        return scene.textures
    if not scene.constraints.locked.any() and not scene.brushes:
        return torch.full_like(scene.textures, GREY)
    return torch.lerp(scene.textures, torch.full_like(scene.textures, GREY), layout.free[..., None])


def _normal_map(
    scene: Scene, start: StartRelief, layouts: tuple[Atlas, Atlas], sides: tuple[Halves | None, Halves | None]
) -> NormalMap:
    """The normal map at its start, from the atlas and the halves at its own size and at the size that views resolve."""
    full = seen = _ground(scene, start, layouts[0], sides[0])
    if layouts[1] is not layouts[0]:
        seen = _ground(scene, start, layouts[1], sides[1])
    return normal_map.begin(start.slopes, full, seen)


def _ground(scene: Scene, start: StartRelief, layout: Atlas, sides: Halves | None) -> Ground:
    """What the normal map's levels are added to at one size."""
    weight, mirrored = inland(scene.surface, start.frame, layout), None
    if sides is not None and scene.brief.vary.normals:
        mirrored = mirror(scene.surface, scene.start, start.frame, sides, layout.nearest)
    return normal_map.ground(start.slopes, layout, weight, mirrored)
