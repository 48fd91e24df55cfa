import pytest
import torch
from clipmatrix.render import Cameras, orbit, perspective
from clipmatrix.render.visibility import visibility
from hypothesis import given, settings
from hypothesis import strategies as st

from .scenes import brute_force, ellipsoid, generator, random_triangles


@pytest.mark.parametrize("seed", range(12))
def test_every_pixel_agrees_with_a_float64_reference(seed):
    clip, triangles = random_triangles(seed, count=60)
    ids = visibility(clip, triangles, 40, 56)
    expected, clear = brute_force(clip, triangles, 40, 56)
    assert torch.equal(ids[clear], expected[clear])
    assert clear.float().mean() > 0.99


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*[st.integers(-3, 3)] * 3, st.integers(-2, 3)), min_size=3, max_size=12))
def test_points_on_a_coarse_lattice_agree_with_the_reference(corners):
    count = len(corners) // 3
    clip = torch.tensor(corners[: 3 * count], dtype=torch.float32)[None]
    triangles = torch.arange(3 * count).view(-1, 3)
    expected, clear = brute_force(clip, triangles, 9, 7)
    assert torch.equal(visibility(clip, triangles, 9, 7)[clear], expected[clear])


def test_triangles_across_the_cameras_plane_are_among_the_random_scenes():
    clip, triangles = random_triangles(0, count=60)
    behind = (clip[..., 3] <= 0)[:, triangles]
    crossing = behind.any(-1) & ~behind.all(-1)
    shown = visibility(clip, triangles, 40, 56)
    assert sum(bool(crossing[view][shown[view].unique()[1:]].any()) for view in range(len(clip))) == len(clip)


def test_shared_edges_leave_neither_hole_nor_double():
    """A flat square cut into triangles at lattice points: every edge passes exactly through pixel centres."""
    size = 32
    grid = torch.stack(torch.meshgrid(torch.arange(9), torch.arange(9), indexing="ij"), -1).reshape(-1, 2)
    drawn = generator(3)
    for trial in range(6):
        corners = (grid * 4.0 + 0.5) / 36 * 2 - 1 if trial % 2 else grid / 4.0 - 1
        quads = (torch.arange(8)[:, None] * 9 + torch.arange(8)).reshape(-1)
        first = torch.stack([quads, quads + 9, quads + 10], 1)
        second = torch.stack([quads, quads + 10, quads + 1], 1)
        triangles = torch.cat([first, second])[torch.randperm(128, generator=drawn)]
        w = 1 + torch.rand(len(grid), generator=drawn)
        clip = torch.cat([corners, torch.zeros(len(grid), 1), torch.ones(len(grid), 1)], 1) * w[:, None]
        alone = torch.stack([visibility(clip[None], triangles[i : i + 1], size, size)[0] >= 0 for i in range(128)])
        together = visibility(clip[None], triangles, size, size)[0] >= 0
        assert alone.sum(0).max() == 1
        assert torch.equal(alone.any(0), together)
        if trial % 2 == 0:
            assert together.all()


def test_a_closed_surface_has_no_holes():
    vertices, surface = ellipsoid(60, dtype=torch.float32)
    angles = torch.arange(6) * 1.1
    cameras = perspective(orbit(angles, angles * 0.2, torch.full((6,), 0.9), torch.zeros(3)), 1.2)
    ids = visibility(cameras.project(vertices), surface.triangles, 128, 128)
    clip = cameras.project(vertices)[:, surface.triangles][..., [0, 1, 3]]
    front = torch.linalg.det(clip) > 0
    seen = ids >= 0
    assert seen.float().mean() > 0.3
    view = torch.arange(6)[:, None, None].expand_as(ids)[seen]
    assert front[view, ids[seen]].all(), "a back side shows through a crack"


def test_one_sided_triangles_are_not_seen_from_behind():
    vertices, surface = ellipsoid(24, dtype=torch.float32)
    far = torch.full((2,), 3.0)
    cameras = perspective(orbit(torch.tensor([0.0, 2.0]), torch.zeros(2), far, torch.zeros(3)), 0.8)
    clip = cameras.project(vertices)
    inside_out = surface.triangles.flip(1)
    whole = torch.ones(2, len(inside_out), dtype=torch.bool)
    usual = visibility(clip, surface.triangles, 64, 64)
    assert torch.equal(visibility(clip, surface.triangles, 64, 64, whole), usual)
    hollow = visibility(clip, inside_out, 64, 64, whole)
    for view in range(2):
        z = torch.linalg.det(clip[view, inside_out[hollow[view][hollow[view] >= 0]]][..., [0, 1, 3]])
        assert len(z) > 100
        assert (z > 0).all()
    second = torch.stack([~whole[0], whole[1]])
    assert torch.equal(visibility(clip, inside_out, 64, 64, second), torch.stack([usual[0], hollow[1]]))
    part = whole & (torch.arange(len(inside_out)) % 2 == 0)
    mixed = visibility(clip, inside_out, 64, 64, part)
    assert torch.equal(mixed[usual % 2 == 1], usual[usual % 2 == 1])
    assert (mixed[(usual >= 0) & (usual % 2 == 0)] != usual[(usual >= 0) & (usual % 2 == 0)]).all()


def test_the_lowest_id_wins_among_equals():
    corner = torch.tensor([[-1.0, -1, 0, 1], [3, -1, 0, 1], [-1, 3, 0, 1]])
    triangles = torch.tensor([[0, 1, 2], [2, 0, 1], [0, 2, 1], [1, 0, 2]])
    assert (visibility(corner[None], triangles, 5, 5) == 0).all()
    assert (visibility(corner[None], triangles, 5, 5, budget=1) == 0).all()


@pytest.mark.parametrize("budget", [1, 100, 5000])
def test_rounds_do_not_change_the_picture(budget):
    clip, triangles = random_triangles(5, count=80)
    whole = visibility(clip, triangles, 30, 30)
    assert torch.equal(whole, visibility(clip, triangles, 30, 30, budget=budget))


def test_repeats_are_bit_identical():
    clip, triangles = random_triangles(7, count=500)
    first = visibility(clip, triangles, 64, 64)
    assert all(torch.equal(first, visibility(clip, triangles, 64, 64)) for _ in range(3))


def test_an_empty_scene_is_empty():
    nothing = visibility(torch.zeros(2, 0, 4), torch.zeros(0, 3, dtype=torch.int64), 4, 6)
    assert torch.equal(nothing, torch.full((2, 4, 6), -1))
    behind = torch.tensor([[[0.0, 0, 0, -1], [1, 0, 0, -1], [0, 1, 0, -1]]])
    assert (visibility(behind, torch.tensor([[0, 1, 2]]), 4, 6) == -1).all()


def test_impossible_input_is_refused():
    clip, triangles = random_triangles(0, count=4)
    with pytest.raises(ValueError, match="clip_vertices"):
        visibility(clip[..., :3], triangles, 4, 4)
    with pytest.raises(ValueError, match="triangles"):
        visibility(clip, triangles.int(), 4, 4)
    with pytest.raises(ValueError, match="picture"):
        visibility(clip, triangles, 0, 4)


def test_cameras_are_plain_matrices():
    clip, triangles = random_triangles(0, count=4)
    identity = Cameras(torch.eye(4)[None], torch.zeros(1, 3))
    points = clip[:1, :, :3] * 0.1
    assert torch.equal(identity.project(points)[..., :3], points)
    assert visibility(identity.project(points), triangles, 8, 8).shape == (1, 8, 8)
