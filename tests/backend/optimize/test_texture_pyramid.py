import torch
from clipmatrix.optimize import texture_pyramid


def test_a_fresh_pyramid_is_mid_grey():
    images = texture_pyramid.to_images(texture_pyramid.grey(2, 64))
    assert images.shape == (2, 64, 64, 3)
    assert torch.equal(images, torch.full_like(images, 0.5))


def test_a_pyramid_started_from_an_image_shows_that_image():
    start = torch.rand(1, 64, 64, 3, generator=torch.Generator().manual_seed(0))
    images = texture_pyramid.to_images(texture_pyramid.from_images(start))
    assert torch.allclose(images, start.clamp(0.02, 0.98), atol=1e-5)


def test_a_wide_gradient_moves_the_coarse_level_most():
    levels = [level.requires_grad_() for level in texture_pyramid.grey(1, 128)]
    texture_pyramid.to_images(levels).mean().backward()
    means = [float(level.grad.abs().mean()) for level in levels]
    assert means == sorted(means, reverse=True)


def test_small_textures_have_fewer_levels_but_keep_their_size():
    assert [level.shape[-1] for level in texture_pyramid.grey(1, 64)] == [4, 8, 16, 32, 64]
