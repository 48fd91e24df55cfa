"""Bodies from model files keep the protocol: what their shapes move, their UVs, their correctives."""

import msgspec
import numpy as np
import pytest
from clipmatrix_protocol import BodyShape, Correctives, CorrectivesRequest, ModelRequest, ProtocolError, decode, encode
from msgspec.structs import replace

from .examples import CORNERS, body


def test_a_shape_says_how_it_moves_every_joint() -> None:
    right = replace(body(), shapes=(BodyShape("tall", 0.0, 1.0, True, CORNERS, np.ones((2, 3), np.float32)),))
    found = decode(encode(right))
    assert np.array_equal(found.shapes[0].joints, np.ones((2, 3)))  # type: ignore[union-attr]
    with pytest.raises(ValueError, match="'tall': joints has shape"):
        replace(body(), shapes=(BodyShape("tall", 0.0, 1.0, True, CORNERS, np.ones((3, 3), np.float32)),))


def test_a_body_has_uvs_for_all_polygons_or_for_none() -> None:
    assert len(replace(body(), polygon_uvs=np.zeros((0, 4, 2), np.float32)).polygon_uvs) == 0
    with pytest.raises(ValueError, match="polygon_uvs has shape"):
        replace(body(), polygon_uvs=np.zeros((1, 4, 2), np.float32))


def test_weights_of_correctives_lie_between_0_and_1_and_are_one_a_shape() -> None:
    shapes = np.zeros((2, 4, 3), np.float32)
    for weights, said in (([[0, 1.5]], "outside of 0..1"), ([[-0.1, 1]], "outside of 0..1"), ([[1]], "has shape")):
        with pytest.raises(ValueError, match=said):
            Correctives(shapes, np.array(weights, np.float32))
    header, *frames = encode(Correctives(shapes, np.ones((3, 2), np.float32)))
    frames[msgspec.json.decode(header)["weights"]["frame"]] = np.full((3, 2), np.nan, np.float32).tobytes()
    with pytest.raises(ProtocolError, match="not finite"):
        decode([header, *frames])


def test_nobody_asks_for_more_shapes_than_a_model_has() -> None:
    for request in (ModelRequest("a", 301), ModelRequest("a", 10, -1)):
        with pytest.raises(ProtocolError):
            encode(request)


def test_poses_are_rotations_of_joints_over_frames() -> None:
    with pytest.raises(ValueError, match="rotations has shape"):
        CorrectivesRequest("a", np.zeros((2, 3), np.float32))
