"""Textures come out where UVs say, and slots keep to themselves."""

import math

import pytest
import torch
from clipmatrix.render import Material, mesh, orbit, perspective, render, sky
from clipmatrix.render.gbuffer import spread
from clipmatrix.render.pixels import covered_pixels
from clipmatrix.render.texture import build_mips, level_of_detail, sample


def square(slots: int = 1):
    """A unit square that faces -Y, u to the right and v up; with a copy one unit higher for each further slot."""
    vertices, triangles, uvs = [], [], []
    for slot in range(slots):
        vertices += [[-0.5, 0, slot], [0.5, 0, slot], [0.5, 0, slot + 1], [-0.5, 0, slot + 1]]
        triangles += [[4 * slot + corner for corner in face] for face in ([0, 1, 2], [0, 2, 3])]
        uvs += [[[0, 0], [1, 0], [1, 1]], [[0, 0], [1, 1], [0, 1]]]
    faces = torch.tensor(triangles)
    which = torch.arange(slots).repeat_interleave(2)
    return torch.tensor(vertices).float()[None], mesh(faces, torch.tensor(uvs).float(), which)


def look(vertices, shape, textures, size=64, height=0.5):
    cameras = perspective(
        orbit(torch.zeros(1), torch.zeros(1), torch.full((1,), 2.0), torch.tensor([0, 0, height])), 0.6
    )
    white = torch.ones(3)
    lights = sky(white, torch.tensor([0.0, -1.0, 0.0]), torch.zeros(3))
    material = Material(torch.tensor(1.0), torch.tensor(0.0))
    return render(vertices, shape, cameras, textures, material, lights, torch.zeros(1, size, size, 3)).textured[0]


def test_the_corner_at_u0_v0_is_at_the_lower_left():
    texture = torch.zeros(1, 64, 64, 3)
    texture[0, :20, :20, 0] = 1.0  # red around u = 0, v = 0
    texture[0, -20:, :20, 1] = 1.0  # green around u = 0, v = 1
    picture = look(*square(), texture)
    lower_left, upper_left, lower_right = picture[48, 16], picture[16, 16], picture[48, 47]
    assert lower_left[0] > 0.8
    assert lower_left[1] < 0.4
    assert upper_left[1] > 0.8
    assert lower_right.max() < 0.4


def test_the_camera_at_azimuth_0_sees_what_faces_minus_y():
    placement = orbit(torch.zeros(1), torch.zeros(1), torch.full((1,), 2.0), torch.zeros(3))
    assert torch.allclose(placement[0, :3, 3], torch.tensor([0.0, -2.0, 0.0]), atol=1e-6)
    side = orbit(torch.full((1,), math.pi / 2), torch.zeros(1), torch.full((1,), 2.0), torch.zeros(3))
    assert torch.allclose(side[0, :3, 3], torch.tensor([2.0, 0.0, 0.0]), atol=1e-6)


def test_slots_do_not_bleed_into_each_other():
    textures = torch.zeros(2, 64, 64, 3)
    textures[0, ..., 0], textures[1, ..., 2] = 1.0, 1.0
    for size in (16, 64, 200):  # coarse to fine levels
        picture = look(*square(2), textures, size=size, height=1.0)
        blue_side = picture[: size // 2 - 1][picture[: size // 2 - 1].amax(-1) > 0.5]
        red_side = picture[size // 2 + 1 :][picture[size // 2 + 1 :].amax(-1) > 0.5]
        assert len(blue_side)
        assert len(red_side)
        assert (blue_side[:, 2] - blue_side[:, 0] > 0.3).all()
        assert (red_side[:, 0] - red_side[:, 2] > 0.3).all()


def test_every_level_keeps_the_mean_colour():
    texture = torch.rand(1, 64, 64, 3, generator=torch.Generator().manual_seed(0))
    levels = build_mips(texture).levels()
    assert [level.shape[-1] for level in levels] == [64, 32, 16, 8, 4]
    for level in levels:
        assert torch.allclose(level.mean((1, 2, 3)), texture.mean((0, 1, 2)), atol=1e-6)


@pytest.mark.parametrize("level", [0.0, 0.5, 2.0, 99.0])
def test_a_constant_texture_is_that_constant_at_every_level(level):
    uv = torch.rand(2, 50, generator=torch.Generator().manual_seed(0))
    colours = sample(torch.full((1, 32, 32, 3), 0.3), uv, torch.zeros(50, dtype=torch.long), torch.full((50,), level))
    assert torch.allclose(colours, torch.full((3, 50), 0.3), atol=1e-6)


@pytest.mark.parametrize("level", [0.0, 1.5, 3.0])
def test_gradients_reach_textures_and_places_through_every_level(level, against_differences):
    generator = torch.Generator().manual_seed(0)
    textures = torch.rand(2, 32, 16, 3, generator=generator).double()
    uv = 0.1 + 0.8 * torch.rand(2, 40, generator=generator).double()
    slot, levels = torch.arange(40) % 2, torch.full((40,), level).double()
    weights = torch.rand(3, 40, generator=generator).double()

    def looked_up(textures, uv):
        return (sample(textures, uv, slot, levels) * weights).sum()

    assert against_differences(lambda changed: looked_up(changed, uv), textures) > 0.9999
    assert against_differences(lambda changed: looked_up(textures, changed), uv, step=1e-7) > 0.9999


@pytest.mark.parametrize(("texels", "level"), [(64, 0.0), (256, 2.0), (32, -1.0)])
def test_the_level_of_detail_makes_texels_as_large_as_pixels(texels, level):
    clip = torch.tensor([[-1.0, -1, 0, 1], [1, -1, 0, 1], [1, 1, 0, 1]]) * 3.0
    corners = clip.t()[:, :, None]
    uvs = torch.tensor([[[0.0, 0], [1, 0], [1, 1]]])
    surface = mesh(torch.tensor([[0, 1, 2]]), uvs, torch.zeros(1, dtype=torch.int64))
    pixels = covered_pixels(torch.zeros(1, 1, 1, dtype=torch.int64), surface.triangles, 3, torch.float32)
    found = level_of_detail(spread(corners, surface.uv_areas, pixels, (64, 64)), texels * texels)
    assert found.item() == pytest.approx(level, abs=1e-5)
