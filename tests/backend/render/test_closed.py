"""Which triangles nobody sees from behind, and that leaving them out changes no picture."""

import math
from dataclasses import replace

import pytest
import torch
from clipmatrix.render import Material, Mesh, mesh, orbit, orthographic, perspective, render, sky
from torch import Tensor

from .scenes import ellipsoid, generator


def two_balls() -> tuple[Tensor, Tensor]:
    """A ball, and beside it a smaller one: vertices, triangles; their last triangles are the smaller one's."""
    (large, first), (small, second) = ellipsoid(8, (0.5, 0.5, 0.5)), ellipsoid(6, (0.2, 0.2, 0.2))
    away = torch.tensor([0.9, 0.0, 0.3]).double()
    return torch.cat([large, small + away]), torch.cat([first.triangles, second.triangles + len(large)])


SMALL = len(ellipsoid(6)[1].triangles)


def closed(triangles: Tensor, vertices: Tensor) -> Tensor:
    uvs, slots = torch.zeros(len(triangles), 3, 2), torch.zeros(len(triangles), dtype=torch.int64)
    found = mesh(triangles, uvs, slots, vertices).closed
    assert found is not None
    return found


def test_both_of_two_balls_are_closed():
    vertices, triangles = two_balls()
    assert closed(triangles, vertices).all()
    assert closed(triangles[torch.randperm(len(triangles), generator=generator(0))], vertices + 7).all()


@pytest.mark.parametrize("spoil", ["a gap", "inside out", "one triangle turned", "an edge with four triangles"])
def test_a_part_that_is_not_as_it_should_be_does_not_spoil_the_other(spoil):
    vertices, triangles = two_balls()
    large, small = triangles[:-SMALL], triangles[-SMALL:]
    if spoil == "a gap":
        small = small[1:]
    elif spoil == "inside out":
        small = small.flip(1)
    elif spoil == "one triangle turned":
        small = torch.cat([small[1:], small[:1].flip(1)])
    else:
        small = torch.cat([small, small[:1], small[:1].flip(1)])
    found = closed(torch.cat([large, small]), vertices)
    assert found[: len(large)].all()
    assert not found[len(large) :].any()


def test_flat_and_missing_things_are_not_closed():
    square = torch.tensor([[0, 1, 2], [0, 2, 3]])
    flat = torch.tensor([[0.0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]])
    assert not closed(square, flat).any()
    assert not closed(torch.cat([square, square.flip(1)]), flat).any(), "a sheet with two sides has no volume"
    assert not closed(torch.tensor([[0, 0, 1], [2, 2, 2]]), flat).any()
    assert closed(torch.zeros(0, 3, dtype=torch.int64), flat).shape == (0,)


def test_a_mesh_without_places_takes_nothing_for_closed():
    _, triangles = two_balls()
    uvs, slots = torch.zeros(len(triangles), 3, 2), torch.zeros(len(triangles), dtype=torch.int64)
    assert mesh(triangles, uvs, slots).closed is None


@pytest.mark.parametrize("projection", ["perspective", "orthographic"])
@pytest.mark.parametrize("distance", [2.4, 0.7, 0.3, 0.0])
def test_pictures_are_the_same_also_from_within(distance, projection):
    """From outside, from so near that the body reaches behind the camera, and from its middle."""
    vertices, surface = ellipsoid(20, dtype=torch.float32)
    assert sealed(surface, vertices).closed.all()
    angles = torch.tensor([0.3, 2.2])
    placed = orbit(angles, 0.3 * angles, torch.full((2,), distance), torch.zeros(3))
    cameras = perspective(placed, math.radians(60)) if projection == "perspective" else orthographic(placed, 1.4)
    usual, found = (picture(vertices, one, cameras) for one in (surface, sealed(surface, vertices)))
    assert torch.equal(found, usual)
    assert (usual < 1).any()


def test_what_is_inside_out_shows_why_poses_have_to_leave_outside_out():
    """Mirrored, the body turns its fronts to its inside: taken for closed it would be seen from within."""
    vertices, surface = ellipsoid(20, dtype=torch.float32)
    cameras = perspective(orbit(torch.zeros(2), torch.zeros(2), torch.full((2,), 2.4), torch.zeros(3)), 0.8)
    mirrored = vertices * torch.tensor([-1.0, 1.0, 1.0])
    assert not torch.equal(picture(mirrored, sealed(surface, vertices), cameras), picture(mirrored, surface, cameras))


def sealed(surface: Mesh, vertices: Tensor) -> Mesh:
    return replace(surface, closed=closed(surface.triangles, vertices))


def picture(vertices: Tensor, surface: Mesh, cameras) -> Tensor:
    textures = torch.rand(1, 16, 16, 3, generator=generator(1))
    number, light = torch.tensor(0.5), sky(torch.full((3,), 0.3), torch.tensor([0.0, -0.6, 0.8]), torch.ones(3))
    behind = torch.ones(2, 40, 40, 3)
    return render(
        vertices.expand(2, -1, -1), surface, cameras, textures, Material(number, 0 * number), light, behind
    ).textured
