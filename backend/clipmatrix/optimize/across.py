"""Texels that show mirror images of each other, across x = 0, and what a slope is called on the other side.

Each side is laid out by itself, so that a texel which both sides share (UVs on top of one another) is found on both.
"""

from dataclasses import dataclass

import torch
from scipy.spatial import cKDTree
from torch import Tensor

from ..character import Character
from ..render.normals import cross, vertex_normals
from ..render.relief import Frame, tangents
from . import texels

FACING = 0.05
"""How far away, as a share of the body's size, a texel counts as lying for each unit that its normal differs by.

So the outside of a thin sheet is not taken for the mirror image of the other side's inside.
"""

TOUCHING = 1e-4
"""How far beyond the middle, as a share of the body's size, a triangle reaches that still lies on one side."""

FLATTEST = 1e-6
"""Area that tangent and bitangent span, below which slopes have no directions to be told in."""


@dataclass(frozen=True)
class Side:
    """One side of a body on its textures.

    Attributes
    ----------
    texel
        (N,) int64, flat over all textures.
    triangle
        (N,) int64, which of this side's triangles it shows.
    weights
        (N, 3) its barycentrics there.
    facing
        (N, 6) place and scaled normal, what counterparts are found by.
    """

    texel: Tensor
    triangle: Tensor
    weights: Tensor
    facing: Tensor

    def chosen(self, which: Tensor) -> "Side":
        """Those of a mask or of indices."""
        return Side(*(of[which] for of in (self.texel, self.triangle, self.weights, self.facing)))


@dataclass(frozen=True)
class Mirror:
    """How slopes are made equal left and right; over all N texels of a set of textures.

    Attributes
    ----------
    leads
        (N,) bool: texels of the right side, and what has no counterpart; the others follow their twins.
    twin
        (N,) int64, the texel that shows the mirror image; itself where there is none.
    turn
        (2, 2, N): takes slopes at the twin to those of its mirror image here, by rows.
    """

    leads: Tensor
    twin: Tensor
    turn: Tensor

    def applied(self, change: Tensor) -> Tensor:
        """Make a change of slopes (S, 2, H, H) equal left and right; differentiable.

        Texels on the right take the mean of what they and their twins ask for, so that a slope along x ebbs away
        towards the middle instead of breaking off there; texels on the left take that, mirrored.
        """
        flat = change.transpose(0, 1).flatten(1)
        agreed = (flat + self._seen_from_here(flat)) / 2
        both = torch.where(self.leads, agreed, self._seen_from_here(agreed))
        return both.unflatten(1, (change.shape[0], *change.shape[2:])).transpose(0, 1)

    def shared(self, weights: Tensor) -> Tensor:
        """Weights (S, H, H) that are equal left and right: the smaller one of a texel and its counterparts."""
        flat = weights.flatten()
        least = torch.minimum(flat, flat[self.twin])
        led = ~self.leads
        least = least.scatter_reduce(0, self.twin[led], flat[led], "amin")
        return torch.where(led, least[self.twin], least).view(weights.shape)

    def _seen_from_here(self, slopes: Tensor) -> Tensor:
        there = slopes.index_select(1, self.twin)
        return (self.turn * there).sum(dim=1)


def twins(surface: Character, vertices: Tensor, nearest: Tensor) -> Tensor:
    """Find the texel whose paint each texel takes: on the left, the one that shows its mirror image; else itself.

    Parameters
    ----------
    vertices
        (P, 3) metres.
    nearest
        (S, H * H) as an atlas has it: uncovered texels do as these.

    Returns
    -------
    Tensor
        (S * H * H,) int64.
    """
    right, left = _sides(surface, vertices, nearest)
    own = torch.arange(nearest.numel(), device=nearest.device)
    twin = own.clone()
    alone = left.chosen(~torch.isin(left.texel, right.texel))
    if len(right.texel):
        twin[alone.texel] = right.texel[_counterparts(alone, right)]
    covered = _covered(nearest)
    return torch.where(twin[covered] == covered, own, twin[covered])


def mirror(surface: Character, vertices: Tensor, frame: Frame, nearest: Tensor) -> Mirror:
    """Lay out how slopes are mirrored; parameters as for :func:`twins`, and the surface's frame."""
    right, left = _sides(surface, vertices, nearest)
    own = torch.arange(nearest.numel(), device=nearest.device)
    leads, twin = torch.ones_like(own, dtype=torch.bool), own.clone()
    turn = torch.eye(2, device=nearest.device)[..., None].repeat(1, 1, len(own))
    if len(right.texel) and len(left.texel):
        bases = _bases(surface, vertices, frame)
        alone = left.chosen(~torch.isin(left.texel, right.texel))
        for here, among in ((right, left), (alone, right)):
            there = among.chosen(_counterparts(here, among))
            twin[here.texel] = there.texel
            turn[..., here.texel] = _turn(_basis(bases, frame, here), _basis(bases, frame, there))
        leads[alone.texel] = False
    covered = _covered(nearest)
    # beside the islands a texel goes on being led by itself, or has what its neighbour has
    return Mirror(leads[covered], twin[covered], turn[..., covered])


def _sides(surface: Character, vertices: Tensor, nearest: Tensor) -> tuple[Side, Side]:
    """The texels on the right (x >= 0) and those on the left; a shared one is in both.

    Triangles belong to a side as a whole, unless they lie astride the middle.
    """
    size = round(nearest.shape[1] ** 0.5)
    normals = vertex_normals(vertices.t()[:, None].contiguous(), surface.triangles)[:, 0].t()
    extent = float((vertices.amax(0) - vertices.amin(0)).max().clamp_min(1e-9))
    marks = torch.cat([vertices / extent, FACING * normals], dim=1)
    reach = vertices[surface.triangles][..., 0] / extent
    astride = (reach.amin(dim=1) < -TOUCHING) & (reach.amax(dim=1) > TOUCHING)
    rightward = reach.mean(dim=1) >= 0
    found = []
    for is_right, among in ((True, rightward | astride), (False, ~rightward | astride)):
        ids = torch.stack([texels.shown(surface, slot, size, among) for slot in range(len(nearest))])
        texel = (ids.flatten() >= 0).nonzero()[:, 0]
        triangle = ids.flatten()[texel]
        weights = texels.barycentrics(surface, triangle, texel // size % size, texel % size, size)
        facing = texels.blend(marks, surface.triangles[triangle], weights)
        side = Side(texel, triangle, weights, facing)
        found.append(side.chosen(~astride[triangle] | ((facing[:, 0] >= 0) == is_right)))
    return found[0], found[1]


def _counterparts(of: Side, among: Side) -> Tensor:
    """For each texel of one side the one of the other that shows its mirror image best: (N,) int64."""
    across = of.facing * of.facing.new_tensor([-1, 1, 1, -1, 1, 1])
    found = cKDTree(among.facing.cpu().numpy()).query(across.cpu().numpy())[1]
    return torch.tensor(found, device=of.texel.device)


def _covered(nearest: Tensor) -> Tensor:
    """The nearest covered texel, flat over all textures: (S * H * H,)."""
    first = torch.arange(len(nearest), device=nearest.device)[:, None] * nearest.shape[1]
    return (nearest + first).flatten()


def _bases(surface: Character, vertices: Tensor, frame: Frame) -> tuple[Tensor, Tensor]:
    """Normals (P, 3) and tangents (G, 3)."""
    places = vertices.t()[:, None].contiguous()
    normals = vertex_normals(places, surface.triangles)
    return normals[:, 0].t(), tangents(frame, places, normals)[:, 0].t()


def _basis(bases: tuple[Tensor, Tensor], frame: Frame, side: Side) -> Tensor:
    """Tangent and bitangent at texels, as the renderer interpolates them: (2, 3, N)."""
    normal = texels.blend(bases[0], frame.triangles[side.triangle], side.weights).t()
    tangent = texels.blend(bases[1], frame.corners[side.triangle], side.weights).t()
    return torch.stack([tangent, frame.signs[side.triangle] * cross(normal, tangent)])


def _turn(here: Tensor, there: Tensor) -> Tensor:
    """What takes slopes in a basis (2, 3, N) there to the slopes here of their mirror image, nearest: (2, 2, N)."""
    image = there * there.new_tensor([-1.0, 1.0, 1.0])[:, None]
    (aa, ab), (_, bb) = (here[:, None] * here[None]).sum(dim=2)
    along, across = (here[:, None] * image[None]).sum(dim=2)
    area = aa * bb - ab * ab
    solved = torch.stack([bb * along - ab * across, aa * across - ab * along]) / area.clamp_min(FLATTEST)
    return torch.where(area > FLATTEST, solved, 0.0)
