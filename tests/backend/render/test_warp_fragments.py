"""Warp shades fragments as torch does, there and back, and always alike."""

from dataclasses import replace

import pytest
import torch
from clipmatrix.render import Lights, Material, sky
from clipmatrix.render.fragments import Fragments, shade
from torch import Tensor

from .scenes import generator

warp_fragments = pytest.importorskip(
    "clipmatrix.render.warp.fragments", reason="Warp is not installed", exc_type=ImportError
)
DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
COUNT = 500
NAMES = ("points", "eyes", "normals", "base", "roughness", "metallic", "ambient", "suns", "colours", "backgrounds")


def scene(suns: int = 2, count: int = COUNT, dtype: torch.dtype = torch.float32) -> dict[str, Tensor]:
    """Random fragments, half of them turned away, some brighter than white; by their :data:`NAMES`."""
    drawn = generator(0)

    def random(*shape: int) -> Tensor:
        return torch.rand(*shape, generator=drawn, dtype=dtype)

    directions = torch.nn.functional.normalize(random(suns, 3) - 0.5, dim=1)
    places = random(3, count), 3 + random(3, count), random(3, count) - 0.5, random(3, count)
    numbers = 0.3 + 0.5 * random(1)[0], random(1)[0], 0.4 * random(3), directions, random(suns, 3)
    return dict(zip(NAMES, (*places, *numbers, random(2, 20, 30, 3)), strict=True))


def there_and_back(by, given: dict[str, Tensor], shadows: bool = False, more=None) -> tuple[Tensor, dict[str, Tensor]]:
    """Both pictures and their coverage, and the gradients of a random sum of them."""
    leaves = {name: part.to(DEVICE).clone().requires_grad_() for name, part in given.items()}
    places, (look, metal) = [leaves[name] for name in NAMES[:4]], (leaves["roughness"], leaves["metallic"])
    covered = places[0].shape[1]
    where = torch.randperm(1200, generator=generator(1))[:covered].sort().values.to(DEVICE)
    sunlit = torch.rand(len(given["suns"]), covered, generator=generator(2)).to(places[0]) if shadows else None
    lights = sky(leaves["ambient"], leaves["suns"], leaves["colours"])
    if more:
        lights = more(lights)
    made = by(Fragments(where, *places, sunlit), Material(look, metal), lights, leaves["backgrounds"])
    back = torch.randn(made.shape, generator=generator(3)).to(made)
    found = torch.autograd.grad(made, list(leaves.values()), back, allow_unused=True)
    return made.detach(), dict(zip(leaves, found, strict=True))


def agree(given: dict[str, Tensor], **rest) -> None:
    """A sharp highlight magnifies rounding: Warp may be about as far from what float64 finds as torch's float32 is.

    Where what comes from many fragments cancels out, a little farther.
    """
    found, back = there_and_back(warp_fragments.shade, given, **rest)
    own, expected = there_and_back(shade, given, **rest)
    exact, truth = there_and_back(shade, {name: part.double() for name, part in given.items()}, **rest)
    pairs = [(found, own, exact), *((back[name], expected[name], truth[name]) for name in NAMES if given[name].numel())]
    for one, of, best in pairs:
        assert one.shape == of.shape
        assert (one - best).abs().max() <= 2 * (of - best).abs().max() + 3e-5 * best.abs().max()


@pytest.mark.parametrize("shadows", [False, True])
@pytest.mark.parametrize("suns", [0, 1, 4])
def test_pictures_and_gradients_are_torchs(suns, shadows):
    agree(scene(suns), shadows=shadows)


def spread(*vector: float) -> Tensor:
    """The same for all."""
    return torch.tensor(vector)[:, None].expand(3, COUNT)


@pytest.mark.parametrize(
    "changed",
    [
        {"roughness": torch.tensor(0.03)},
        {"roughness": torch.tensor(1.0), "metallic": torch.tensor(1.0)},
        {"ambient": torch.tensor([0.3, -0.2, 0.0])},
        {"ambient": torch.zeros(3), "base": torch.zeros(3, COUNT)},
        {"ambient": torch.full((3,), 5.0)},
        {"points": torch.zeros(3, COUNT), "eyes": torch.ones(3, COUNT), "normals": torch.ones(3, COUNT)},
        {"points": torch.zeros(3, COUNT), "eyes": spread(1.0, 0, 0), "normals": spread(5e-4, 1, 0.5)},
        {"normals": torch.zeros(3, COUNT)},
    ],
    ids=["mirror", "rough metal", "a sky less than black", "black", "white", "seen head-on", "grazing", "no normal"],
)
def test_what_is_cut_off_is_cut_off_as_torch_does(changed):
    agree({**scene(), **changed})


@pytest.mark.parametrize("name", NAMES)
def test_what_is_no_number_is_seen_where_torch_shows_it(name):
    """A job's guard goes by the loss: a picture that hid it would let the job go on."""
    given = scene()
    given[name] = given[name].clone()
    given[name].view(-1)[0] = torch.nan
    found, own = (there_and_back(by, given)[0] for by in (warp_fragments.shade, shade))
    assert own.isnan().any()
    assert torch.equal(found.isnan(), own.isnan())


def test_repeats_are_bit_identical():
    (one, there), (other, back) = (there_and_back(warp_fragments.shade, scene()) for _ in range(2))
    assert torch.equal(one, other)
    assert all(torch.equal(there[name], back[name]) for name in NAMES)


def test_threads_may_take_every_so_manyth_fragment_as_on_cuda(monkeypatch):
    given = scene()
    usual = there_and_back(warp_fragments.shade, given)[1]
    shared = warp_fragments._shared
    assert shared(COUNT, torch.device("cpu")) != shared(COUNT, torch.device("cuda"))
    monkeypatch.setattr(warp_fragments, "_shared", lambda count, device: shared(count, torch.device("cuda")))
    other = there_and_back(warp_fragments.shade, given)[1]
    for name in NAMES:
        assert (usual[name] - other[name]).abs().max() <= 1e-5 * usual[name].abs().max(), name


def test_a_picture_may_show_nothing():
    given = scene(count=0)
    made, back = there_and_back(warp_fragments.shade, given)
    assert torch.equal(made.cpu(), there_and_back(shade, given)[0].cpu())
    assert not back["roughness"].any()
    assert back["backgrounds"].any()


def _points(lights: Lights) -> Lights:
    lamp = lights.sun_directions.new_tensor([[1.0, 2.0, 3.0]])
    return replace(lights, point_positions=lamp, point_colours=lamp)


def _harmonics(lights: Lights) -> Lights:
    return replace(lights, ambient=torch.cat([lights.ambient, 0.1 * torch.ones(8, 3, device=DEVICE)]))


@pytest.mark.parametrize("more", [_points, _harmonics])
def test_lights_that_no_job_has_are_left_to_torch(more):
    found, own = (there_and_back(by, scene(), more=more)[0] for by in (warp_fragments.shade, shade))
    assert torch.equal(found, own)
    assert not torch.equal(found, there_and_back(shade, scene())[0])


def test_float64_is_left_to_torch():
    found, own = (there_and_back(by, scene(dtype=torch.float64))[0] for by in (warp_fragments.shade, shade))
    assert found.dtype == torch.float64
    assert torch.equal(found, own)
