"""Untangling: where offsets drive the surface into itself, they are taken back until they don't.

Eyeballs and lids, toes, lips: where a template touches itself already, small offsets suffice. What runs into itself in
the template too, in the same pose, is the template's own affair.
"""

import numpy as np
import torch
from torch import Tensor

from ..character import Character, skin
from ..evaluate.intersections import self_intersecting
from .holds import Holds
from .regularise import Edges
from .repair import falloff

POSES = 4
"""Poses that are looked at in turn, spread over all: what is loose in one of them mostly is in all."""

ROUNDS = 12
"""Rounds of taking back over all poses, each reaching further."""

LEFT = 0.5
"""What is left of the offsets in the middle of a tangle after a round."""


@torch.no_grad()
def untangle(surface: Character, start: Tensor, reference: Tensor, result: Tensor, mesh: Edges, held: Holds) -> Tensor:
    """Take offsets back where they make the surface run into itself.

    Parameters
    ----------
    surface
        Its triangles, skin and poses.
    start
        (P, 3) metres, rest space: the shape before the job.
    reference
        (P, 3) the result without what offsets have changed.
    result
        (P, 3) the result.
    mesh
        Edges of the triangles.
    held
        What may not move freely.

    Returns
    -------
    Tensor
        (P, 3) metres; ``result`` itself away from tangles. Few new ones are left, none where the reference has none.
    """
    change, rounds = result - reference, 0
    for pose in _spread(len(surface.poses)):
        own = _tangled(surface, start, pose)
        while rounds < ROUNDS:
            bad = _tangled(surface, reference + change, pose) & ~own
            if not bad.any():
                break
            points = surface.triangles[torch.tensor(bad, device=surface.device)].unique()
            near = falloff(points, 2 + rounds, len(start), mesh)[:, None]
            change = held.project(change * (1 - (1 - LEFT) * near))
            rounds += 1
    return reference + change


def _tangled(surface: Character, vertices: Tensor, pose: int) -> np.ndarray:
    """Triangles that run into others in a pose: (T,) bool."""
    posed = skin(vertices, surface.poses[pose : pose + 1], surface.joints, surface.weights)[0]
    return self_intersecting(posed.cpu().numpy(), surface.triangles.cpu().numpy())


def _spread(count: int) -> list[int]:
    """Choose at most :data:`POSES` of a number of poses, the first among them."""
    kept = min(count, POSES)
    return [index * count // kept for index in range(kept)]
