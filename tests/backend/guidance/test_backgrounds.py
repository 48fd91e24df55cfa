"""Backgrounds, as products of what is drawn."""

import pytest
import torch
import torch.nn.functional as F
from clipmatrix.guidance.backgrounds import Factors, backgrounds, checker, draw_backgrounds, flat, noise

CPU = torch.device("cpu")


def generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def picture(one):
    """One background: (H, H, 3)."""
    rows, columns = (part.expand(3, 1, -1, -1) for part in (one.rows, one.columns))
    return backgrounds(Factors(rows, one.values[:, None], columns), CPU)[0]


def test_the_same_seed_draws_the_same_backgrounds():
    drawn = [backgrounds(draw_backgrounds(5, 32, generator(seed)), CPU) for seed in (4, 4, 5)]
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], drawn[2])


def test_backgrounds_are_colours_of_every_kind():
    drawn = backgrounds(draw_backgrounds(40, 64, generator(6)), CPU)
    assert drawn.shape == (40, 64, 64, 3)
    assert drawn.min() >= 0
    assert drawn.max() <= 1
    spread = drawn.flatten(1, 2).std(dim=1).mean(dim=1)
    assert 5 < int((spread < 1e-6).sum()) < 25


def test_none_are_none():
    assert backgrounds(draw_backgrounds(0, 16, generator(0)), CPU).shape == (0, 16, 16, 3)


def test_several_are_each_as_it_is_alone():
    together = backgrounds(draw_backgrounds(9, 48, generator(8)), CPU)
    drawn = generator(8)
    kinds = torch.randint(3, (9,), generator=drawn).tolist()
    assert set(kinds) == {0, 1, 2}
    alone = torch.stack([picture((flat, noise, checker)[kind](48, drawn)) for kind in kinds])
    torch.testing.assert_close(together, alone)


def test_a_flat_one_is_one_colour():
    colour = torch.rand(3, generator=generator(7))
    torch.testing.assert_close(picture(flat(8, generator(7))), colour.expand(8, 8, 3))


@pytest.mark.parametrize("seed", [7, 8])
def test_noise_is_blurred_by_a_bicubic_filter(seed):
    drawn = generator(seed)
    cells = int(torch.randint(3, 17, (), generator=drawn))
    coarse = torch.rand(1, 3, 1, 1, generator=drawn) + 0.6 * (torch.rand(1, 3, cells, cells, generator=drawn) - 0.5)
    expected = F.interpolate(coarse, size=(64, 64), mode="bicubic", align_corners=False)[0].clamp(0, 1)
    found = picture(noise(64, generator(seed)))
    torch.testing.assert_close(found, expected.permute(1, 2, 0), atol=1e-5, rtol=0)
    assert found.std(dim=(0, 1)).min() > 0.01


@pytest.mark.parametrize("size", [24, 96])
def test_checks_of_two_colours_are_blurred_by_a_box(size):
    drawn = generator(7)
    cells, start = int(torch.randint(2, 11, (), generator=drawn)), torch.rand(2, generator=drawn)
    first, second = torch.rand(2, 3, generator=drawn)
    rows, columns = ((torch.arange(size) * (cells / size) + begin).floor() for begin in start)
    odd = ((rows[:, None] + columns) % 2)[..., None]
    image, radius = (first * odd + second * (1 - odd)).permute(2, 0, 1), size // 32
    padded = F.pad(image, (radius,) * 4, mode="replicate")
    expected = F.avg_pool2d(padded, 2 * radius + 1, stride=1).permute(1, 2, 0)
    found = picture(checker(size, generator(7)))
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=0)
    assert found.std(dim=(0, 1)).max() > 0.05
