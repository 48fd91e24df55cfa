"""Self-intersection: held against all pairs of triangles, each solved as equations in float64."""

import numpy as np
import pytest
from clipmatrix.mesh_checks.bvh import overlapping
from clipmatrix.mesh_checks.intersections import self_intersecting, touching
from hypothesis import given, settings
from hypothesis import strategies as st


def meets(segment, triangle):
    """Solve for where a segment (2, 3) cuts a triangle (3, 3)'s plane; whether that is inside of both."""
    a, b, c = triangle
    columns = np.stack([segment[0] - segment[1], b - a, c - a], axis=1)
    if abs(np.linalg.det(columns)) < 1e-14:
        return False
    along, u, v = np.linalg.solve(columns, segment[0] - a)
    return 0 <= along <= 1 and u >= 0 and v >= 0 and u + v <= 1


def brute_force(vertices, triangles):
    found = np.zeros(len(triangles), bool)
    for i, first in enumerate(triangles):
        for j, second in enumerate(triangles[:i]):
            if set(first) & set(second):
                continue
            one, other = vertices[first], vertices[second]
            edges = [(0, 1), (1, 2), (2, 0)]
            if any(meets(one[list(e)], other) for e in edges) or any(meets(other[list(e)], one) for e in edges):
                found[[i, j]] = True
    return found


@given(st.integers(0, 10_000), st.integers(2, 60), st.floats(0.05, 1.0))
@settings(max_examples=25, deadline=None)
def test_soups_of_triangles_agree_with_all_pairs(seed, count, size):
    rng = np.random.default_rng(seed)
    corners = rng.random((count, 1, 3)) + size * rng.normal(size=(count, 3, 3))
    vertices, triangles = corners.reshape(-1, 3), np.arange(3 * count).reshape(-1, 3)
    assert (self_intersecting(vertices, triangles) == brute_force(vertices, triangles)).all()


def test_a_crumpled_mesh_with_neighbours_agrees_with_all_pairs():
    side = 9
    x, y = np.meshgrid(np.arange(side), np.arange(side), indexing="ij")
    vertices = np.stack([x, y, 0 * x], -1).reshape(-1, 3) + np.random.default_rng(4).normal(0, 0.6, (side**2, 3))
    index = np.arange(side**2).reshape(side, side)
    corner = [index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]]
    triangles = np.concatenate([np.stack([corner[k] for k in c], -1).reshape(-1, 3) for c in ([0, 1, 2], [0, 2, 3])])
    found = self_intersecting(vertices, triangles)
    assert (found == brute_force(vertices, triangles)).all()
    assert 10 < found.sum() < len(triangles)


def test_boxes_that_overlap_are_found_once_each():
    rng = np.random.default_rng(2)
    low = rng.random((150, 3))
    high = low + 0.25 * rng.random((150, 3))
    pairs = overlapping(low, high)
    meet = ((low[:, None] <= high[None]) & (low[None] <= high[:, None])).all(-1)
    assert {tuple(pair) for pair in pairs} == {(i, j) for i in range(150) for j in range(i + 1, 150) if meet[i, j]}
    assert len(pairs) == len({tuple(pair) for pair in pairs})


FLOOR = [[0, 0, 0], [4, 0, 0], [0, 4, 0]]


@pytest.mark.parametrize(
    ("other", "touch"),
    [
        ([[1, 1, -1], [1, 1, 1], [2, 1, 1]], True),
        ([[1, 1, 1], [1, 2, 1], [2, 1, 1]], False),
        ([[5, 5, -1], [5, 5, 1], [6, 5, 1]], False),
        ([[1, 1, 0], [1, 1, 1], [2, 1, 1]], True),  # a corner on it
        ([[0.5, 0.5, 0], [2, 0.5, 0], [1, 1, 1]], True),  # an edge within it
        ([[-1, 1, 0], [5, 1, 0], [1, 1, 1]], True),  # an edge across it
        ([[1, 1, 0], [2, 1, 0], [1, 2, 0]], True),  # within it, in its plane
        ([[3, -1, 0], [5, 3, 0], [6, 0, 0]], True),  # across it, in its plane
        ([[3, 3, 0], [5, 3, 0], [3, 5, 0]], False),  # beside it, in its plane
        ([[-9, -9, 0], [30, -9, 0], [-9, 30, 0]], True),  # around it
    ],
)
def test_two_triangles_touch_or_not_whichever_comes_first_and_however_they_are_turned(other, touch):
    first, second = (np.array(corners, float)[None] for corners in (FLOOR, other))
    for turn in range(3):
        rolled = np.roll(second, turn, axis=1)
        assert touching(first, rolled)[0] == touching(rolled, first)[0] == touch
        assert touching(first[:, ::-1], rolled)[0] == touch


def test_neighbours_and_triangles_without_area_never_count():
    vertices = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0.2, 0.2, 1], [0.2, 0.2, -1], [0.2, 0.2, 2.0]])
    assert not self_intersecting(vertices, np.array([[0, 1, 2], [2, 3, 4]])).any()
    assert not self_intersecting(vertices, np.array([[0, 1, 2], [3, 4, 5]])).any()
    assert self_intersecting(vertices + np.eye(6, 3) * 0.1, np.array([[0, 1, 2], [3, 4, 5]])).sum() in (0, 2)


def test_one_triangle_or_none_is_no_intersection():
    assert not self_intersecting(np.eye(3), np.array([[0, 1, 2]])).any()
    assert len(self_intersecting(np.eye(3), np.zeros((0, 3), int))) == 0
