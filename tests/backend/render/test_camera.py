import math

import pytest
import torch
from clipmatrix.render import look_at, orbit, orthographic, perspective

TARGET = torch.tensor([0.2, -0.1, 0.9], dtype=torch.float64)


def values(*numbers):
    return torch.tensor(numbers, dtype=torch.float64)


def ndc(cameras, *points):
    clip = cameras.project(torch.stack(points))
    return clip[..., :3] / clip[..., 3:]


def test_azimuth_0_stands_in_front_of_a_face_that_looks_to_minus_y():
    placed = orbit(values(0, math.pi / 2), values(0, 0), values(2, 2), TARGET)
    assert torch.allclose(placed[0, :3, 3], TARGET + values(0, -2, 0))
    assert torch.allclose(placed[1, :3, 3], TARGET + values(2, 0, 0))


def test_the_character_s_left_hand_is_on_the_right_of_the_front_picture():
    cameras = perspective(orbit(values(0), values(0), values(3), TARGET), 0.8)
    left, above = ndc(cameras, TARGET + values(0.3, 0, 0), TARGET + values(0, 0, 0.3))[0]
    assert left[0] > 0.1
    assert above[1] > 0.1
    assert left[1].abs() < 1e-12


@pytest.mark.parametrize("elevation", [-math.pi / 2, -0.4, 0.0, 1.2, math.pi / 2])
def test_the_target_is_in_the_middle_at_the_right_distance(elevation):
    placed = orbit(values(0.7), values(elevation), values(2.5), TARGET)
    cameras = perspective(placed, 0.9)
    clip = cameras.project(TARGET[None])[0, 0]
    assert torch.allclose(clip[:2], values(0, 0), atol=1e-12)
    assert clip[3].item() == pytest.approx(2.5)
    assert torch.allclose(placed[0, :3, :3] @ placed[0, :3, :3].T, torch.eye(3, dtype=torch.float64), atol=1e-12)
    assert torch.linalg.det(placed[0, :3, :3]).item() == pytest.approx(1)


def test_looking_from_the_same_place_gives_the_same_camera():
    placed = orbit(values(0.7, -2), values(0.3, -0.5), values(2, 3), TARGET)
    assert torch.allclose(placed, look_at(placed[:, :3, 3], TARGET))


def test_the_field_of_view_reaches_from_edge_to_edge():
    fov = values(0.6, 1.2)
    placed = orbit(values(0, 0), values(0, 0), values(2, 2), TARGET)
    up = 2 * torch.tan(fov / 2)
    cameras = perspective(placed, fov, aspect=2.0)
    for view in range(2):
        top, side = TARGET + up[view] * values(0, 0, 1), TARGET + 2 * up[view] * values(1, 0, 0)
        assert ndc(cameras, top, side)[view][0, 1].item() == pytest.approx(1)
        assert ndc(cameras, top, side)[view][1, 0].item() == pytest.approx(1)


@pytest.mark.parametrize(
    "make", [lambda p: perspective(p, 0.8, near=0.5, far=7), lambda p: orthographic(p, 2, 1, 0.5, 7)]
)
def test_the_near_plane_is_minus_one_and_the_far_plane_one(make):
    cameras = make(orbit(values(0), values(0), values(3), TARGET))
    near, far = ndc(cameras, TARGET + values(0, -2.5, 0), TARGET + values(0, 4, 0))[0]
    assert near[2].item() == pytest.approx(-1)
    assert far[2].item() == pytest.approx(1)


def test_orthographic_size_does_not_depend_on_the_distance():
    placed = orbit(values(0.4), values(0.2), values(3), TARGET)
    up, towards = placed[0, :3, 1], placed[0, :3, 2]
    cameras = orthographic(placed, height=1.6)
    near, far = ndc(cameras, TARGET + towards + 0.4 * up, TARGET - towards + 0.4 * up)[0]
    assert near[1].item() == pytest.approx(0.5)
    assert far[1].item() == pytest.approx(0.5)
    directions = torch.nn.functional.normalize(cameras.positions - torch.stack([TARGET, TARGET + 0.5]), dim=1)
    assert torch.allclose(directions[0], directions[1], atol=1e-3)


def test_everything_is_differentiable():
    def project(azimuth, elevation, distance, target, fov):
        placed = orbit(azimuth, elevation, distance, target)
        both = perspective(placed, fov), orthographic(look_at(placed[:, :3, 3], target), distance)
        return torch.cat([cameras.project(values(0.3, 0.2, 0.5)[None]) for cameras in both])

    inputs = [values(0.4), values(0.3), values(2.0), TARGET.clone(), values(0.8)]
    assert torch.autograd.gradcheck(project, [value.requires_grad_() for value in inputs])
