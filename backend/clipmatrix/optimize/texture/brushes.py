"""Prompts that paint for themselves: whose pull may reach which texels.

Prompts that name the parts they paint, or that only look at regions, share a brush with those that name the same. The
pictures are the same for all brushes; what differs is which texels carry gradient. So nothing is rendered twice: the
textures are cut off from their parameters where the pictures are made, each brush's gradient is taken by itself, and
only its own texels' share of it is handed on. That costs a backward pass, about half of a step, for each brush beyond
the first; where all prompts paint everything there are no brushes, and it costs nothing.

Coarse colour is shared by the whole body, and a prompt for the head alone would paint the feet. So what brushes paint
differently has coarse levels of its own: a group of textures, or a region.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import clipmatrix_protocol as protocol
import torch
from torch import Tensor

from .atlas import Atlas


@dataclass(frozen=True)
class Brush:
    """Prompts that paint the same texels.

    Attributes
    ----------
    prompts
        (M,) bool on the CPU, which of the brief's prompts they are.
    paints
        (S,) bool, which textures they may change.
    region
        (P,) in [0, 1], how far they may change what lies around each point; None: all of it.
    row
        Which of the regions it is that an atlas lays out for the brushes; None without one.
    """

    prompts: Tensor
    paints: Tensor
    region: Tensor | None
    row: int | None


@dataclass(frozen=True)
class Group:
    """Texels that have coarse colours of their own.

    Attributes
    ----------
    share
        (S, H, H) in [0, 1], how much of each texel's colour that is; those of all groups sum to 1.
    prompts
        (M,) bool on the CPU, which of the brief's prompts paint it.
    """

    share: Tensor
    prompts: Tensor


@dataclass(frozen=True)
class Brushed:
    """A step's objective, brush by brush.

    Attributes
    ----------
    textures
        (S, H, H, 3) as read from the parameters.
    shown
        The same cut off from them, a leaf: what pictures are made of.
    pulls
        A scalar to minimise for each brush.
    reach
        (B, S, H, H) in [0, 1], how far each brush paints each texel.
    """

    textures: Tensor
    shown: Tensor
    pulls: tuple[Tensor, ...]
    reach: Tensor

    def backward(self) -> None:
        """Take the gradients: of each pull to the textures it may change, and to all else that it depends on."""
        gathered = torch.zeros_like(self.shown)
        for pull, reach in zip(self.pulls, self.reach, strict=True):
            if not pull.requires_grad:
                continue
            self.shown.grad = None
            pull.backward(retain_graph=True)
            if self.shown.grad is not None:
                gathered += self.shown.grad * reach[..., None]
        self.textures.backward(gathered, retain_graph=True)


def brushes(
    message: protocol.Character, brief: protocol.Brief, regions: Mapping[str, Tensor], device: torch.device
) -> tuple[Brush, ...]:
    """Sort a brief's prompts by what they paint; empty where all paint everything, or nothing is painted at all.

    ``regions`` are weights (P,) by name.
    """
    looks = [_looked_at(brief, prompt) for prompt in brief.prompts]
    named = [prompt.paints for prompt in brief.prompts if prompt.sees_paint]
    if brief.vary.texture == 0 or not any((*looks, *named)):
        return ()
    kinds = list(zip([_painted(message, prompt) for prompt in brief.prompts], looks, strict=True))
    regional = [kind for kind in dict.fromkeys(kinds) if kind[1]]
    return tuple(
        Brush(
            prompts=torch.tensor([mine == kind for mine in kinds]),
            paints=torch.tensor([slot in kind[0] for slot in range(message.textures)], device=device),
            region=torch.stack([regions[name] for name in sorted(kind[1])]).amax(dim=0) if kind[1] else None,
            row=regional.index(kind) if kind[1] else None,
        )
        for kind in dict.fromkeys(kinds)
    )


def regions_of(brushes: Sequence[Brush]) -> Tensor | None:
    """The regions that brushes keep to: (R, P), each in its brush's row; None without any."""
    found = [brush.region for brush in brushes if brush.region is not None]
    return torch.stack(found) if found else None


def reach(brushes: Sequence[Brush], layout: Atlas) -> Tensor:
    """How far each brush paints each texel: (B, S, H, H) in [0, 1]; ``layout`` has the brushes' regions."""
    return torch.stack([_reached(brush, layout) for brush in brushes])


def _reached(brush: Brush, layout: Atlas) -> Tensor:
    """How far a brush paints each texel: (S, H, H) in [0, 1]."""
    inside = torch.ones_like(layout.free)
    if brush.row is not None and layout.regions is not None:
        inside = layout.regions[brush.row]
    return brush.paints[:, None, None] * inside


def groups(brushes: Sequence[Brush], layout: Atlas) -> list[Group]:
    """Sort texels by who paints them: ``layout`` has the brushes' regions.

    The textures that the same brushes paint as a whole, and each brush's region, which lies above the textures and the
    regions before it.
    """
    whole = [brush for brush in brushes if brush.row is None]
    found = _by_texture(whole, layout, nobody=torch.zeros_like(brushes[0].prompts))
    for brush in brushes:
        if brush.row is not None:
            mine = _reached(brush, layout)
            below = [replace(group, share=group.share * (1 - mine)) for group in found]
            found = [*below, Group(mine, brush.prompts)]
    return found


def _by_texture(whole: Sequence[Brush], layout: Atlas, nobody: Tensor) -> list[Group]:
    """Groups of textures that are painted alike; ``nobody`` (M,) paints all of them."""
    everywhere = torch.ones_like(layout.free)
    paints = torch.stack([*(brush.paints for brush in whole), everywhere[:, 0, 0] > 0], dim=1)
    prompts = torch.stack([*(brush.prompts for brush in whole), nobody])
    kinds, kind = torch.unique(paints, dim=0, return_inverse=True)
    return [
        Group(everywhere * (kind == number)[:, None, None], prompts[painted].any(dim=0))
        for number, painted in enumerate(kinds.cpu())
    ]


def with_brushes(layout: Atlas, brushes: Sequence[Brush]) -> Atlas:
    """Leave free what some brush paints, and give coarse colours of their own to what brushes paint differently."""
    painted = reach(brushes, layout).amax(dim=0)
    shares = torch.stack([group.share for group in groups(brushes, layout)])
    return replace(layout, free=layout.free * painted, groups=shares)


def _looked_at(brief: protocol.Brief, prompt: protocol.Prompt) -> frozenset[str]:
    """The regions that a prompt looks at with its paint, if it looks at nothing else."""
    if not prompt.sees_paint:
        return frozenset()
    cameras = {camera.name: camera for camera in brief.cameras}
    through = [cameras[name] for name in prompt.cameras] or list(brief.cameras)
    regions = [camera.region for camera in through if isinstance(camera, protocol.CameraRegion)]
    return frozenset(regions) if len(regions) == len(through) else frozenset()


def _painted(message: protocol.Character, prompt: protocol.Prompt) -> frozenset[int]:
    """The textures of the parts that a prompt names; of all, if it names none; of none, if it does not see them."""
    if not prompt.sees_paint:
        return frozenset()
    chosen = [part for part in message.parts if not prompt.paints or part.name in prompt.paints]
    return frozenset(part.texture for part in chosen)
