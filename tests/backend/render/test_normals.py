"""Normals at vertices: weighted by angle, with exact gradients that no degenerate triangle can make a job's ruin."""

import pytest
import torch
from clipmatrix.render.normals import normals_at, unit, vertex_normals
from torch import Tensor

from .scenes import ellipsoid, generator

STRIP = torch.tensor([[0, 1, 2], [2, 1, 3], [3, 4, 0], [4, 5, 1]])

SIDES = torch.tensor([[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]])
"""Of a cube, whose vertices count in binary."""


def scattered(seed: int = 0) -> Tensor:
    """Six vertices in two views."""
    return torch.randn(3, 2, 6, generator=generator(seed)).double()


def test_normals_of_a_ball_point_away_from_its_middle():
    vertices, surface = ellipsoid(40, (0.5, 0.5, 0.5))
    normals = vertex_normals(vertices.t()[:, None], surface.triangles)[:, 0]
    assert ((normals * unit(vertices.t())).sum(0) > 0.999).all()


@pytest.mark.parametrize("seed", range(3))
def test_the_corners_of_a_cube_look_outwards_whatever_diagonals_its_sides_have(seed):
    cube = torch.cartesian_prod(*[torch.tensor([-1.0, 1.0])] * 3).t()
    starts = torch.randint(2, (6,), generator=generator(seed)).tolist()
    turned = torch.stack([side.roll(start) for side, start in zip(SIDES, starts, strict=True)])
    triangles = torch.cat([turned[:, [0, 1, 2]], turned[:, [0, 2, 3]]])
    assert torch.allclose(vertex_normals(cube[:, None], triangles)[:, 0], unit(cube), atol=1e-6)


def test_gradients_are_exact():
    assert torch.autograd.gradcheck(lambda moved: vertex_normals(moved, STRIP), scattered().requires_grad_())


@pytest.mark.parametrize("share", [0.4, 1.7])
def test_gradients_are_exact_where_a_triangle_is_a_line(share):
    """Its normal could be any; what is left of it is a slope that is large, but has a bound."""
    vertices = scattered()
    vertices[..., 2] = torch.lerp(vertices[..., 0], vertices[..., 1], share)
    vertices.requires_grad_()
    assert torch.autograd.gradcheck(lambda moved: vertex_normals(moved, STRIP), vertices, eps=1e-8, atol=1e-3)


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e3])
@pytest.mark.parametrize("share", [0.0, 1e-7, 1e-5, 1e-3])
def test_no_triangle_gives_slopes_without_bound(size, share):
    """Needles, lines and points, alone and beside others; in float32, as jobs have them."""
    first, aside, far = (size * torch.randn(3, 1, 300, generator=generator(seed)) for seed in range(3))
    second, third = first + share * aside, first + share * (aside + share * far)
    vertices = torch.stack([first, second, third, far], dim=3).flatten(2).requires_grad_()
    start = 4 * torch.arange(300)[:, None]
    corners = [[0, 1, 2], [0, 2, 3], [1, 0, 3], [0, 0, 3]]
    triangles = torch.cat([start + torch.tensor(corner) for corner in corners])
    normals = vertex_normals(vertices, triangles)
    (slopes,) = torch.autograd.grad(normals.sum(), vertices)
    assert (normals.norm(dim=0) < 1 + 1e-5).all()
    assert slopes.isfinite().all()
    assert slopes.abs().max() < 1e12


def test_what_lies_on_no_triangle_has_no_normal():
    vertices = scattered().requires_grad_()
    normals = vertex_normals(vertices, STRIP[:1])
    assert not normals[..., 3:].any()
    (slopes,) = torch.autograd.grad(normals.sum(), vertices)
    assert not slopes[..., 3:].any()


def test_normals_that_somebody_asks_for_do_not_depend_on_what_else_is_asked():
    vertices, surface = ellipsoid(20, dtype=torch.float64)
    places = torch.stack([vertices, 0.5 * vertices]).permute(2, 0, 1).contiguous().requires_grad_()
    asked = torch.rand(places.shape[1:], generator=generator(0)) < 0.1
    some, whole = normals_at(places, surface.triangles, asked), vertex_normals(places, surface.triangles)
    assert torch.equal(some[:, asked], whole[:, asked])
    back = torch.randn(3, int(asked.sum()), generator=generator(1)).double()
    found, expected = (torch.autograd.grad(normals[:, asked], places, back)[0] for normals in (some, whole))
    assert expected.abs().max() > 0.1
    assert torch.allclose(found, expected, rtol=1e-12, atol=1e-12)


def test_nobody_may_ask():
    vertices = scattered().requires_grad_()
    normals = normals_at(vertices, STRIP, torch.zeros(2, 6, dtype=torch.bool))
    assert not normals.any()
    assert not torch.autograd.grad(normals.sum(), vertices)[0].any()
