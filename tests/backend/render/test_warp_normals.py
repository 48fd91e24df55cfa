"""Warp averages normals as torch does, there and back, and always alike."""

import pytest
import torch
from clipmatrix.render import Mesh, mesh
from clipmatrix.render.normals import normals_at
from torch import Tensor

from .scenes import ellipsoid, generator

warp_normals = pytest.importorskip(
    "clipmatrix.render.warp.normals", reason="Warp is not installed", exc_type=ImportError
)
DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def surface(triangles: Tensor) -> Mesh:
    triangles = triangles.to(DEVICE)
    return mesh(triangles, torch.zeros(len(triangles), 3, 2, device=DEVICE), torch.zeros_like(triangles[:, 0]))


def there_and_back(by, places: Tensor, surface) -> tuple[Tensor, Tensor]:
    """Normals that are asked for, two of three, and the gradient of a random sum of them."""
    leaf = places.to(DEVICE).requires_grad_()
    asked = (torch.rand(places.shape[1:], generator=generator(2)) < 2 / 3).to(DEVICE)
    normals = by(leaf, surface, asked)[:, asked]
    back = torch.randn(normals.shape, generator=generator(1), dtype=places.dtype).to(DEVICE)
    return normals.detach(), torch.autograd.grad(normals, leaf, back)[0]


def body() -> tuple[Tensor, Tensor]:
    vertices, whole = ellipsoid(20, dtype=torch.float32)
    bumps = 0.05 * torch.randn(3, *vertices.shape, generator=generator(0))
    return (vertices + bumps).permute(2, 0, 1).contiguous(), whole.triangles


def sparse() -> tuple[Tensor, Tensor]:
    """Vertices without a triangle, in between and at the end; a triangle without area."""
    triangles = torch.tensor([[0, 1, 2], [2, 1, 3], [3, 5, 0], [6, 6, 2]])
    return torch.randn(3, 2, 12, generator=generator(3)), triangles


@pytest.mark.parametrize("scene", [body, sparse])
def test_normals_and_gradients_are_torchs(scene):
    places, triangles = scene()
    found = there_and_back(warp_normals.normals_at, places, surface(triangles))
    own = there_and_back(normals_at, places, triangles.to(DEVICE))
    for one, expected in zip(found, own, strict=True):
        assert (one - expected).abs().max() < 2e-5 * expected.abs().max()


def test_vertices_and_gradients_may_lie_in_memory_as_they_like():
    places, triangles = body()
    rows = places.permute(1, 2, 0).contiguous().permute(2, 0, 1)

    def from_behind(leaf, scene, asked):
        return warp_normals.normals_at(leaf, scene, asked.flip(1)).flip(2)

    one, other = (there_and_back(from_behind, laid, surface(triangles)) for laid in (places, rows))
    assert torch.equal(one[0], other[0])
    assert torch.equal(one[1], other[1])


def test_repeats_are_bit_identical():
    places, triangles = body()
    first, again = (there_and_back(warp_normals.normals_at, places, surface(triangles)) for _ in range(2))
    assert all(torch.equal(one, other) for one, other in zip(first, again, strict=True))


def test_other_numbers_are_left_to_torch():
    places, triangles = body()
    found = there_and_back(warp_normals.normals_at, places.double(), surface(triangles))
    own = there_and_back(normals_at, places.double(), triangles.to(DEVICE))
    assert all(torch.equal(one, other) for one, other in zip(found, own, strict=True))
