"""From the last step to a result: mesh untangled and repaired, the seams of texture and normal map closed."""

from dataclasses import replace

import torch
from torch import Tensor

from ..character import shaped
from .mesh.repair import broken, repair
from .mesh.untangle import untangle
from .scene import Scene
from .state import Outcome
from .texture.atlas import Atlas
from .texture.dilate import dilate

WITHDRAWALS = 10
"""Steps in which coefficients go back to their start where they break the mesh."""

MENDABLE = 0.005
"""Share of triangles that coefficients may break and offsets then mend. A key that breaks more does not fit the rig."""


@torch.no_grad()
def finish(outcome: Outcome, scene: Scene, atlas: Atlas) -> Outcome:
    """Untangle, repair and dilate; what may not vary is not touched."""
    vary = scene.brief.vary
    if vary.offsets:
        outcome = _with_sound_offsets(outcome, scene)
    elif vary.shape:
        outcome = _with_sound_coefficients(outcome, scene)
    if vary.texture:
        outcome = replace(outcome, textures=_dilated(outcome.textures, atlas))
    if vary.normals and outcome.slopes is not None:
        outcome = replace(outcome, slopes=dilate(outcome.slopes, atlas))
    return outcome


def _dilated(textures: Tensor, atlas: Atlas) -> Tensor:
    """Dilate what is free: beside locked islands lies what the artist has put there."""
    return torch.where(atlas.free[..., None] > 0, dilate(textures, atlas), textures)


def _with_sound_offsets(outcome: Outcome, scene: Scene) -> Outcome:
    """Have offsets undo tangles, and mend what broke; not what coefficients broke everywhere."""
    limit = MENDABLE * len(scene.surface.triangles)
    outcome = replace(outcome, coefficients=_withdrawn(outcome.coefficients, scene.start_offset, scene, limit))
    vertices = outcome.vertices(scene)
    loose = untangle(scene.surface, scene.start, vertices, scene.edges, scene.constraints)
    mended = repair(scene.surface, scene.start, loose, scene.edges, scene.constraints)
    return replace(outcome, offsets=outcome.offsets + (mended - vertices))


def _with_sound_coefficients(outcome: Outcome, scene: Scene) -> Outcome:
    """Take coefficients back until nothing is broken, since offsets may not mend it."""
    return replace(outcome, coefficients=_withdrawn(outcome.coefficients, outcome.offsets, scene, 0))


def _withdrawn(coefficients: Tensor, offsets: Tensor, scene: Scene, limit: float) -> Tensor:
    """Take coefficients (K,) back towards their start until at most ``limit`` triangles break."""
    for withdrawal in range(WITHDRAWALS):
        nearer = torch.lerp(coefficients, scene.surface.values, withdrawal / WITHDRAWALS)
        result = shaped(scene.surface, nearer, offsets)
        if int(broken(scene.surface, scene.start, result).sum()) <= limit:
            return nearer
    return scene.surface.values
