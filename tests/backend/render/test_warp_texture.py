"""Warp looks textures up as torch does, there and back, and always alike."""

from dataclasses import dataclass

import pytest
import torch
from clipmatrix.optimize.loop import deterministic
from clipmatrix.render import texture
from torch import Tensor

from .scenes import generator

warp_texture = pytest.importorskip(
    "clipmatrix.render.warp.texture", reason="Warp is not installed", exc_type=ImportError
)
DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")


@dataclass(frozen=True)
class Looks:
    """Textures (S, H, W, C) and P places in them, some beyond their borders, at levels some of which are not there."""

    textures: Tensor
    uv: Tensor
    slot: Tensor
    level: Tensor
    gradient: Tensor

    def by(self, sample, needed: tuple[bool, bool] = (True, True)) -> tuple[Tensor, ...]:
        """Colours, and the gradients of textures and places that are needed."""
        leaves = [
            one.to(DEVICE).requires_grad_(asked) for one, asked in zip((self.textures, self.uv), needed, strict=True)
        ]
        colours = sample(*leaves, self.slot.to(DEVICE), self.level.to(DEVICE))
        asked = [leaf for leaf in leaves if leaf.requires_grad]
        return (colours.detach(), *torch.autograd.grad(colours, asked, self.gradient.to(DEVICE)))


def looks(slots: int, height: int, width: int, channels: int = 3, count: int = 400) -> Looks:
    drawn = generator(height + width)
    textures = torch.rand(slots, channels, height, width, generator=drawn).permute(0, 2, 3, 1)
    uv = (1.4 * torch.rand(count, 2, generator=drawn) - 0.2).t()
    level = 14 * torch.rand(count, generator=drawn) - 3
    slot = torch.randint(slots, (count,), generator=drawn)
    return Looks(textures, uv, slot, level, torch.randn(channels, count, generator=drawn))


def largest_error(found: tuple[Tensor, ...], expected: tuple[Tensor, ...]) -> float:
    """Of several tensors, each in parts of its largest value."""
    assert [one.shape for one in found] == [one.shape for one in expected]
    pairs = zip(found, expected, strict=True)
    return max(float((one - own).abs().max() / own.abs().max()) for one, own in pairs)


SCENES = {
    "one texture": looks(1, 128, 128),
    "several slots, upright": looks(3, 64, 16),
    "with a normal map beside it": looks(2, 32, 64, channels=5),
    "no multiple of anything but two": looks(2, 36, 20),
    "no level but the first": looks(1, 33, 20),
    "a texel": looks(1, 1, 1),
}


@pytest.mark.parametrize("kind", SCENES)
def test_colours_and_gradients_are_torchs(kind):
    assert largest_error(SCENES[kind].by(warp_texture.sample), SCENES[kind].by(texture.sample)) < 1e-6


@pytest.mark.parametrize("layout", ["texel by texel", "part of a larger one", "of one value"])
def test_textures_and_gradients_may_lie_in_memory_as_they_like(layout):
    scene = SCENES["several slots, upright"]
    planes, gradient = scene.textures.permute(0, 3, 1, 2), scene.gradient
    if layout == "texel by texel":
        planes = planes.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2)
    elif layout == "part of a larger one":
        planes = torch.cat([planes, planes], dim=3)[..., : planes.shape[3]]
    else:
        gradient = torch.ones(1, 1).expand_as(gradient)
    laid = Looks(planes.permute(0, 2, 3, 1), scene.uv, scene.slot, scene.level, gradient)
    assert largest_error(laid.by(warp_texture.sample), laid.by(texture.sample)) < 1e-6


def test_where_nothing_is_seen_there_is_no_gradient():
    colours, to_textures, to_uv = looks(2, 32, 32, count=0).by(warp_texture.sample)
    assert (colours.shape, to_uv.shape) == ((3, 0), (2, 0))
    assert torch.equal(to_textures.cpu(), torch.zeros(2, 32, 32, 3))


@pytest.mark.parametrize("needed", [(True, False), (False, True)])
def test_what_needs_no_gradient_changes_nothing_for_what_does(needed):
    scene = SCENES["one texture"]
    assert largest_error(scene.by(warp_texture.sample, needed), scene.by(texture.sample, needed)) < 1e-6


def test_a_place_that_is_no_number_harms_nobody_else():
    """A step that broke is taken back by the loop; the process has to be there for that."""
    scene = SCENES["one texture"]
    broken = Looks(*(one.clone() for one in vars(scene).values()))
    broken.uv[:, ::7], broken.level[::5] = torch.nan, torch.nan
    broken.uv[:, 1::7] = torch.inf
    whole = broken.uv.isfinite().all(0) & broken.level.isfinite()
    found, expected = broken.by(warp_texture.sample)[0].cpu(), scene.by(texture.sample)[0].cpu()
    assert (found - expected)[:, whole].abs().max() < 1e-6


def test_repeats_are_bit_identical():
    first, second = (SCENES["one texture"].by(warp_texture.sample) for _ in range(2))
    assert all(torch.equal(one, again) for one, again in zip(first, second, strict=True))


def to_texels(scene: Looks, order: Tensor, in_steps: bool) -> Tensor:
    """Gradient of the textures, pixels taken in an order."""
    seen = scene.uv[:, order], scene.slot[order], scene.level[order], scene.gradient[:, order]
    shape = scene.textures.permute(0, 3, 1, 2).shape
    return warp_texture.to_texels(shape, *(one.to(DEVICE) for one in seen), in_steps=in_steps).cpu()


@pytest.mark.parametrize("size", [1e-30, 1.0, 1e30])
def test_sums_in_whole_steps_are_right_and_the_same_in_any_order(size):
    """As threads come on CUDA; in float32 they depend on it."""
    crowded = looks(1, 16, 16, count=4000)
    scene = Looks(crowded.textures, crowded.uv, crowded.slot, crowded.level, size * crowded.gradient)
    orders = [torch.arange(4000), *(torch.randperm(4000, generator=generator(seed)) for seed in range(4))]
    exact = [to_texels(scene, order, in_steps=True) for order in orders]
    loose = [to_texels(scene, order, in_steps=False) for order in orders]
    assert all(torch.equal(one, exact[0]) for one in exact)
    assert not all(torch.equal(one, loose[0]) for one in loose)
    assert (exact[0] - loose[0]).abs().max() < 1e-5 * loose[0].abs().max()


def test_no_gradient_at_all_comes_out_as_none():
    scene = SCENES["several slots, upright"]
    still = Looks(scene.textures, scene.uv, scene.slot, scene.level, torch.zeros_like(scene.gradient))
    assert (to_texels(still, torch.arange(400), in_steps=True) == 0).all()
    assert (to_texels(scene, torch.arange(0), in_steps=True) == 0).all()


def test_other_numbers_are_left_to_torch(monkeypatch):
    asked = []
    monkeypatch.setattr(texture, "sample", lambda *given: asked.append(given))
    scene = SCENES["a texel"]
    given = [one.to(DEVICE) for one in (scene.textures, scene.uv, scene.slot, scene.level)]
    warp_texture.sample(*given)
    assert len(asked) == 0
    warp_texture.sample(given[0].double(), given[1].double(), given[2], given[3].double())
    assert len(asked) == 1
    with deterministic():
        warp_texture.sample(*given)
    assert len(asked) == 1
