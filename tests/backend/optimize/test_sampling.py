import clipmatrix_protocol as protocol
import torch
from clipmatrix.character import assemble
from clipmatrix.optimize.pictures import cameras
from clipmatrix.optimize.sampling import draw_views, fixed_views, posed_bounds


def on_screen(views, points):
    """Project points (N, 3): x, y in [-1, 1] inside the picture."""
    homogeneous = torch.cat([points, torch.ones(len(points), 1)], dim=1)
    clip = torch.einsum("nij,nj->ni", cameras(views, torch.device("cpu")).world_to_clip, homogeneous)
    assert (clip[:, 3] > 0).all()
    return clip[:, :2] / clip[:, 3:]


def bounds_of(character):
    assembled = assemble(character)
    return posed_bounds(assembled, assembled.vertices)


def draw(character, count=400, seed=0, **orbit_settings):
    generator = torch.Generator().manual_seed(seed)
    return draw_views(bounds_of(character), protocol.CameraOrbit(**orbit_settings), count, generator)


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
    views = fixed_views(bounds_of(character), protocol.CameraOrbit())
    low, high = bounds_of(character)[views.poses].unbind(dim=1)
    top = (low + high) / 2
    top[:, 2] = high[:, 2]
    height = on_screen(views, top)[:, 1]
    assert (0.5 < height).all()
    assert (height < 1).all()


def test_the_frame_does_not_follow_a_character_that_grows(character):
    before = fixed_views(bounds_of(character), protocol.CameraOrbit())
    again = fixed_views(bounds_of(character), protocol.CameraOrbit())
    assert torch.equal(before.distances, again.distances)
    assert before.poses.unique().tolist() == [0, 1, 2]


def test_the_same_seed_draws_the_same_views(character):
    first, second, other = draw(character, seed=1), draw(character, seed=1), draw(character, seed=2)
    assert torch.equal(first.targets, second.targets)
    assert torch.equal(first.azimuths, second.azimuths)
    assert not torch.equal(first.azimuths, other.azimuths)


def test_a_flat_character_gets_cameras_at_a_distance(character):
    bounds = bounds_of(character).clone()
    bounds[..., 2] = 0.0
    views = draw_views(bounds, protocol.CameraOrbit(), 50, torch.Generator().manual_seed(0))
    assert torch.isfinite(views.distances).all()
    assert views.distances.min() > 0
