"""The right and the left half of a body, laid out on its textures; and what lies across x = 0 from what.

Each half is laid out by itself, so that a texel which both share (UVs on top of one another) is found on both.
"""

from dataclasses import dataclass
from functools import cached_property

import torch
from scipy.spatial import cKDTree
from torch import Tensor

from ...character import Character
from ...render.mesh import fronts
from ...render.normals import vertex_normals
from . import texels

FACING = 0.05
"""How far away, as a share of the body's size, a texel counts as lying for each unit that its normal differs by.

So the outside of a thin sheet is not taken for the mirror image of the other side's inside.
"""

TOUCHING = 1e-4
"""How far beyond the middle, as a share of the body's size, a triangle reaches that still lies on one side."""


@dataclass(frozen=True)
class Half:
    """What one half of a body shows on its textures.

    Attributes
    ----------
    texel
        (N,) int64, flat over all textures.
    triangle
        (N,) int64, which of this half's triangles it shows.
    weights
        (N, 3) its barycentrics there.
    facing
        (N, 6) place and scaled normal, what counterparts are found by.
    """

    texel: Tensor
    triangle: Tensor
    weights: Tensor
    facing: Tensor

    def chosen(self, which: Tensor) -> "Half":
        """Those of a mask or of indices."""
        return Half(*(of[which] for of in (self.texel, self.triangle, self.weights, self.facing)))

    def across(self, other: "Half") -> "Half":
        """For each of the texels here the one of the other half that shows its mirror image best."""
        images = self.facing * self.facing.new_tensor([-1, 1, 1, -1, 1, 1])
        found = cKDTree(other.facing.cpu().numpy()).query(images.cpu().numpy())[1]
        return other.chosen(torch.tensor(found, device=self.texel.device))


@dataclass(frozen=True)
class Halves:
    """Both halves of a body; a texel that they share is in both.

    Attributes
    ----------
    right, left
        Where x >= 0, and where it is less.
    """

    right: Half
    left: Half

    @cached_property
    def alone(self) -> Half:
        """What the left shows on texels of its own."""
        return self.left.chosen(~torch.isin(self.left.texel, self.right.texel))

    @cached_property
    def leaders(self) -> Half:
        """The right's texel for each of :attr:`alone`; the right must not be empty."""
        return self.alone.across(self.right)


def halves(surface: Character, vertices: Tensor, size: int) -> Halves:
    """Lay both halves of a shape (P, 3), metres, out on textures of a side in texels.

    Triangles belong to a half as a whole, unless they lie astride the middle.
    """
    normals = vertex_normals(vertices.t()[:, None].contiguous(), surface.triangles[fronts(surface.triangles)])[:, 0].t()
    extent = float((vertices.amax(0) - vertices.amin(0)).max().clamp_min(1e-9))
    marks = torch.cat([vertices / extent, FACING * normals], dim=1)
    reach = vertices[surface.triangles][..., 0] / extent
    astride = (reach.amin(dim=1) < -TOUCHING) & (reach.amax(dim=1) > TOUCHING)
    rightward = reach.mean(dim=1) >= 0
    found = []
    for is_right, among in ((True, rightward | astride), (False, ~rightward | astride)):
        ids = torch.stack([texels.shown(surface, slot, size, among) for slot in range(surface.textures)])
        texel = (ids.flatten() >= 0).nonzero()[:, 0]
        triangle = ids.flatten()[texel]
        weights = texels.barycentrics(surface, triangle, texel // size % size, texel % size, size)
        facing = texels.blend(marks, surface.triangles[triangle], weights)
        half = Half(texel, triangle, weights, facing)
        found.append(half.chosen(~astride[triangle] | ((facing[:, 0] >= 0) == is_right)))
    return Halves(*found)
