"""Gradients of the picture away from silhouettes, against central differences in float64."""

from dataclasses import replace

import pytest
import torch
from clipmatrix.render import Cameras, Lights, Material, render

SIZE = 24
LEAST = 0.9999


def f64(*numbers):
    return torch.tensor(numbers).double()


@pytest.fixture
def inputs(textured_ball):
    generator = torch.Generator().manual_seed(1)
    lights = Lights(
        ambient=0.05 * torch.randn(9, 3, generator=generator).double() + f64(*([0.3] + [0.0] * 8))[:, None],
        sun_directions=torch.nn.functional.normalize(f64(0.4, -0.7, 0.6), dim=0)[None],
        sun_colours=f64(0.3, 0.35, 0.25)[None],
        point_positions=f64(0.5, -2.0, 1.0)[None],
        point_colours=f64(0.2, 0.3, 0.4)[None],
    )
    # Near enough to fill the picture: no silhouette is in sight, and triangles stay where they are.
    return {
        "vertices": textured_ball.vertices[None].expand(2, -1, -1) * 3.0,
        "mesh": textured_ball.mesh,
        "cameras": textured_ball.cameras,
        "textures": 0.2 + 0.6 * torch.rand(2, 16, 16, 3, generator=generator).double(),
        "material": Material(f64(0.4)[0], f64(0.3)[0]),
        "lights": lights,
        "backgrounds": torch.zeros(2, SIZE, SIZE, 3).double(),
    }


def value(inputs):
    images = render(**inputs)
    weights = torch.rand(2, SIZE, SIZE, 3, generator=torch.Generator().manual_seed(2)).double()
    return (images.textured * weights).sum() + (images.plain * weights.flip(0)).sum()


def test_the_ball_fills_the_picture(inputs):
    assert render(**inputs).coverage.min() == 1


def test_textures(inputs, against_differences):
    assert against_differences(lambda textures: value(inputs | {"textures": textures}), inputs["textures"]) > LEAST


def test_interior_vertices_through_shading_and_texture_place(inputs, against_differences):
    def moved(vertices):
        return value(inputs | {"vertices": vertices})

    assert against_differences(moved, inputs["vertices"].clone(), step=1e-7) > 0.999


@pytest.mark.parametrize("name", ["ambient", "sun_directions", "sun_colours", "point_positions", "point_colours"])
def test_lights(inputs, against_differences, name):
    def lit(item):
        return value(inputs | {"lights": replace(inputs["lights"], **{name: item})})

    assert against_differences(lit, getattr(inputs["lights"], name)) > LEAST


def test_material(inputs, against_differences):
    def made_of(pair):
        return value(inputs | {"material": Material(pair[0], pair[1])})

    assert against_differences(made_of, f64(0.4, 0.3)) > LEAST


def test_cameras(inputs, against_differences):
    def seen_from(matrix):
        return value(inputs | {"cameras": Cameras(matrix, inputs["cameras"].positions)})

    assert against_differences(seen_from, inputs["cameras"].world_to_clip, step=1e-7) > 0.999


def test_a_camera_inside_the_mesh_gets_finite_gradients(inputs):
    """Triangles and silhouettes cross the camera's plane; some corners lie almost in it."""
    vertices = (inputs["vertices"] - inputs["cameras"].positions[:, None] * -0.02).requires_grad_()
    placed = Cameras(inputs["cameras"].world_to_clip, inputs["cameras"].positions)
    shifted = vertices + placed.positions[:, None]
    (gradient,) = torch.autograd.grad(value(inputs | {"vertices": shifted}), vertices)
    assert gradient.isfinite().all()
    assert gradient.abs().sum() > 0


def test_gradients_repeat_bit_by_bit_on_two_threads(inputs):
    torch.set_num_threads(2)
    leaves = [inputs[name].clone().requires_grad_() for name in ("vertices", "textures")]
    leaves.append(inputs["lights"].ambient.clone().requires_grad_())

    def gradients():
        lights = replace(inputs["lights"], ambient=leaves[2])
        return torch.autograd.grad(value(inputs | dict(vertices=leaves[0], textures=leaves[1], lights=lights)), leaves)

    first = gradients()
    for _ in range(3):
        assert all(torch.equal(one, other) for one, other in zip(first, gradients(), strict=True))


def test_backgrounds_show_where_nothing_is_in_front(inputs):
    far = inputs | {"vertices": inputs["vertices"] * 0.1, "backgrounds": torch.full((2, SIZE, SIZE, 3), 0.7).double()}
    images = render(**far)
    empty = images.coverage[..., 0] == 0
    assert empty.any()
    assert torch.allclose(images.textured[empty], torch.tensor(0.7).double())
