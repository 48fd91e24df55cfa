"""Silhouette gradients, against finite differences of 16 x 16 supersampled coverage in float64."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from clipmatrix.render import Material, render, sky, visibility

SUPER = 16


def coverage(stage, vertices, size):
    """Share of each pixel that the mesh covers: (N, H, W)."""
    clip = stage.cameras.project(vertices)
    ids = visibility(clip, stage.mesh.triangles, size * SUPER, size * SUPER)
    return (ids >= 0).double().view(len(clip), size, SUPER, size, SUPER).mean((2, 4))


def smooth_weights(size):
    noise = torch.randn(2, 1, 8, 8, generator=torch.Generator().manual_seed(0)).double()
    return F.interpolate(noise, size=(size, size), mode="bicubic")[:, 0]


def deformations(vertices, count):
    """Three translations, then smooth random deformations, (V, 3) each."""
    yield from (axis.expand_as(vertices) for axis in torch.eye(3).double())
    for seed in range(count):
        generator = torch.Generator().manual_seed(seed)
        waves = 2 * torch.randn(3, 3, generator=generator).double()
        yield torch.sin(vertices @ waves + 6 * torch.rand(3, generator=generator).double())


def rendered_coverage(stage, vertices, size):
    light = torch.ones(3).double()
    number = torch.tensor(0.5).double()
    images = render(
        vertices[None].expand(2, -1, -1), stage.mesh, stage.cameras, torch.ones(1, 8, 8, 3).double(),
        Material(number, number), sky(light, light, light), torch.zeros(2, size, size, 3).double(),
    )  # fmt: skip
    return images.coverage[..., 0]


@pytest.mark.parametrize(("name", "size", "least"), [("ellipsoid", 64, 0.999), ("figure", 96, 0.98)])
def test_moving_outlines_move_the_picture_as_supersampling_says(name, size, least, request):
    stage = request.getfixturevalue(name)
    weights, step = smooth_weights(size), 4e-3
    vertices = stage.vertices.clone().requires_grad_()
    (gradient,) = torch.autograd.grad((rendered_coverage(stage, vertices, size) * weights).sum(), vertices)
    found, expected = [], []
    for direction in deformations(stage.vertices, 9):
        there, back = (coverage(stage, stage.vertices + sign * step * direction, size) for sign in (1, -1))
        expected.append(float(((there - back) * weights).sum()) / (2 * step))
        found.append(float((gradient * direction).sum()))
    cosine = np.dot(found, expected) / (np.linalg.norm(found) * np.linalg.norm(expected))
    assert cosine >= least
    # Fingers thinner than a pixel pass between the centres and are missed.
    assert 0.85 < np.linalg.norm(found) / np.linalg.norm(expected) < 1.05


def test_coverage_is_near_the_supersampled_one(ellipsoid):
    difference = rendered_coverage(ellipsoid, ellipsoid.vertices, 64) - coverage(ellipsoid, ellipsoid.vertices, 64)
    assert difference.abs().mean() < 1e-3


def test_images_and_gradients_repeat_bit_by_bit(figure):
    results = []
    for _ in range(2):
        vertices = figure.vertices.float().requires_grad_()
        stage = type(figure)(
            vertices, figure.mesh, type(figure.cameras)(*(item.float() for item in vars(figure.cameras).values()))
        )
        picture = rendered_coverage_float(stage, vertices)
        (gradient,) = torch.autograd.grad(picture.square().sum(), vertices)
        results.append((picture, gradient))
    assert torch.equal(results[0][0], results[1][0])
    assert torch.equal(results[0][1], results[1][1])


def rendered_coverage_float(stage, vertices):
    light, number = torch.ones(3), torch.tensor(0.5)
    images = render(
        vertices[None].expand(2, -1, -1), stage.mesh, stage.cameras, torch.ones(1, 8, 8, 3), Material(number, number),
        sky(light, light, light), torch.zeros(2, 96, 96, 3),
    )  # fmt: skip
    return torch.cat([images.textured, images.plain, images.coverage], dim=-1)
