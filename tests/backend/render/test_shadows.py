"""Shadows that a mesh casts on itself, against rays in float64."""

import math
from dataclasses import replace

import pytest
import torch
from clipmatrix.render import Lights, Material, Mesh, Renderer, mesh, orbit, perspective, render, sky
from clipmatrix.render.barycentrics import barycentrics
from clipmatrix.render.interpolate import interpolate_corners
from clipmatrix.render.normals import unit, vertex_normals
from clipmatrix.render.pixels import covered_pixels, gather
from clipmatrix.render.shadows import sunlit
from clipmatrix.render.visibility import visibility
from torch import Tensor

from .scenes import ellipsoid

SIZE = 64
RADIUS, HEIGHT = 0.3, 0.9
"""Of a ball and its middle above a square floor, which is two wide and lies at 0."""


def f64(*numbers):
    return torch.tensor(numbers).double()


@pytest.fixture(scope="module")
def scene() -> tuple[Tensor, Mesh]:
    """A ball above a floor, one mesh."""
    ball, surface = ellipsoid(16, (RADIUS, RADIUS, RADIUS))
    floor = f64([-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0])
    vertices = torch.cat([ball + f64(0, 0, HEIGHT), floor])
    triangles = torch.cat([surface.triangles, torch.tensor([[0, 1, 2], [0, 2, 3]]) + len(ball)])
    return vertices, mesh(triangles, torch.zeros(len(triangles), 3, 2).double(), torch.zeros(len(triangles)).long())


def cameras(elevation=0.9):
    placed = orbit(f64(0.4, 2.5), f64(elevation, elevation), f64(3.5, 3.5), f64(0, 0, 0.4))
    return perspective(placed, math.radians(40))


def picture(scene, suns, colours, shadows, sky_colour=(0.0, 0.0, 0.0)):
    vertices, surface = scene
    number = torch.ones(()).double()
    lights = sky(f64(*sky_colour), unit(f64(*suns).t()).t(), f64(*colours), shadows)
    return render(
        vertices.expand(2, -1, -1), surface, cameras(), torch.full((1, 4, 4, 3), 0.5).double(),
        Material(number, 0 * number), lights, torch.zeros(2, SIZE, SIZE, 3).double(),
    )  # fmt: skip


def seen_points(scene):
    """What two cameras see of the scene: pixels, points and normals (3, P)."""
    vertices, surface = scene
    both = vertices.expand(2, -1, -1)
    clip = cameras().project(both).permute(2, 0, 1).contiguous()
    ids = visibility(clip.permute(1, 2, 0), surface.triangles, SIZE, SIZE)
    pixels = covered_pixels(ids, surface.triangles, len(vertices), clip.dtype)
    places = both.permute(2, 0, 1).contiguous()
    carried = torch.cat([clip, places, vertex_normals(places, surface.triangles)])
    corners = gather(carried, pixels.corners)
    points, normals = interpolate_corners(corners[4:], barycentrics(corners[:4], pixels)).split(3)
    return places, pixels, points, unit(normals)


def blocked(starts, direction, vertices, triangles):
    """Whether a ray meets a triangle farther than a hair away (Moeller and Trumbore 1997): (P,)."""
    a, b, c = (vertices[triangles[:, corner]] for corner in range(3))
    across = torch.linalg.cross(direction.expand_as(c), c - a)
    inverse = 1 / ((b - a) * across).sum(1)
    found = []
    for start in starts.t():
        away = start - a
        u = (away * across).sum(1) * inverse
        q = torch.linalg.cross(away, b - a)
        v, t = (q @ direction) * inverse, ((c - a) * q).sum(1) * inverse
        found.append(bool(((u >= 0) & (v >= 0) & (u + v <= 1) & (t > 1e-9)).any()))
    return torch.tensor(found)


@pytest.mark.parametrize("direction", [(0.0, 0.0, 1.0), (0.5, -0.4, 0.8), (-0.5, 0.2, 0.5)])
def test_shadows_are_where_rays_to_the_sun_are_blocked(scene, direction):
    vertices, surface = scene
    towards = unit(f64(*direction))
    places, pixels, points, normals = seen_points(scene)
    side = 256
    lit = sunlit(places, surface.triangles, pixels, points, normals, towards[None], side, visibility)[0]
    facing = normals.t() @ towards > 0.05
    expected = ~blocked(points + 1e-6 * normals, towards, vertices, surface.triangles)
    wrong = ((lit > 0.5) != expected)[facing]
    assert expected[facing].float().mean() < 0.97
    assert wrong.float().mean() < 0.01
    sharp = (lit < 0.01) | (lit > 0.99)
    assert sharp[facing].float().mean() > 0.95


def test_a_ball_throws_a_round_shadow_on_the_floor_below_it(scene):
    places, pixels, points, normals = seen_points(scene)
    args = places, scene[1].triangles, pixels, points, normals, f64(0, 0, 1)[None], 256, visibility
    floor = points[2].abs() < 1e-9
    away = points[:2].norm(dim=0)[floor]
    lit = sunlit(*args)[0][floor]
    assert (lit[away < RADIUS - 0.03] == 0).all()
    assert (lit[away > RADIUS + 0.03] > 0.999).all()


def test_a_closed_body_alone_shows_no_speckles():
    ball = ellipsoid(24, (0.5, 0.3, 0.8))
    places, pixels, points, normals = seen_points(ball)
    towards = unit(f64(0.3, -0.7, 0.65))
    lit = sunlit(places, ball[1].triangles, pixels, points, normals, towards[None], 128, visibility)[0]
    assert (lit[towards @ normals > 0.25] > 0.999).all()


def test_each_sun_casts_a_shadow_of_its_own_and_the_sky_none(scene):
    suns, colours = ((0.0, 0.0, 1.0), (0.6, 0.0, 0.7)), ((0.6, 0.0, 0.0), (0.0, 0.6, 0.0))
    without = picture(scene, suns, colours, 0, (0.0, 0.0, 0.3)).plain
    with_them = picture(scene, suns, colours, 256, (0.0, 0.0, 0.3)).plain
    darker = without - with_them > 0.05
    red, green, blue = darker.unbind(-1)
    assert red.any()
    assert green.any()
    assert (red & ~green).any()
    assert (green & ~red).any()
    assert not blue.any()
    assert not (with_them - without > 1e-9).any()


def test_shadows_cost_no_gradients_but_light_keeps_its_own(scene, against_differences):
    vertices, surface = scene
    number = torch.ones(()).double()
    towards, none = unit(f64(0.5, -0.4, 0.8)), torch.zeros(0, 3).double()
    lights = Lights(torch.zeros(9, 3).double(), towards[None], f64(0.5, 0.4, 0.3)[None], none, none, 128)
    weights = torch.rand(2, SIZE, SIZE, 3, generator=torch.Generator().manual_seed(0)).double()

    def value(colours):
        shaded = render(
            vertices.expand(2, -1, -1), surface, cameras(), torch.full((1, 4, 4, 3), 0.5).double(),
            Material(number, 0 * number), replace(lights, sun_colours=colours), torch.zeros(2, SIZE, SIZE, 3).double(),
        )  # fmt: skip
        return (shaded.textured * weights).sum()

    assert against_differences(value, lights.sun_colours) > 0.9999
    args = seen_points(scene)
    moved = args[0].clone().requires_grad_()
    lit = sunlit(moved, surface.triangles, *args[1:], towards[None], 128, visibility)
    assert not lit.requires_grad


def test_pictures_without_shadows_ask_for_no_depth_maps(scene):
    asked = []

    def see(clip, triangles, height, width, one_sided=None):
        asked.append((height, width))
        return visibility(clip, triangles, height, width, one_sided)

    vertices, surface = scene
    number, sun = torch.ones(()).double(), unit(f64(0.0, 0.5, 0.8))
    for shadows in (0, 96):
        render(
            vertices.expand(2, -1, -1), surface, cameras(), torch.full((1, 4, 4, 3), 0.5).double(),
            Material(number, 0 * number), sky(f64(0, 0, 0), sun, f64(1, 1, 1), shadows),
            torch.zeros(2, SIZE, SIZE, 3).double(), Renderer("counted", see),
        )  # fmt: skip
    assert asked == [(SIZE, SIZE), (SIZE, SIZE), (96, 96)]
