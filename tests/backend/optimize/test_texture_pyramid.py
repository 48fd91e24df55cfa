import torch
from clipmatrix.optimize.texture import texture_pyramid
from clipmatrix.optimize.texture.atlas import Atlas


def random_textures(count, size):
    return torch.rand(count, size, size, 3, generator=torch.Generator().manual_seed(0))


def at(places):
    """An atlas whose texels lie at these places and may all change."""
    count, size = places.shape[:2]
    return Atlas(torch.arange(size * size).expand(count, -1), places, torch.ones(count, size, size))


def middle_of_the_body(count, size):
    return at(torch.zeros(count, size, size, 3))


def test_flat_levels_leave_textures_as_they_are():
    start = random_textures(2, 64)
    base = texture_pyramid.base_of(start)
    linear = texture_pyramid.to_linear(texture_pyramid.flat(2, 64), base, middle_of_the_body(2, 64))
    assert torch.allclose(linear, start.clamp(0.02**2, 0.98**2), atol=1e-5)


def test_detail_beyond_the_finest_level_stays():
    start = random_textures(1, 256)
    pyramid = texture_pyramid.flat(1, 64)
    linear = texture_pyramid.to_linear(pyramid, texture_pyramid.base_of(start), middle_of_the_body(1, 256))
    assert [image.shape[-1] for image in pyramid.images] == [32, 64]
    assert torch.allclose(linear, start.clamp(0.02**2, 0.98**2), atol=1e-5)


def test_a_coarser_level_moves_more_under_a_wide_gradient():
    pyramid = texture_pyramid.flat(1, 128)
    for leaf in pyramid.leaves():
        leaf.requires_grad_()
    places = 2 * torch.rand(1, 128, 128, 3, generator=torch.Generator().manual_seed(1)) - 1
    texture_pyramid.to_linear(pyramid, torch.zeros(1, 3, 128, 128), at(places)).mean().backward()
    means = [float(leaf.grad.abs().mean()) for leaf in pyramid.leaves()]
    assert means[:5] == sorted(means[:5], reverse=True)
    assert means[5:] == sorted(means[5:], reverse=True)


def test_grids_colour_texels_by_their_place_on_the_body_whatever_the_texture():
    pyramid = texture_pyramid.flat(2, 32)
    pyramid.grids[1][0, 0, 1] = 3.0  # upper nodes, red
    places = torch.zeros(2, 32, 32, 3)
    places[1, :16, :, 2], places[1, 16:, :, 2] = -1.0, 1.0
    linear = texture_pyramid.to_linear(pyramid, torch.zeros(2, 3, 32, 32), at(places))
    red = linear[..., 0]
    assert torch.allclose(red[1, 16:], torch.tensor(3.0).sigmoid().square())
    assert torch.allclose(red[1, :16], torch.tensor(0.25))
    assert torch.allclose(red[0], torch.tensor(1.5).sigmoid().square())
    assert torch.allclose(linear[..., 1:], torch.tensor(0.25))


def test_x_y_and_z_reach_their_own_axes_of_the_grid():
    pyramid = texture_pyramid.flat(1, 32)
    pyramid.grids[2][0, 0, :, :, 3] = 1.0  # far end of x
    pyramid.grids[2][0, 1, :, 3] = 1.0  # far end of y
    pyramid.grids[2][0, 2, 3] = 1.0  # far end of z
    for axis in range(3):
        places = torch.full((1, 4, 4, 3), -1.0)
        places[..., axis] = 1.0
        linear = texture_pyramid.to_linear(
            texture_pyramid.Pyramid(pyramid.grids, []), torch.zeros(1, 3, 4, 4), at(places)
        )
        assert int(linear[0, 0, 0].argmax()) == axis


def test_a_change_seen_on_the_coarse_texture_is_the_change_of_the_full_one():
    base = texture_pyramid.base_of(torch.full((1, 256, 256, 3), 0.3))
    pyramid = texture_pyramid.flat(1, 64)
    for leaf in pyramid.leaves():
        leaf.add_(0.2)
    seen = texture_pyramid.to_linear(pyramid, texture_pyramid.scaled(base, 64), middle_of_the_body(1, 64))
    full = texture_pyramid.to_linear(pyramid, base, middle_of_the_body(1, 256))
    assert seen.shape == (1, 64, 64, 3)
    assert torch.allclose(seen.mean(), full.mean())
    assert full.mean() > 0.5
