"""What keeps a result a clean body: terms on offsets and light, all free of units.

Lengths are compared with those of the shape without offsets, so a character in metres and the same one in centimetres
have equal terms, and the shape basis may change the body as it likes.
"""

import torch
from torch import Tensor

from .mesh.edges import Edges


def edge_stretch(vertices: Tensor, reference: Tensor, edges: Edges) -> Tensor:
    """Mean squared relative change of edge lengths between two shapes (V, 3); scalar."""
    start = _lengths(reference, edges)
    known = start > start.mean() * 1e-4
    ratio = _lengths(vertices, edges) / torch.where(known, start, 1.0)
    return torch.where(known, ratio - 1, 0.0).square().sum() / known.sum()


def crease(vertices: Tensor, reference: Tensor, triangles: Tensor, edges: Edges) -> Tensor:
    """Mean squared change of the cosine between neighbouring faces' normals (normal consistency); scalar."""
    changes = _cosines(vertices, triangles, edges) - _cosines(reference, triangles, edges)
    return changes.square().sum() / max(len(changes), 1)  # a mesh may have no edge with two faces


def magnitude(offsets: Tensor, size: float) -> Tensor:
    """Mean squared offset (V, 3) relative to the character's size in the same unit; scalar."""
    return (offsets / size).square().sum(dim=1).mean()


def repainted(textures: Tensor, start: Tensor) -> Tensor:
    """Change of base colour (S, H, H, 3), linear light compared by its square root, which is nearly sRGB."""
    return textures.clamp_min(1e-6).sqrt() - start.clamp_min(1e-6).sqrt()


def repainting(change: Tensor, shares: Tensor) -> Tensor:
    """Mean absolute change (L1) of base colour (S, H, H, 3) over the body's surface; scalar in [0, 1].

    ``shares`` (S, H, H) say how much of the surface each texel paints.
    """
    return (change.abs().mean(dim=-1) * shares).sum()


def variation(change: Tensor) -> Tensor:
    """Mean absolute step between neighbouring texels of a change of base colour (S, H, H, 3); scalar."""
    across, along = (change[:, :, 1:] - change[:, :, :-1]).abs(), (change[:, 1:] - change[:, :-1]).abs()
    return (across.mean() + along.mean()) / 2


def coverage_change(coverage: Tensor, start: Tensor) -> Tensor:
    """Mean squared relative change of how much of each view (N, H, W, 1) the character covers; scalar."""
    now, before = coverage.mean(dim=(1, 2, 3)), start.mean(dim=(1, 2, 3))
    return ((now - before) / before.clamp_min(1e-3)).square().mean()


def chroma(colours: Tensor) -> Tensor:
    """How far lights (..., 3) are from neutral, relative to their brightness: coloured light would fake paint."""
    neutral = colours.mean(dim=-1, keepdim=True)
    return ((colours - neutral) / neutral.detach().clamp_min(1e-3)).square().mean()


def _lengths(vertices: Tensor, edges: Edges) -> Tensor:
    a, b = vertices.index_select(0, edges.ends[:, 0]), vertices.index_select(0, edges.ends[:, 1])
    return (a - b).square().sum(dim=1).clamp_min(1e-30).sqrt()


def _cosines(vertices: Tensor, triangles: Tensor, edges: Edges) -> Tensor:
    a, b, c = (vertices.index_select(0, triangles[:, corner]) for corner in range(3))
    normals = torch.linalg.cross(b - a, c - a)
    normals = normals / normals.square().sum(dim=1, keepdim=True).clamp_min(1e-30).sqrt()
    pair = normals.index_select(0, edges.faces[:, 0]) * normals.index_select(0, edges.faces[:, 1])
    return pair.sum(dim=1)
