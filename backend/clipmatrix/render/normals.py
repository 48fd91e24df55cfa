"""Smooth normals of posed meshes, as Blender makes them: weighted by the angle at the corner.

Blender averages the unit normals of the faces around a vertex, each weighted by the angle that it has there (Thürmer
and Wüthrich 1998, "Computing vertex normals from polygonal facets"): how a face is cut up does not matter then, and a
cube's corners look outwards, whatever diagonals its sides have. Weighted by area they would lean towards large faces.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

FLATTEST = 1e-3
"""Height of a triangle over its length, below which it loses its say: it has no normal, only rounding has."""

LEAST = 1e-13
"""Square metres, twice the area of a triangle of which only rounding is left: a millimetre's body has larger ones."""

FAINTEST = 1e-4
"""Radians; normals around a vertex whose sum is less than this cancel out, and have no direction."""


def vertex_normals(vertices: Tensor, triangles: Tensor) -> Tensor:
    """Average the normals of triangles, weighted by their angles, at each vertex.

    Parameters
    ----------
    vertices
        (3, N, V) metres.
    triangles
        (T, 3) int64, counter-clockwise from outside.

    Returns
    -------
    Tensor
        (3, N, V) unit vectors; zero where no triangle touches, or none that has an area. The gradient is exact, but for
        triangles about as flat as :data:`FLATTEST`, where it leaves out a thousandth.
    """
    normals: Tensor = _AngleNormals.apply(vertices, triangles)
    return normals


def normals_at(vertices: Tensor, triangles: Tensor, asked: Tensor) -> Tensor:
    """Average normals as :func:`vertex_normals` does, but only where somebody asks: about a third of a body is seen.

    Parameters
    ----------
    vertices, triangles
        (3, N, V) metres; (T, 3) int64.
    asked
        (N, V) bool, which normals are asked for.

    Returns
    -------
    Tensor
        (3, N, V) unit vectors; at vertices that nobody asks for anything shorter, and without a say in the gradient of
        those that somebody does.
    """
    # By rows and by `or`, which take a fraction of the time that columns and `any` take.
    first, second, third = (asked.t().contiguous().index_select(0, corner) for corner in triangles.t().contiguous())
    triangle, view = (first | second | third).nonzero(as_tuple=True)
    near = triangles.index_select(0, triangle) + (view * asked.shape[1])[:, None]  # all views as one mesh
    return vertex_normals(vertices.reshape(3, 1, -1), near).view(vertices.shape)


def cross(a: Tensor, b: Tensor) -> Tensor:
    """Cross product of planar vectors (3, ...)."""
    if a.device.type != "cpu":
        return torch.linalg.cross(a, b, dim=0)
    # On a CPU that takes several times as long as the products written out.
    ax, ay, az = a
    bx, by, bz = b
    return torch.stack([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx])


def unit(vectors: Tensor) -> Tensor:
    """Scale planar vectors (3, ...) to unit length; zero stays zero."""
    return vectors * (vectors * vectors).sum(0).clamp_min(1e-30).rsqrt()


def directions(sums: Tensor, faintest: float = FAINTEST) -> tuple[Tensor, Tensor]:
    """Sums of weighted vectors (3, N, V) made unit vectors, and what they were scaled by (N, V); no gradient.

    What is about as long as ``faintest``, or shorter, stays shorter than one.
    """
    scale = _dot(sums, sums).add_(faintest**2).rsqrt_()
    return sums * scale, scale


def to_sums(gradient: Tensor, normals: Tensor, scale: Tensor) -> Tensor:
    """Take a gradient (3, N, V) from what `directions` gives to what it takes."""
    return torch.addcmul(gradient, normals, _dot(gradient, normals), value=-1).mul_(scale)


class _AngleNormals(torch.autograd.Function):
    """Sum of face normals times angles, made unit vectors. Its backward walks the same triangles.

    A triangle a, b, c has edges e0 = b - a, e1 = c - a, e2 = c - b and n = e0 x e1. Its normal is u = n / h, with
    h = sqrt(n^2 + (FLATTEST (e0^2 + e1^2))^2); its angles are atan2(|n|, -e0.e2) at b, atan2(|n|, e1.e2) at c, and what
    these leave of pi at a.
    """

    @staticmethod
    def forward(ctx: Any, vertices: Tensor, triangles: Tensor) -> Tensor:
        corners = triangles.t().reshape(-1)
        at = _gathered(vertices, corners)
        along, across, beyond = at[:, :, 1] - at[:, :, 0], at[:, :, 2] - at[:, :, 0], at[:, :, 2] - at[:, :, 1]
        normal = _cross_into(torch.empty_like(along), along, across)
        lengths = [_dot(edge, edge) for edge in (along, across, beyond)]  # squared
        near_b, near_c, area = _dot(along, beyond).neg_(), _dot(across, beyond), _dot(normal, normal)
        extent = lengths[0] + lengths[1]
        per_height = torch.addcmul(area, extent, extent, value=FLATTEST**2).clamp_min_(LEAST**2).rsqrt_()
        area.clamp_min_(1e-30).sqrt_()
        angles = area.new_empty(area.shape[0], 3, area.shape[1])
        torch.atan2(area, near_b, out=angles[:, 1])
        torch.atan2(area, near_c, out=angles[:, 2])
        torch.sub(torch.pi - angles[:, 1], angles[:, 2], out=angles[:, 0])
        weights = angles.mul_(per_height[:, None])
        normals, scale = directions(_scattered(torch.mul(normal[:, :, None], weights, out=at), corners, vertices))
        for length in lengths:
            length.add_(extent, alpha=FLATTEST**4).clamp_min_(1e-30)  # points that nothing but rounding parts
        scalars = area, per_height, near_b, near_c, *lengths
        ctx.save_for_backward(corners, normals, scale, along, across, normal, weights, *scalars)
        return normals

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        corners, normals, scale, along, across, normal, weights, *scalars = ctx.saved_tensors
        area, per_height, near_b, near_c, first, second, third = scalars
        at = _gathered(to_sums(gradient, normals, scale), corners)
        to_a, to_b, to_c = at.unbind(2)
        # to n: (g - u (u.g)) / h, for g the sum of gradients at the corners times their angles
        steep = _dot(normal[:, :, None], at)
        to_normal = _dot((to_a, to_b, to_c), weights.unbind(1))
        level = _dot(weights.unbind(1), steep.unbind(1)).mul_(per_height).mul_(per_height)
        to_normal.addcmul_(normal, level, value=-1)
        # to an angle: u.g there; the end of an edge e turns the angles at its ends by n/|n| x e / e^2, one up, one down
        turn_a, turn_b, turn_c = steep.mul_((per_height / area)[:, None]).unbind(1)
        by_first, by_second, by_third = turn_b - turn_a, turn_a - turn_c, (turn_c - turn_b).div_(third)
        by_b, by_c = by_third * near_b, by_third * near_c
        _cross_into(to_b, across, to_normal)
        _cross_into(to_c, to_normal, along)
        # n x e0 = e0^2 e1 - (e0.e1) e0, n x e1 = (e0.e1) e1 - e1^2 e0
        to_b.addcmul_(across, by_first + by_b).addcmul_(along, by_c - by_first * (1 - near_b / first))
        to_c.addcmul_(across, by_second * (1 - near_c / second) - by_b).addcmul_(along, by_second + by_c, value=-1)
        torch.add(to_b, to_c, out=to_a).neg_()
        return _scattered(at, corners, gradient), None


def at_corners(values: Tensor, triangles: Tensor) -> list[Tensor]:
    """Values (3, N, V) at the three corners of each triangle: (3, N, T) each."""
    return list(_gathered(values, triangles.t().reshape(-1)).unbind(2))


def _gathered(values: Tensor, corners: Tensor) -> Tensor:
    """Values (3, N, V) at corners (3 T,), all first ones before all second ones: (3, N, 3, T)."""
    # Selecting from two dimensions is many times faster than from three.
    return values.flatten(0, 1).index_select(1, corners).view(*values.shape[:2], 3, -1)


def _scattered(values: Tensor, corners: Tensor, like: Tensor) -> Tensor:
    """Add values (3, N, 3, T) at corners to their vertices: (3, N, V)."""
    total = torch.zeros_like(like, memory_format=torch.contiguous_format)
    total.flatten(0, 1).index_add_(1, corners, values.flatten(2).flatten(0, 1))
    return total


def _dot(a: Tensor | Sequence[Tensor], b: Tensor | Sequence[Tensor]) -> Tensor:
    """Sum of three products: (...) of two times (3, ...)."""
    (ax, ay, az), (bx, by, bz) = a, b
    return (ax * bx).addcmul_(ay, by).addcmul_(az, bz)


def _cross_into(out: Tensor, a: Tensor, b: Tensor) -> Tensor:
    """As `cross`, written where there is room; no gradient."""
    if a.device.type != "cpu":
        return torch.linalg.cross(a, b, dim=0, out=out)
    (ax, ay, az), (bx, by, bz) = a, b
    torch.mul(ay, bz, out=out[0]).addcmul_(az, by, value=-1)
    torch.mul(az, bx, out=out[1]).addcmul_(ax, bz, value=-1)
    torch.mul(ax, by, out=out[2]).addcmul_(ay, bx, value=-1)
    return out
