"""Prompts with textures of their own: whose pull may reach which of them.

Prompts that name the parts they paint share a brush with those that name the same. The pictures are the same for all
brushes; what differs is which texels carry gradient. So nothing is rendered twice: the textures are cut off from their
parameters where the pictures are made, each brush's gradient is taken by itself, and only its own textures' share of it
is handed on. That costs a backward pass, about half of a step, for each brush beyond the first; where no prompt names a
part there are no brushes, and it costs nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import clipmatrix_protocol as protocol
import torch
from torch import Tensor


@dataclass(frozen=True)
class Brush:
    """Prompts that paint the same textures.

    Attributes
    ----------
    prompts
        (M,) bool, which of the brief's prompts they are.
    paints
        (S,) bool, which textures they may change.
    """

    prompts: Tensor
    paints: Tensor


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
    paints
        (S,) bool for each brush.
    """

    textures: Tensor
    shown: Tensor
    pulls: tuple[Tensor, ...]
    paints: tuple[Tensor, ...]

    def backward(self) -> None:
        """Take the gradients: of each pull to the textures it may change, and to all else that it depends on."""
        gathered = torch.zeros_like(self.shown)
        for pull, paints in zip(self.pulls, self.paints, strict=True):
            if not pull.requires_grad:
                continue
            self.shown.grad = None
            pull.backward(retain_graph=True)
            if self.shown.grad is not None:
                gathered += self.shown.grad * paints[:, None, None, None]
        self.textures.backward(gathered, retain_graph=True)


def brushes(message: protocol.Character, brief: protocol.Brief, device: torch.device) -> tuple[Brush, ...]:
    """Sort a brief's prompts by what they paint; empty where all paint everything, or nothing is painted at all."""
    if brief.vary.texture == 0 or not any(prompt.paints for prompt in brief.prompts):
        return ()
    paints = [_painted(message, prompt) for prompt in brief.prompts]
    return tuple(
        Brush(
            torch.tensor([mine == own for mine in paints], device=device),
            torch.tensor([slot in own for slot in range(message.textures)], device=device),
        )
        for own in dict.fromkeys(paints)
    )


def groups(brushes: Sequence[Brush]) -> Tensor | None:
    """Number textures (S,) so that those which the same brushes paint have the same number, int64 from 0.

    None without brushes: then all are of one group.
    """
    if not brushes:
        return None
    painted_by = torch.stack([brush.paints for brush in brushes], dim=1)
    return torch.unique(painted_by, dim=0, return_inverse=True)[1]


def painted(brushes: Sequence[Brush]) -> Tensor:
    """Which textures any of these prompts paints: (S,) bool."""
    return torch.stack([brush.paints for brush in brushes]).any(dim=0)


def _painted(message: protocol.Character, prompt: protocol.Prompt) -> frozenset[int]:
    """The textures of the parts that a prompt names; of all, if it names none."""
    chosen = [part for part in message.parts if not prompt.paints or part.name in prompt.paints]
    return frozenset(part.texture for part in chosen)
