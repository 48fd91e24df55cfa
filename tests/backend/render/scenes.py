"""Meshes and slow references for the renderer's tests."""

import math

import torch
from clipmatrix.render import Mesh, mesh


def generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def random_triangles(seed: int, count: int, views: int = 2) -> tuple[torch.Tensor, torch.Tensor]:
    """Triangles of all sizes, some behind the camera or across its plane, some without area: clip (N, V, 4), (T, 3)."""
    drawn = generator(seed)
    centre = torch.randn(views, count, 1, 3, generator=drawn)
    size = 10 ** (-2 + 2.5 * torch.rand(1, count, 1, 1, generator=drawn))
    corners = centre + size * torch.randn(views, count, 3, 3, generator=drawn)
    x, y, z = corners.flatten(1, 2).unbind(-1)
    w = 1.0 + z
    near, far = 0.05, 10.0
    clip = torch.stack([x, y, (far + near) / (far - near) * w - 2 * far * near / (far - near), w], dim=-1)
    triangles = torch.arange(3 * count).view(-1, 3)
    triangles[::17, 2] = triangles[::17, 0]
    triangles[::23] = triangles[::23, :1]
    return clip, triangles


def brute_force(
    clip: torch.Tensor, triangles: torch.Tensor, height: int, width: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Ask every pixel about every triangle, in float64: ids (N, H, W), and whether the answer is clear (N, H, W).

    It is not where the centre is within 1e-6 pixels of an edge that matters, or where two depths differ by less than
    float32 can say.
    """
    corners = clip.double()[:, triangles]
    v, z = corners[..., [0, 1, 3]], corners[..., 2]
    x = (torch.arange(width).double() + 0.5) / width * 2 - 1
    y = 1 - (torch.arange(height).double() + 0.5) / height * 2
    points = torch.stack([x.expand(height, width), y[:, None].expand(height, width), torch.ones(height, width)], -1)
    normals = torch.linalg.cross(v[:, :, [1, 2, 0]], v[:, :, [2, 0, 1]])
    volume = (normals[:, :, 0] * v[:, :, 0]).sum(-1)
    solid = (volume.abs() > 1e-12)[..., None, None]
    normals = normals * volume.sign()[..., None, None]
    values = torch.einsum("ntkc,hwc->nthwk", normals, points.double())
    pixels_away = values / normals[..., :2].norm(dim=-1).clamp_min(1e-300)[:, :, None, None] * (height / 2)
    depth = torch.einsum("nthwk,ntk->nthw", values, z) / volume.abs().clamp_min(1e-12)[..., None, None]
    nearly = solid & (pixels_away > -1e-6).all(-1) & (depth.abs() <= 1 + 1e-6)
    sure = solid & (pixels_away > 1e-6).all(-1) & (depth.abs() <= 1 - 1e-6)
    best, ids = torch.where(sure, depth, torch.inf).min(dim=1)
    rivals = nearly & (depth <= best[:, None] + 1e-6)
    clear = rivals.sum(dim=1) == (~best.isinf()).long()
    return torch.where(best.isinf(), -1, ids), clear


def ellipsoid(
    detail: int, radii: tuple[float, float, float] = (0.6, 0.4, 0.85), dtype: torch.dtype = torch.float64
) -> tuple[torch.Tensor, Mesh]:
    """A closed convex body of about 2 * detail ** 2 triangles, counter-clockwise from outside, with UVs."""
    rows, columns = detail, detail
    polar = math.pi * torch.arange(1, rows, dtype=dtype) / rows
    turn = 2 * math.pi * (torch.arange(columns, dtype=dtype) + 0.3) / columns
    ring = torch.stack(
        [
            torch.outer(polar.sin(), turn.cos()),
            torch.outer(polar.sin(), turn.sin()),
            polar.cos()[:, None].expand(-1, columns),
        ],
        dim=-1,
    ).reshape(-1, 3)
    poles = torch.tensor([[0.0, 0.0, 1.0], [0.0, 0.0, -1.0]], dtype=dtype)
    vertices = torch.cat([ring, poles]) * torch.tensor(radii, dtype=dtype)
    column = torch.arange(columns)
    after = (column + 1) % columns
    top, bottom = torch.full_like(column, len(ring)), torch.full_like(column, len(ring) + 1)
    last = (rows - 2) * columns
    faces = [torch.stack([column, after, top], 1), torch.stack([last + after, last + column, bottom], 1)]
    for row in range(rows - 2):
        a, b = row * columns + column, row * columns + after
        faces += [torch.stack([a, a + columns, b + columns], 1), torch.stack([a, b + columns, b], 1)]
    triangles = torch.cat(faces)
    unit = vertices / torch.tensor(radii, dtype=dtype)
    uvs = (unit[:, [0, 2]] * 0.45 + 0.5)[triangles]
    return vertices, mesh(triangles, uvs, torch.zeros(len(triangles), dtype=torch.int64))


def moved(device: torch.device, thing):
    """Move tensors, and what holds them, to a device."""
    if isinstance(thing, torch.Tensor):
        return thing.to(device)
    if isinstance(thing, tuple):
        return tuple(moved(device, part) for part in thing)
    if hasattr(thing, "__dict__"):
        return type(thing)(**{name: moved(device, part) for name, part in vars(thing).items()})
    return thing
