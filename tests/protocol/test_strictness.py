"""What does not keep the protocol is refused with the protocol's own error, in words."""

import json
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import pytest
from clipmatrix_protocol import (
    Brief,
    CameraFixed,
    CameraOrbit,
    Character,
    Hello,
    Message,
    Part,
    Ping,
    Progress,
    Prompt,
    ProtocolError,
    Region,
    Settings,
    Shape,
    decode,
    encode,
    mismatch,
)
from clipmatrix_protocol.arrays import MAX_FRAME_BYTES
from clipmatrix_protocol.codec import MAX_FRAMES, MAX_HEADER_BYTES

from .examples import body, part, submit, update


def spoilt(message: Message, change: Callable[[Any], None]) -> list[Any]:
    """Encode a message and change its header."""
    header, *frames = encode(message)
    value = json.loads(bytes(header))
    change(value)
    return [json.dumps(value).encode(), *frames]


def put(path: str, value: Any) -> Callable[[Any], None]:
    """Return a change that sets one value, addressed as in ``character.parts.0.name``."""

    def change(tree: Any) -> None:
        *way, last = (int(key) if key.isdigit() else key for key in path.split("."))
        for key in way:
            tree = tree[key]
        tree[last] = value

    return change


REFUSED = {
    "an unknown field": (put("surplus", 1), "unknown field"),
    "an unknown field deep inside": (put("character.parts.0.surplus", 1), "unknown field"),
    "an unknown message": (put("type", "launch"), "Invalid value"),
    "a message without a type": (lambda tree: tree.pop("type"), "missing required field `type`"),
    "a missing field": (lambda tree: tree.pop("brief"), "missing required field `brief`"),
    "a number as text": (put("brief.settings.steps", "3"), "Expected `int`"),
    "a value out of range": (put("brief.settings.steps", 0), ">= 1"),
    "an empty prompt": (put("brief.prompts.0.text", "  "), "empty"),
    "no prompt": (put("brief.prompts", []), "length >= 1"),
    "a job id that ends its line": (put("job", "job\n"), "regex"),
    "no pose": (put("character.poses.shape", [0, 1, 4, 4]), "bytes where"),
    "an element type that may not travel": (put("character.poses.dtype", "object"), "not allowed"),
    "an element type of another field": (put("character.parts.0.vertices.dtype", "int32"), "not float32"),
    "a byte count that does not fit": (put("character.parts.0.vertices.shape", [3, 3]), "48 bytes where"),
    "a shape of another rank": (put("character.parts.0.vertices.shape", [12]), "not anyx3"),
    "a shape without axes": (put("character.parts.0.texture", {}), "Expected `int`"),
    "a negative size": (put("character.poses.shape", [-1, -1, 4, 4]), "not possible"),
    "a size beyond any memory": (put("character.poses.shape", [0, 10**30, 4, 4]), "not possible"),
    "a size beyond this memory": (put("character.poses.shape", [2**29, 2**29, 4, 4]), "bytes where"),
    "a frame that is missing": (put("character.poses.frame", 99), "missing"),
    "a frame with a negative number": (put("character.poses.frame", -1), "missing"),
    "a frame used twice": (put("character.poses.frame", 0), "used twice"),
    "an array header with more in it": (put("character.poses.order", "F"), "unknown field"),
    "a texture that does not exist": (put("character.parts.0.texture", 1), "texture 1 of 1"),
    "a negative texture": (put("character.parts.0.texture", -1), "negative"),
    "more textures than parts": (put("character.textures", 2_000_000), "textures for 1 parts"),
    "a strength beyond its range": (put("brief.vary.normals", 11), "<= 10"),
    "no joint": (put("character.joints", []), "at least one part and one joint"),
    "an image that was not sent": (put("brief.prompts.0", {"text": "", "image": 0}), "exemplar 0 of 0"),
    "a part to paint that is not there": (put("brief.prompts.0.paints", ["hat"]), "no part 'hat'"),
    "a region to lock that is not there": (put("brief.locked", ["head"]), "no region 'head'"),
    "nested arrays without end": (put("character.poses", [[[[]]]]), "object"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_submit_that_breaks_a_rule_is_refused_with_the_reason(name: str) -> None:
    change, reason = REFUSED[name]
    with pytest.raises(ProtocolError, match=reason):
        decode(spoilt(submit(), change))


def test_recursion_ends_in_a_protocol_error() -> None:
    header = b'{"type":"submit","character":{"poses":' + b"[" * 100_000
    with pytest.raises(ProtocolError):
        decode([header])


def test_missing_surplus_and_swapped_frames_are_refused() -> None:
    header, *frames = encode(submit())
    with pytest.raises(ProtocolError, match="missing"):
        decode([header, *frames[:-1]])
    with pytest.raises(ProtocolError, match="frames arrived where"):
        decode([header, *frames, b""])
    with pytest.raises(ProtocolError, match="bytes where"):
        decode([header, *reversed(frames)])
    with pytest.raises(ProtocolError, match="empty"):
        decode([])


@pytest.mark.parametrize("header", [b"", b"{", b"\xff\xfe", b"null", b"[]", b'{"type":"ping","stamp":NaN}'])
def test_what_is_not_a_message_is_refused(header: bytes) -> None:
    with pytest.raises(ProtocolError):
        decode([header])


def test_oversize_messages_are_refused_unread() -> None:
    with pytest.raises(ProtocolError, match="larger than"):
        decode([b" " * (MAX_HEADER_BYTES + 1)])
    with pytest.raises(ProtocolError, match="larger than"):
        decode([b"{}", *[b""] * (MAX_FRAMES + 1)])


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_coordinates_that_are_not_finite_are_refused(value: float) -> None:
    header, *frames = encode(update())
    place = msgspec.json.decode(header)["state"]["offsets"][0]["frame"]
    frames[place] = np.full((4, 3), value, np.float32).tobytes()
    with pytest.raises(ProtocolError, match="not finite"):
        decode([header, *frames])


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("vertices", np.float32(0).reshape(()), "has shape"),
        ("vertices", np.zeros((4, 3), np.float64), "float64"),
        ("triangles", np.array([[0, 1, 4]], np.int32), "points outside"),
        ("triangles", np.array([[0, 1, -1]], np.int32), "points outside"),
        ("corner_uvs", np.zeros((1, 3, 2), np.float32), "has shape"),
        ("skin_joints", np.zeros((3, 1), np.int32), "has shape"),
        ("skin_weights", np.full((4, 1), 0.5, np.float32), "sum to 1"),
        ("skin_weights", np.full((4, 1), 0.99, np.float32), "sum to 1"),
        ("shape_deltas", np.zeros((2, 4, 3), np.float32), "has shape"),
    ],
)
def test_a_part_that_contradicts_itself_is_refused(field: str, value: np.ndarray, reason: str) -> None:
    fields = {name: getattr(part(), name) for name in Part.__struct_fields__}
    with pytest.raises(ValueError, match=reason):
        Part(**{**fields, field: value})


@pytest.mark.parametrize(
    ("maps", "reason"),
    [
        ((np.zeros((2, 2, 3), np.uint8),) * 2, "2 start normal maps for 1 textures"),
        ((np.zeros((2, 2, 2), np.uint8),), "not anyxanyx3"),
        ((np.zeros((2, 2, 3), np.float32),), "float32, not uint8"),
        ((np.zeros((0, 2, 3), np.uint8),), "start normal map 0 has no pixels"),
    ],
)
def test_normal_maps_are_checked_as_textures_are(maps: tuple[np.ndarray, ...], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        msgspec.structs.replace(submit().character, start_normal_maps=maps)
    if "start" not in reason:
        with pytest.raises(ValueError, match=f"^normal map 0 .*{reason}"):
            msgspec.structs.replace(update().state, normal_maps=maps)


def test_weights_must_not_be_negative_and_every_vertex_needs_some() -> None:
    fields = {name: getattr(part(), name) for name in Part.__struct_fields__}
    joints = np.zeros((4, 2), np.int32)
    with pytest.raises(ValueError, match="negative"):
        Part(**{**fields, "skin_joints": joints, "skin_weights": np.array([[1.5, -0.5]] * 4, np.float32)})
    with pytest.raises(ValueError, match="sum to 1"):
        Part(**{**fields, "skin_joints": joints[:, :0], "skin_weights": np.zeros((4, 0), np.float32)})


def test_indices_into_joints_shapes_and_parents_are_checked() -> None:
    for name, wrong in (("skin_joints", 1), ("shapes", 1)):
        header, *frames = encode(submit())
        header_of_array = msgspec.json.decode(header)["character"]["parts"][0][name]
        frames[header_of_array["frame"]] = np.full(header_of_array["shape"], wrong, np.int32).tobytes()
        with pytest.raises(ProtocolError, match=f"{name} points outside"):
            decode([header, *frames])
    header, *frames = encode(body())
    frames[msgspec.json.decode(header)["parents"]["frame"]] = np.array([-1, 1], np.int32).tobytes()
    with pytest.raises(ProtocolError, match="must stand before"):
        decode([header, *frames])


def test_polygon_indices_do_not_wrap_around() -> None:
    header, *frames = encode(body())
    corners = np.array([[0, 2, 1, 2**31 - 1], [0, 1, 2, 3]], np.int32)
    frames[msgspec.json.decode(header)["polygons"]["frame"]] = corners.tobytes()
    with pytest.raises(ProtocolError, match="points outside"):
        decode([header, *frames])


@pytest.mark.parametrize(
    "message",
    [
        Progress("j", 1, 2, float("nan"), 0.0, 0.0),
        Progress("j", 1, 2, float("inf"), 0.0, 0.0),
        Progress("no spaces", 1, 2, 0.0, 0.0, 0.0),
        Progress("j", 1, 2, np.float32(1), 0.0, 0.0),  # type: ignore[arg-type]
        Hello(1, "\ud800", ""),
        Ping("now"),  # type: ignore[arg-type]
    ],
)
def test_what_a_reader_would_refuse_is_not_sent(message: Message) -> None:
    with pytest.raises(ProtocolError):
        encode(message)


def test_an_array_that_is_too_large_is_not_sent() -> None:
    giant = np.broadcast_to(np.zeros(3, np.float32), (MAX_FRAME_BYTES // 12 + 1, 3))
    message = update()
    state = msgspec.structs.replace(message.state, offsets=(giant,))
    with pytest.raises(ProtocolError, match="too large"):
        encode(msgspec.structs.replace(message, state=state))


SHRUNK = ((0.9, 0.0, 0.0, 0.0), (0.0, 0.9, 0.0, 0.0), (0.0, 0.0, 0.9, 0.0), (0.0, 0.0, 0.0, 1.0))
"""A camera whose scale was left in."""

WHOLE = (np.ones(4, np.float32),)
"""Weights of a region that is all of the example's one part."""


def with_regions(*regions: Region) -> Character:
    """The example's character with regions."""
    return msgspec.structs.replace(submit().character, regions=regions)


@pytest.mark.parametrize(
    ("build", "reason"),
    [
        (lambda: CameraOrbit(azimuth=(10.0, -10.0)), "runs from 10.0 to -10.0"),
        (lambda: CameraOrbit(elevation=(-91.0, 0.0)), "elevation"),
        (lambda: CameraOrbit(elevation=(0.0, 91.0)), "elevation"),
        (lambda: CameraOrbit(field_of_view=(50.0, 121.0)), "field of view"),
        (lambda: CameraFixed(SHRUNK), "no rigid matrix"),
        (lambda: Region("head", (np.zeros(4, np.float32),)), "is empty"),
        (lambda: with_regions(Region("head", WHOLE), Region("head", WHOLE)), "two regions have one name"),
        (lambda: with_regions(Region("head", (WHOLE[0][:3],))), "not one weight for each vertex"),
        (lambda: CameraOrbit(field_of_view=(0.0, 50.0)), "field of view"),
        (lambda: Shape("fat", 2.0, 0.0, 1.0), "outside of 0.0..1.0"),
        (lambda: Prompt(" \t"), "empty"),
    ],
)
def test_values_that_make_no_sense_are_named(build: Callable[[], object], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        build()


def test_defaults_are_valid_on_the_wire() -> None:
    message = msgspec.structs.replace(submit(), brief=Brief((Prompt("a"),), settings=Settings()))
    assert decode(encode(message)).brief == message.brief  # type: ignore[union-attr]


def test_a_version_mismatch_names_the_side_to_update() -> None:
    assert mismatch(1, 1) is None
    assert "update the ClipMatrix extension" in (mismatch(1, 2) or "")
    assert "update the ClipMatrix backend" in (mismatch(2, 1) or "")
