"""Displacements follow the Basis: exactly where it is edited, by the whole map where it is scaled or turned."""

import numpy as np
import pytest

MAPS = {
    "scaled": 0.01 * np.eye(3),
    "scaled unevenly": np.diag([0.5, 2.0, 3.0]),
    "turned": np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]]),
    "mirrored": np.diag([-1.0, 1, 1]),
}


@pytest.fixture
def carrying(blender, rooms):
    return rooms("scene.carrying")


def _mesh(flat=False):
    places = np.random.default_rng(0).normal(size=(50, 3))
    return (places * [1, 1, 0 if flat else 1]).astype(np.float32).reshape(-1)


def _moved(points, change):
    return (points.reshape(-1, 3) @ change.T + [1, 2, 3]).astype(np.float32).reshape(-1)


@pytest.mark.parametrize("how", MAPS)
def test_a_mesh_that_is_moved_as_a_whole_says_how(carrying, how):
    then = _mesh()
    assert np.allclose(carrying.turned(then, _moved(then, MAPS[how])), MAPS[how], atol=1e-4)


@pytest.mark.parametrize("how", ["scaled", "turned"])
def test_how_a_flat_mesh_was_turned_is_found_with_its_normal(carrying, how):
    turn = MAPS[how] @ np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
    then = _mesh(flat=True)
    assert np.allclose(carrying.turned(then, _moved(then, turn)), turn, atol=1e-4)


def test_what_is_sculpted_is_no_turn(carrying):
    then = _mesh()
    now = then.copy()
    now[:30] += 0.5
    assert np.array_equal(carrying.turned(then, now), np.eye(3))
    points = then + np.float32(0.125)
    assert np.array_equal(carrying.carried(points, then, now), points + (now - then))


def test_nothing_is_lost_where_nothing_has_happened(carrying):
    then, points = _mesh(), _mesh(flat=True)
    assert np.array_equal(carrying.carried(points, then, then), points)


def test_numbers_that_are_none_are_no_turn(carrying):
    then = _mesh()
    now = then.copy()
    now[4] = np.nan
    assert np.array_equal(carrying.turned(then, now), np.eye(3))
