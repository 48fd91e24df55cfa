"""The embedded figure survives the trip to Blender."""

import time
from collections.abc import Callable

import numpy as np
import pytest
from clipmatrix.bodies import JOINT_NAMES, load_figure
from clipmatrix.bodies.message import body_message
from clipmatrix.errors import JobError
from clipmatrix_protocol import Body, BodyRequest, Failed, decode, encode

from .conftest import backend_process
from .peer import Peer


def test_the_figure_arrives_as_it_was_loaded() -> None:
    figure = load_figure()
    body = decode([bytes(frame) for frame in encode(body_message("figure"))])
    assert isinstance(body, Body)
    assert body.joints == JOINT_NAMES
    assert np.array_equal(body.vertices, figure.vertices)
    assert np.array_equal(body.polygons, figure.faces)
    assert np.array_equal(body.polygon_uvs[7, 2], figure.uvs[figure.face_uvs[7, 2]])
    deltas = {shape.name: shape.deltas for shape in body.shapes}
    assert len(deltas) == len(body.shapes), "names are unique"
    assert np.array_equal(deltas["fat"], figure.shape_deltas[figure.shape_names.index("fat")])


def test_the_optimiser_gets_the_builds_and_the_artist_all_shapes() -> None:
    shapes = {shape.name: shape for shape in body_message("figure").shapes}
    free = {name for name, shape in shapes.items() if not shape.pinned}
    assert {"fat", "thin", "muscular", "masculine", "feminine"} <= free
    assert {"tall", "short", "child"} <= shapes.keys() - free, "they would need bones that move along"
    assert len(shapes) - len(free) > 50, "expressions are pinned"
    assert all(shape.low <= 0 < shape.high for shape in shapes.values())


def test_the_figure_brings_a_walk_and_a_wave() -> None:
    motions = {motion.name: motion for motion in body_message("figure").motions}
    assert set(motions) == {"walk", "wave"}
    assert all(np.ptp(motion.rotations, axis=0).max() > 0.3 for motion in motions.values())


def test_an_unknown_body_is_refused_by_name() -> None:
    with pytest.raises(JobError, match="no body 'centaur'") as caught:
        body_message("centaur")
    assert caught.value.code == "unknown_body"


def test_a_process_builds_the_body_it_offers(connect: Callable[[str], Peer]) -> None:
    with backend_process() as backend:
        peer = connect(backend.address)
        (name,) = peer.hello().bodies
        begin = time.monotonic()
        peer.say(BodyRequest(name))
        body = peer.hear(Body)
        assert time.monotonic() - begin < 15
        assert len(body.vertices) > 10_000
        peer.say(BodyRequest("centaur"))
        assert peer.hear(Failed).code == "unknown_body"
