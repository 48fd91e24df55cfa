"""Two sides of a seam are one point, in whatever order Blender lists their vertex groups."""

import clipmatrix_protocol as protocol
import numpy as np
import pytest
from clipmatrix.character import assemble, start_offsets, weld

SEAM = np.array([[0, 0, 0], [1, 0, 0], [0, 0, 1], [0, 0, 0], [0, 0, 1], [-1, 0, 0]], np.float32)


def points(joints, weights):
    part = protocol.Part(
        name="sheet",
        vertices=SEAM,
        triangles=np.array([[0, 1, 2], [3, 4, 5]], np.int32),
        corner_uvs=np.zeros((2, 3, 2), np.float32),
        texture=0,
        skin_joints=np.array(joints, np.int32),
        skin_weights=np.array(weights, np.float32),
        shapes=np.zeros(0, np.int32),
        shape_deltas=np.zeros((0, 6, 3), np.float32),
    )
    message = protocol.Character("x", (part,), (), ("a", "b"), np.tile(np.eye(4, dtype=np.float32), (1, 2, 1, 1)), 1)
    character = assemble(message)
    return len(weld(character, start_offsets(message))[0].vertices)


@pytest.mark.parametrize(
    ("joints", "weights", "expected"),
    [
        ([[0, 1]] * 6, [[0.3, 0.7]] * 6, 4),
        ([[0, 1]] * 3 + [[1, 0]] * 3, [[0.3, 0.7]] * 3 + [[0.7, 0.3]] * 3, 4),
        ([[0, 1]] * 6, [[0.3, 0.7]] * 3 + [[0.30000007, 0.69999993]] * 3, 4),
        ([[0, 1]] * 6, [[0.3, 0.7]] * 3 + [[0.7, 0.3]] * 3, 6),
    ],
)
def test_a_seam_is_closed(joints, weights, expected):
    assert points(joints, weights) == expected
