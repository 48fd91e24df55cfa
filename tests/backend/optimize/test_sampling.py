import clipmatrix_protocol as protocol
import numpy as np
import pytest
import torch
from clipmatrix.character import assemble
from clipmatrix.optimize.pictures import cameras
from clipmatrix.optimize.sampling import draw_views, fixed_views, posed_bounds, stage
from msgspec.structs import replace


def homogeneous(points):
    return torch.cat([points, torch.ones(len(points), 1)], dim=1)


def on_screen(views, points):
    """Project points (N, 3): x, y in [-1, 1] inside the picture."""
    clip = torch.einsum("nij,nj->ni", cameras(views, torch.device("cpu")).world_to_clip, homogeneous(points))
    assert (clip[:, 3] > 0).all()
    return clip[:, :2] / clip[:, 3:]


def bounds_of(character):
    assembled = assemble(character)
    return posed_bounds(assembled, assembled.vertices)


def stage_of(character, *cameras, **regions):
    assembled = assemble(character)
    brief = protocol.Brief(prompts=(protocol.Prompt("x"),), cameras=cameras or (protocol.CameraOrbit(),))
    return stage(assembled, assembled.vertices, brief, regions)


def draw(character, count=400, seed=0, **orbit_settings):
    generator = torch.Generator().manual_seed(seed)
    return draw_views(stage_of(character, protocol.CameraOrbit(**orbit_settings)), count, generator)


def test_all_poses_and_all_sides_are_seen(character):
    views = draw(character)
    assert torch.bincount(views.poses, minlength=3).min() > 90
    assert torch.histc(views.azimuths, bins=8, min=-180, max=180).min() == 50


def test_views_stay_within_the_orbit_that_was_asked_for(character):
    views = draw(character, azimuth=(-30.0, 30.0), elevation=(5.0, 20.0), field_of_view=(40.0, 45.0))
    for drawn, low, high in ((views.azimuths, -30, 30), (views.elevations, 5, 20), (views.fields_of_view, 40, 45)):
        assert low <= drawn.min()
        assert drawn.max() <= high
        assert drawn.max() - drawn.min() > 0.8 * (high - low)


def test_most_views_show_the_whole_character_and_some_come_closer(character):
    views = draw(character)
    low, high = bounds_of(character)[views.poses].unbind(dim=1)
    ends = []
    for z in (low[:, 2], high[:, 2]):
        point = (low + high) / 2
        point[:, 2] = z
        ends.append(on_screen(views, point).abs().amax(dim=1) < 1)
    whole = (ends[0] & ends[1]).float().mean()
    assert 0.65 < whole < 0.85


def test_a_whole_view_is_filled_by_the_character(character):
    views = fixed_views(stage_of(character))
    low, high = bounds_of(character)[views.poses].unbind(dim=1)
    top = (low + high) / 2
    top[:, 2] = high[:, 2]
    height = on_screen(views, top)[:, 1]
    assert (0.5 < height).all()
    assert (height < 1).all()


def test_the_frame_does_not_follow_a_character_that_grows(character):
    before = fixed_views(stage_of(character))
    again = fixed_views(stage_of(character))
    assert torch.equal(before.placements, again.placements)
    assert before.poses.unique().tolist() == [0, 1, 2]


def test_the_same_seed_draws_the_same_views(character):
    first, second, other = draw(character, seed=1), draw(character, seed=1), draw(character, seed=2)
    assert torch.equal(first.placements, second.placements)
    assert torch.equal(first.azimuths, second.azimuths)
    assert not torch.equal(first.azimuths, other.azimuths)


def test_a_flat_character_gets_cameras_at_a_distance(character):
    flat = stage_of(character)
    flat.frames[..., 2] = 0.0
    views = draw_views(flat, 50, torch.Generator().manual_seed(0))
    assert torch.isfinite(views.placements).all()
    assert (views.placements[:, :3, 3] - flat.frames[0, views.poses].mean(dim=1)).norm(dim=1).min() > 0


def top_half(character):
    heights = assemble(character).vertices[:, 2]
    return (heights > heights.median()).float()


def test_each_camera_is_drawn_as_often_as_its_share_says(character):
    cameras = (
        protocol.CameraOrbit(share=1.0),
        protocol.CameraRegion("top", share=2.0),
        protocol.CameraOrbit(name="low", elevation=(0.0, 5.0), share=5.0),
    )
    views = draw_views(stage_of(character, *cameras, top=top_half(character)), 800, torch.Generator().manual_seed(0))
    assert torch.bincount(views.sources).tolist() == [100, 200, 500]
    assert views.elevations[views.sources == 2].max() <= 5.0
    assert torch.histc(views.azimuths[views.sources == 1], bins=4, min=-180, max=180).min() > 30


def test_a_region_fills_the_picture_in_every_pose(character):
    region = top_half(character)
    views = draw_views(
        stage_of(character, protocol.CameraRegion("top"), top=region), 60, torch.Generator().manual_seed(0)
    )
    assembled = assemble(character)
    boxes = posed_bounds(assembled, assembled.vertices, region > 0)[views.poses]
    assert views.poses.unique().tolist() == [0, 1, 2]
    assert (on_screen(views, boxes.mean(dim=1)).abs() < 0.25).all()
    ends = [on_screen(views, torch.cat([boxes.mean(dim=1)[:, :2], boxes[:, end, 2:]], dim=1)) for end in (0, 1)]
    height = (ends[1] - ends[0])[:, 1].abs()
    whole = posed_bounds(assembled, assembled.vertices)[views.poses]
    assert (height > 0.3).all()
    assert (boxes[:, 1, 2] - boxes[:, 0, 2] < whole[:, 1, 2] - whole[:, 0, 2]).all()


def test_a_fixed_camera_stands_where_the_artist_put_it_and_strays_only_if_told(character):
    placement = ((1.0, 0.0, 0.0, 0.3), (0.0, 0.0, -1.0, -4.0), (0.0, 1.0, 0.0, 1.0), (0.0, 0.0, 0.0, 1.0))
    still, straying = (
        draw_views(
            stage_of(character, protocol.CameraFixed(placement, 35.0, jitter)), 40, torch.Generator().manual_seed(0)
        )
        for jitter in (0.0, 0.1)
    )
    assert torch.equal(still.placements, torch.tensor(placement).expand(40, 4, 4))
    assert (still.fields_of_view == 35.0).all()
    assert still.azimuths.abs().max() < 15  # it looks at the front
    moved = (straying.placements[:, :3, 3] - torch.tensor([0.3, -4.0, 1.0])).norm(dim=1)
    assert moved.max() > 0.1
    assert moved.max() < 1.0
    aim = torch.tensor([[0.3, 0.0, 1.0]]).expand(40, 3)
    assert (on_screen(straying, aim).abs() < 0.1).all()


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e3])
def test_ants_and_ships_lie_between_the_clipping_planes(character, size):
    parts = tuple(replace(part, vertices=part.vertices * np.float32(size)) for part in character.parts)
    scaled = replace(character, parts=parts, poses=character.poses * np.float32([1, 1, 1, size]))
    for orbit in (protocol.CameraOrbit(), protocol.CameraOrbit(projection="orthographic")):
        views = draw_views(stage_of(scaled, orbit), 20, torch.Generator().manual_seed(0))
        middle = bounds_of(scaled)[views.poses].mean(dim=1)
        clip = torch.einsum("nij,nj->ni", cameras(views, torch.device("cpu")).world_to_clip, homogeneous(middle))
        assert (clip[:, 2].abs() < clip[:, 3]).all()
