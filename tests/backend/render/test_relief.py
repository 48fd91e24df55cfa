"""Normal maps: the right way round, the same in both pictures, with true gradients, and free where there is none."""

import importlib

import pytest
import torch
from clipmatrix.render import Material, Relief, frame, look_at, mesh, orthographic, render, sky
from clipmatrix.render import relief as relief_module
from clipmatrix.render.normals import vertex_normals
from clipmatrix.render.relief import tangents

from .test_gradients import LEAST, inputs, value  # noqa: F401  (a fixture)


def wall(turn=0.0, mirrored=False):
    """A square in the xz plane that faces -Y, u to the right (-u where mirrored) and v up, both turned by an angle."""
    corners = torch.tensor([[-1.0, 0, -1], [1, 0, -1], [1, 0, 1], [-1, 0, 1]]).double()
    triangles = torch.tensor([[0, 1, 2], [0, 2, 3]])
    angle = torch.tensor(turn).double()
    across, up = corners[:, 0], corners[:, 2]
    u, v = across * angle.cos() + up * angle.sin(), up * angle.cos() - across * angle.sin()
    uvs = torch.stack([-u if mirrored else u, v], dim=1) * 0.3 + 0.5
    return corners, mesh(triangles, uvs[triangles], torch.zeros(2, dtype=torch.int64))


def picture(corners, surface, slope, sun, *, flip=False):
    """Brightness of the wall in the middle, textured and plain, under one sun and a map of one slope."""
    triangles = surface.triangles.flip(1) if flip else surface.triangles
    uvs = surface.corner_uvs.flip(1) if flip else surface.corner_uvs
    surface = mesh(triangles, uvs, surface.slots)
    eye, sun = torch.tensor([[0.0, -3.0, 0.0]]).double(), torch.tensor(sun).double()
    slopes = torch.tensor(slope).double().expand(1, 8, 8, 2)
    images = render(
        corners[None],
        surface,
        orthographic(look_at(eye, torch.zeros(3).double()), 1.0),
        torch.full((1, 8, 8, 3), 0.5).double(),
        Material(torch.tensor(0.9).double(), torch.tensor(0.0).double()),
        sky(torch.zeros(3).double(), sun[None] / sun.norm(), torch.ones(1, 3).double()),
        torch.zeros(1, 4, 4, 3).double(),
        relief=Relief(slopes, frame(surface)),
    )
    return float(images.textured[0, 2, 2, 0]), float(images.plain[0, 2, 2, 0])


RIGHT, ABOVE = (1.0, -1.0, 0.0), (0.0, -1.0, 1.0)


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("shown", [0, 1])
def test_a_slope_leans_the_normal_towards_growing_u_and_v(shown, mirrored):
    corners, surface = wall(mirrored=mirrored)
    flat = picture(corners, surface, [0.0, 0.0], RIGHT)[shown]
    right = picture(corners, surface, [-0.5 if mirrored else 0.5, 0.0], RIGHT)[shown]
    assert right > flat + 0.02
    assert picture(corners, surface, [0.0, 0.5], ABOVE)[shown] > flat + 0.02
    assert picture(corners, surface, [0.0, -0.5], ABOVE)[shown] < flat - 0.02


def test_a_bump_seen_from_behind_is_a_dent():
    corners, surface = wall()
    for slope, sun in (([0.5, 0.0], RIGHT), ([0.0, 0.5], ABOVE)):
        flat, leaning = (picture(corners, surface, item, sun, flip=True) for item in ([0.0, 0.0], slope))
        assert leaning[0] < flat[0] - 0.02


def test_it_leans_by_the_arctangent_of_the_slope():
    corners, surface = wall()
    facing = picture(corners, surface, [0.0, 0.0], (0.0, -1.0, 0.0))
    leaning = picture(corners, surface, [1.0, 0.0], (1.0, -1.0, 0.0))  # its normal points at the sun
    assert leaning[1] == pytest.approx(facing[1], abs=0.01)  # but for the highlight


def test_the_frame_turns_with_the_uvs():
    corners, surface = wall(turn=0.7)
    (leaning,) = tangents(frame(surface), corners.t()[:, None], normals_of(corners, surface)).unbind(1)
    expected = torch.tensor([0.7]).cos().double(), torch.tensor([0.7]).sin().double()
    assert torch.allclose(leaning[0], expected[0])
    assert torch.allclose(leaning[2], expected[1])


def normals_of(corners, surface):
    return vertex_normals(corners.t()[:, None].contiguous(), surface.triangles)


def test_corners_with_one_uv_share_a_tangent_and_seams_part_them(textured_ball):
    made = frame(textured_ball.mesh)
    same_vertex = made.corners[(textured_ball.mesh.triangles == 0)].unique()
    assert len(same_vertex) <= 4  # two slots, two windings
    assert made.count < textured_ball.mesh.triangles.numel()
    doubled = mesh(
        textured_ball.mesh.triangles,
        torch.rand(len(textured_ball.mesh.triangles), 3, 2).double(),
        textured_ball.mesh.slots,
    )
    assert frame(doubled).count == textured_ball.mesh.triangles.numel()


def test_tangents_lie_in_the_surface_and_have_unit_length(textured_ball):
    places = textured_ball.vertices.t()[:, None].contiguous()
    normals = vertex_normals(places, textured_ball.mesh.triangles)
    made = frame(textured_ball.mesh)
    found = tangents(made, places, normals)
    assert torch.allclose(found.norm(dim=0), torch.ones(()).double())
    corners = normals[:, 0][:, textured_ball.mesh.triangles]
    assert (found[:, 0][:, made.corners] * corners).sum(0).abs().max() < 1e-9


@pytest.fixture
def embossed(inputs):  # noqa: F811
    generator = torch.Generator().manual_seed(4)
    slopes = 0.3 * torch.randn(2, 16, 16, 2, generator=generator).double()
    return inputs | {"relief": Relief(slopes, frame(inputs["mesh"]))}


def test_gradients_of_the_map(embossed, against_differences):
    def leaned(slopes):
        return value(embossed | {"relief": Relief(slopes, embossed["relief"].frame)})

    assert against_differences(leaned, embossed["relief"].slopes) > LEAST


def test_gradients_of_the_texture_beside_it(embossed, against_differences):
    assert against_differences(lambda textures: value(embossed | {"textures": textures}), embossed["textures"]) > LEAST


def test_a_flat_map_is_no_map(inputs):  # noqa: F811
    flat = Relief(torch.zeros(2, 16, 16, 2).double(), frame(inputs["mesh"]))
    plain, mapped = render(**inputs), render(**inputs, relief=flat)
    assert torch.allclose(plain.textured, mapped.textured, atol=1e-9)
    assert torch.allclose(plain.plain, mapped.plain, atol=1e-9)


def test_a_map_shows_in_both_pictures(inputs, embossed):  # noqa: F811
    plain, mapped = render(**inputs), render(**embossed)
    assert (plain.textured - mapped.textured).abs().mean() > 0.01
    assert (plain.plain - mapped.plain).abs().mean() > 0.01


def test_without_a_map_nothing_of_it_is_computed(inputs, monkeypatch):  # noqa: F811
    def never(*_):
        raise AssertionError

    room = importlib.import_module("clipmatrix.render.render")
    for name in ("lean", "seen_frame", "_side_by_side"):
        monkeypatch.setattr(room, name, never)
    assert render(**inputs).coverage.min() == 1


def test_a_surface_that_leans_away_from_the_eye_stays_a_front(textured_ball):
    view = torch.tensor([[0.0], [-1.0], [0.0]]).double()
    nearly = torch.tensor([[0.995], [-0.1], [0.0]]).double()
    tangent = torch.tensor([[0.1], [0.995], [0.0]]).double()
    one = torch.ones(1).double()
    for side in (1, -1):
        leaned = relief_module.lean(side * nearly, tangent, side * one, 0 * one, view)
        assert side * float((leaned * view).sum()) > 0
