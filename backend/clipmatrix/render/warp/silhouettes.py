"""Where silhouettes cut, as fused kernels: what :func:`..silhouettes.find_cuts` finds, in another order.

Where that works on lists of all edges on outlines and all lines they are cut at, a thread here walks along one edge and
keeps the nearest at each pair of pixels by an atomic minimum. Distance and edge share one integer, so that the order in
which threads arrive does not matter.
"""

import torch
import warp
from torch import Tensor

from .. import silhouettes
from ..mesh import Mesh
from ..silhouettes import IN_FRONT, NEAREST, Cuts
from .launch import array, launch
from .trace import EDGE_BITS, face, name, trace

EMPTY = 1 << 62
"""An entry that nothing has come near."""


@torch.no_grad()
def find_cuts(clip: Tensor, mesh: Mesh, depth: Tensor) -> Cuts:
    """Find where silhouettes cut; as :func:`..silhouettes.find_cuts`, which it leaves other numbers than float32 to."""
    fits = len(mesh.edges) < 1 << EDGE_BITS and 2 * depth.numel() < 1 << 31
    if clip.dtype != torch.float32 or not fits:
        return silhouettes.find_cuts(clip, mesh, depth)
    _, views, vertices = clip.shape
    facing = torch.empty(views, len(mesh.triangles), dtype=torch.uint8, device=clip.device)
    nearest = torch.full((2, *depth.shape), EMPTY, device=clip.device)
    scene, edges = array(clip.permute(1, 2, 0).contiguous(), warp.vec4f), array(mesh.edges)
    launch(face, len(mesh.triangles), clip.device, scene, array(mesh.triangles), array(facing))
    sides = edges, array(mesh.edge_faces), array(mesh.opposite), array(facing)
    launch(trace, (views, len(mesh.edges)), clip.device, scene, *sides, array(depth), NEAREST, IN_FRONT, array(nearest))
    pairs = (nearest.flatten() < EMPTY).nonzero().squeeze(1)
    cuts = _room(pairs, clip.dtype)
    found = array(pairs), array(nearest.flatten()), edges, vertices, *depth.shape[1:]
    launch(name, len(pairs), clip.device, *found, *map(array, vars(cuts).values()))
    return cuts


def _room(pairs: Tensor, dtype: torch.dtype) -> Cuts:
    """Room for a cut at each pair of pixels."""
    inner, outer, line = pairs.new_empty(3, len(pairs))
    upright, onwards = pairs.new_empty(2, len(pairs), dtype=torch.bool)
    ends, before = pairs.new_empty(2, len(pairs)), pairs.new_empty(len(pairs), dtype=dtype)
    return Cuts(inner, outer, ends, upright, line, before, onwards)
