"""Warp blends what pixels show as torch does, there and back, and always alike."""

from dataclasses import fields

import pytest
import torch
from clipmatrix.render import orbit, perspective, visibility
from clipmatrix.render.gbuffer import GBuffer, gbuffer
from clipmatrix.render.pixels import covered_pixels
from torch import Tensor

from .scenes import ellipsoid, generator, moved

warp_gbuffer = pytest.importorskip(
    "clipmatrix.render.warp.gbuffer", reason="Warp is not installed", exc_type=ImportError
)
DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
SIZE = (30, 40)
BLENDED = ("weights", "points", "normals", "uv")


def scene(distance: float = 2.4, dtype: torch.dtype = torch.float32):
    """Vertices in clip coordinates, places and normals of two views of a body, and all that pixels show of it."""
    vertices, surface = ellipsoid(12, dtype=dtype)
    angles = torch.tensor([0.3, 2.2], dtype=dtype)
    placed = orbit(angles, 0.3 * angles, torch.full((2,), distance, dtype=dtype), torch.zeros(3, dtype=dtype))
    clip = perspective(placed, 0.8, SIZE[1] / SIZE[0]).project(vertices.expand(2, -1, -1))
    pixels = covered_pixels(visibility(clip, surface.triangles, *SIZE), surface.triangles, len(vertices), dtype)
    planes = [part.permute(2, 0, 1).contiguous() for part in (clip, vertices.expand(2, -1, -1))]
    upright = torch.randn(planes[1].shape, generator=generator(0), dtype=dtype)
    return [*planes, upright], (surface, pixels, SIZE)


def there_and_back(by, vertices: list[Tensor], rest, asked=BLENDED) -> tuple[GBuffer, tuple[Tensor, ...]]:
    """What pixels show, and the gradient of a random sum of what is asked for."""
    given = [part.to(DEVICE).requires_grad_() for part in vertices]
    shown = by(*given, *moved(DEVICE, rest))
    total = sum(
        (part * torch.randn(part.shape, generator=generator(1), dtype=part.dtype).to(DEVICE)).sum()
        for part in (getattr(shown, name) for name in asked)
    )
    return shown, torch.autograd.grad(total, given, allow_unused=True)


@pytest.mark.parametrize("distance", [2.4, 0.55], ids=["a body", "a body that the camera is in"])
def test_what_pixels_show_and_gradients_are_torchs(distance):
    vertices, rest = scene(distance)
    assert len(rest[1]) > 200
    found, back = there_and_back(warp_gbuffer.gbuffer, vertices, rest)
    own, expected = there_and_back(gbuffer, vertices, rest)
    for field in fields(GBuffer):
        one, of = getattr(found, field.name).detach(), getattr(own, field.name).detach()
        assert torch.allclose(one, of, 1e-4, 1e-5 * float(of.abs().max())), field.name
    for one, of in zip(back, expected, strict=True):
        assert (one - of).abs().max() < 2e-5 * of.abs().max()


@pytest.mark.parametrize("asked", BLENDED)
def test_any_part_may_be_the_only_one_with_a_gradient(asked):
    vertices, rest = scene()
    back, expected = (there_and_back(by, vertices, rest, [asked])[1] for by in (warp_gbuffer.gbuffer, gbuffer))
    for one, of in zip(back, expected, strict=True):
        assert one.abs().max() == 0 if of is None else (one - of).abs().max() <= 2e-5 * of.abs().max()


def test_constants_have_no_gradient():
    vertices, rest = scene()
    shown, _ = there_and_back(warp_gbuffer.gbuffer, vertices, rest)
    assert not any(part.requires_grad for part in (shown.spread, shown.distance))
    assert shown.distance.min() > 0.5


def test_repeats_are_bit_identical():
    (one, there), (other, back) = (there_and_back(warp_gbuffer.gbuffer, *scene()) for _ in range(2))
    assert all(torch.equal(getattr(one, field.name), getattr(other, field.name)) for field in fields(GBuffer))
    assert all(map(torch.equal, there, back))


def test_pictures_may_show_nothing():
    vertices, (surface, _, size) = scene()
    nothing = covered_pixels(torch.full((2, *SIZE), -1), surface.triangles, vertices[0].shape[2], torch.float32)
    shown, back = there_and_back(warp_gbuffer.gbuffer, vertices, (surface, nothing, size))
    assert shown.weights.shape == (3, 0)
    assert all(not gradient.any() for gradient in back)


def test_float64_is_left_to_torch():
    vertices, rest = scene(dtype=torch.float64)
    found, own = (there_and_back(by, vertices, rest)[0] for by in (warp_gbuffer.gbuffer, gbuffer))
    assert found.points.dtype == torch.float64
    assert torch.equal(found.points, own.points)


def test_so_are_uvs_in_float64():
    vertices, (_, *rest) = scene()
    (exact, *_) = scene(dtype=torch.float64)[1]
    found, own = (there_and_back(by, vertices, (exact, *rest))[0] for by in (warp_gbuffer.gbuffer, gbuffer))
    assert exact.corner_uvs.dtype == torch.float64
    assert torch.equal(found.uv, own.uv)
