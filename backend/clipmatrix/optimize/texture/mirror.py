"""How texels are mirrored across x = 0: whose paint each takes, and what a slope is called on the other side."""

from dataclasses import dataclass

import torch
from torch import Tensor

from ...character import Character
from ...render.mesh import fronts
from ...render.normals import cross, vertex_normals
from ...render.relief import Frame, tangents
from . import texels
from .halves import Half, Halves

FLATTEST = 1e-6
"""Area that tangent and bitangent span, below which slopes have no directions to be told in."""


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


def twins(halves: Halves, nearest: Tensor) -> Tensor:
    """Find the texel whose paint each texel takes: on the left, the one that shows its mirror image; else itself.

    Parameters
    ----------
    halves
        Where both sides lie.
    nearest
        (S, H * H) as an atlas has it: uncovered texels do as these.

    Returns
    -------
    Tensor
        (S * H * H,) int64.
    """
    own = torch.arange(nearest.numel(), device=nearest.device)
    twin = own.clone()
    if len(halves.right.texel):
        twin[halves.alone.texel] = halves.leaders.texel
    covered = _covered(nearest)
    return torch.where(twin[covered] == covered, own, twin[covered])


def mirror(surface: Character, vertices: Tensor, frame: Frame, halves: Halves, nearest: Tensor) -> Mirror:
    """Lay out how slopes of a shape (P, 3) are mirrored, told in its frame; the rest as for :func:`twins`."""
    own = torch.arange(nearest.numel(), device=nearest.device)
    leads, twin = torch.ones_like(own, dtype=torch.bool), own.clone()
    turn = torch.eye(2, device=nearest.device)[..., None].repeat(1, 1, len(own))
    right, left, alone = halves.right, halves.left, halves.alone
    if len(right.texel) and len(left.texel):
        bases = _bases(surface, vertices, frame)
        for here, there in ((right, right.across(left)), (alone, halves.leaders)):
            twin[here.texel] = there.texel
            turn[..., here.texel] = _turn(_basis(bases, frame, here), _basis(bases, frame, there))
        leads[alone.texel] = False
    covered = _covered(nearest)
    # beside the islands a texel goes on being led by itself, or has what its neighbour has
    return Mirror(leads[covered], twin[covered], turn[..., covered])


def _covered(nearest: Tensor) -> Tensor:
    """The nearest covered texel, flat over all textures: (S * H * H,)."""
    first = torch.arange(len(nearest), device=nearest.device)[:, None] * nearest.shape[1]
    return (nearest + first).flatten()


def _bases(surface: Character, vertices: Tensor, frame: Frame) -> tuple[Tensor, Tensor]:
    """Normals (P, 3) and tangents (G, 3)."""
    places = vertices.t()[:, None].contiguous()
    normals = vertex_normals(places, surface.triangles[fronts(surface.triangles)])
    return normals[:, 0].t(), tangents(frame, places, normals)[:, 0].t()


def _basis(bases: tuple[Tensor, Tensor], frame: Frame, half: Half) -> Tensor:
    """Tangent and bitangent at texels, as the renderer interpolates them: (2, 3, N)."""
    normal = texels.blend(bases[0], frame.triangles[half.triangle], half.weights).t()
    tangent = texels.blend(bases[1], frame.corners[half.triangle], half.weights).t()
    return torch.stack([tangent, frame.signs[half.triangle] * cross(normal, tangent)])


def _turn(here: Tensor, there: Tensor) -> Tensor:
    """What takes slopes in a basis (2, 3, N) there to the slopes here of their mirror image, nearest: (2, 2, N)."""
    image = there * there.new_tensor([-1.0, 1.0, 1.0])[:, None]
    (aa, ab), (_, bb) = (here[:, None] * here[None]).sum(dim=2)
    along, across = (here[:, None] * image[None]).sum(dim=2)
    area = aa * bb - ab * ab
    solved = torch.stack([bb * along - ab * across, aa * across - ab * along]) / area.clamp_min(FLATTEST)
    return torch.where(area > FLATTEST, solved, 0.0)
