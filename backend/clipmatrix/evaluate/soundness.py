"""What became of a mesh over many poses: flips, collapses, self-intersections, areas, edges."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..character import skin
from ..mesh_checks.intersections import self_intersecting
from ..mesh_checks.validity import validity
from .exhibit import Exhibit


@dataclass(frozen=True)
class Soundness:
    """A mesh against the template it came from, each pose against the template in the same pose.

    Attributes
    ----------
    triangles, poses
        How many there are; counts below are over both.
    inverted, degenerate
        Triangles whose normal turned by more than 90 degrees; whose area fell under 1e-3 of what it was.
    intersecting
        Triangles that run into others where the template's do not; neighbours, which share a vertex, never count.
    intersecting_share, intersecting_worst
        Those as a share of all, over all poses and in the worst one.
    all_intersecting, template_intersecting
        Triangles of the result, and of the template, that run into others.
    area_ratio
        Whole surface at rest, result over template.
    triangle_area_ratio
        1st, 50th and 99th percentile of the same for single triangles, over all poses.
    edge_stretch_p99
        99th percentile of the factor by which an edge grew or shrank, at least 1.
    """

    triangles: int
    poses: int
    inverted: int
    degenerate: int
    intersecting: int
    intersecting_share: float
    intersecting_worst: float
    all_intersecting: int
    template_intersecting: int
    area_ratio: float
    triangle_area_ratio: tuple[float, float, float]
    edge_stretch_p99: float


def soundness(exhibit: Exhibit, before: int, after: int, poses: Tensor) -> Soundness:
    """Compare two states of an exhibit in poses (Q, J, 4, 4), the first of which is the rest pose.

    On the CPU whatever the device: it takes float64, which some devices do not have.
    """
    surface = exhibit.surface
    triangles, joints, weights = (part.cpu() for part in (surface.triangles, surface.joints, surface.weights))
    shapes = [exhibit.shapes[state].cpu() for state in (before, after)]
    pairs = []
    for pose in poses.cpu():
        start, result = (skin(shape, pose[None], joints, weights) for shape in shapes)
        pairs.append((start, result))
    basic = validity(pairs, triangles)
    corners = triangles.numpy()
    new, everything, own = [], [], []
    for start, result in pairs:
        template, grown = (self_intersecting(posed[0].numpy(), corners) for posed in (start, result))
        new.append(int((grown & ~template).sum()))
        everything.append(int(grown.sum()))
        own.append(int(template.sum()))
    areas = [(_areas(start[0], triangles), _areas(result[0], triangles)) for start, result in pairs]
    ratios = torch.cat([(grown / first)[first > 0] for first, grown in areas]).numpy()
    percentiles = np.percentile(ratios, [1, 50, 99]) if len(ratios) else np.ones(3)
    count = max(len(triangles), 1)
    return Soundness(
        triangles=len(triangles),
        poses=len(pairs),
        inverted=basic.inverted,
        degenerate=basic.degenerate,
        intersecting=sum(new),
        intersecting_share=sum(new) / (count * len(pairs)),
        intersecting_worst=max(new) / count,
        all_intersecting=sum(everything),
        template_intersecting=sum(own),
        area_ratio=float(areas[0][1].sum() / areas[0][0].sum().clamp_min(1e-12)),
        triangle_area_ratio=(float(percentiles[0]), float(percentiles[1]), float(percentiles[2])),
        edge_stretch_p99=basic.edge_stretch_p99,
    )


def _areas(vertices: Tensor, triangles: Tensor) -> Tensor:
    a, b, c = vertices.double()[triangles].unbind(dim=1)
    return torch.linalg.cross(b - a, c - a).norm(dim=-1) / 2


def vertex_areas(vertices: Tensor, triangles: Tensor) -> np.ndarray:
    """Share the area of each triangle out among its corners: (P,) square metres."""
    total = torch.zeros(len(vertices), dtype=torch.float64)
    shares = (_areas(vertices.cpu(), triangles.cpu()) / 3).repeat_interleave(3)
    return total.index_add_(0, triangles.cpu().reshape(-1), shares).numpy()
