"""Hypothesis strategies that build valid messages, arrays of size zero included."""

import math
from typing import Any

import msgspec
import msgspec.inspect
import numpy as np
from clipmatrix_protocol import (
    PROTOCOL_VERSION,
    Accepted,
    Attach,
    Body,
    BodyRequest,
    BodyShape,
    Brief,
    CameraFixed,
    CameraOrbit,
    CameraRegion,
    Cancel,
    Character,
    Correctives,
    CorrectivesRequest,
    Done,
    Failed,
    Hello,
    Look,
    ModelRequest,
    Motion,
    Part,
    Pause,
    Paused,
    Ping,
    Pong,
    Progress,
    Prompt,
    Region,
    Resume,
    Resumed,
    Settings,
    Shape,
    State,
    Status,
    Submit,
    Summary,
    Sun,
    Update,
    Validity,
    Vary,
    Welcome,
)
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

Strategy = st.SearchStrategy[Any]

names = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
jobs = st.from_regex(r"\A[A-Za-z0-9_-]{1,64}\Z")
numbers = st.floats(allow_nan=False, allow_infinity=False)
counts = st.integers(0, 10_000)
sizes = st.integers(0, 4)
colours = st.tuples(numbers, numbers, numbers)


def floats(*shape: int) -> Strategy:
    return arrays.arrays(np.float32, shape, elements=st.floats(-1e6, 1e6, width=32))


def indices(low: int, high: int, *shape: int) -> Strategy:
    """Indices in [low, high); an array without elements where that range is empty."""
    if low >= high:
        return arrays.arrays(np.int32, (0, *shape[1:]))
    return arrays.arrays(np.int32, shape, elements=st.integers(low, high - 1))


def images(low: int = 0) -> Strategy:
    return st.tuples(st.integers(low, 4), st.integers(low, 4)).flatmap(lambda side: arrays.arrays(np.uint8, (*side, 3)))


def weights(rows: int, columns: int) -> Strategy:
    def normalised(raw: np.ndarray) -> np.ndarray:
        return (raw / raw.sum(axis=1, keepdims=True)).astype(np.float32)

    return arrays.arrays(np.float32, (rows, columns), elements=st.floats(0.125, 1, width=32)).map(normalised)


def tuples(element: Strategy, low: int = 0, high: int = 3) -> Strategy:
    return st.lists(element, min_size=low, max_size=high).map(tuple)


@st.composite
def parts(draw: st.DrawFn, joints: int, shapes: int, textures: int, triangles: int) -> Part:
    vertices = draw(st.integers(3 if triangles else 0, 6))
    influences = draw(st.integers(1, 3))
    used = draw(indices(0, shapes, draw(sizes)))
    return Part(
        name=draw(names),
        vertices=draw(floats(vertices, 3)),
        triangles=draw(indices(0, vertices, triangles, 3)),
        corner_uvs=draw(floats(triangles, 3, 2)),
        texture=draw(st.integers(0, textures - 1)),
        skin_joints=draw(indices(0, joints, vertices, influences)),
        skin_weights=draw(weights(vertices, influences)),
        shapes=used,
        shape_deltas=draw(floats(len(used), vertices, 3)),
    )


@st.composite
def shape_keys(draw: st.DrawFn) -> Shape:
    low, value, high = sorted(draw(st.tuples(numbers, numbers, numbers)))
    return Shape(draw(names), value, low, high)


@st.composite
def characters(draw: st.DrawFn) -> Character:
    joints, shapes = draw(tuples(names, 1)), draw(tuples(shape_keys()))
    triangles = [draw(st.integers(1, 4)), *draw(st.lists(sizes, max_size=2))]
    textures = draw(st.integers(1, len(triangles)))
    own = tuple(draw(parts(len(joints), len(shapes), textures, count)) for count in triangles)
    return Character(
        name=draw(names),
        parts=own,
        shapes=shapes,
        joints=joints,
        poses=draw(floats(draw(st.integers(1, 3)), len(joints), 4, 4)),
        textures=textures,
        start_textures=draw(st.just(()) | st.tuples(*[images(1)] * textures)),
        repaint=draw(st.booleans()),
        start_offsets=draw(st.just(()) | st.tuples(*[floats(*part.vertices.shape) for part in own])),
        start_look=draw(looks),
        regions=draw(regions([len(part.vertices) for part in own])),
        start_normal_maps=draw(st.just(()) | st.tuples(*[images(1)] * textures)),
    )


@st.composite
def regions(draw: st.DrawFn, counts: list[int]) -> tuple[Region, ...]:
    made = []
    for name in draw(st.lists(names.filter(bool), max_size=2, unique=True)):
        weights = [draw(arrays.arrays(np.float32, count, elements=st.floats(0, 1, width=32))) for count in counts]
        if any(part.any() for part in weights):
            made.append(Region(name, tuple(weights)))
    return tuple(made)


@st.composite
def submissions(draw: st.DrawFn) -> Submit:
    character, exemplars = draw(characters()), draw(tuples(images(1)))
    regions = [region.name for region in character.regions]
    cameras = draw(st.lists(camera_kinds(regions), min_size=1, max_size=3, unique_by=lambda camera: camera.name))
    kinds = prompt_kinds([camera.name for camera in cameras], [part.name for part in character.parts], len(exemplars))
    prompts = draw(tuples(kinds, low=1))
    locked = draw(tuples(st.sampled_from(regions))) if regions else ()
    return Submit(
        draw(jobs), character, Brief(prompts, draw(varying), tuple(cameras), locked, draw(settings)), exemplars
    )


def camera_kinds(regions: list[str]) -> Strategy:
    ranges = (between(-360, 360), between(-90, 90), between(1, 120))
    label, share = names.filter(bool), st.floats(0.1, 100)
    turned = st.floats(-3, 3).map(
        lambda angle: (
            (math.cos(angle), -math.sin(angle), 0.0, 1.0),
            (math.sin(angle), math.cos(angle), 0.0, -2.0),
            (0.0, 0.0, 1.0, 0.5),
            (0.0, 0.0, 0.0, 1.0),
        )
    )
    kinds = st.builds(CameraOrbit, *ranges, label, share, st.sampled_from(["perspective", "orthographic"]))
    kinds |= st.builds(CameraFixed, turned, st.floats(1, 120), st.floats(0, 1), label, share)
    return kinds | st.builds(CameraRegion, st.sampled_from(regions), *ranges, label, share) if regions else kinds


def prompt_kinds(cameras: list[str], parts: list[str], exemplars: int) -> Strategy:
    weight, shading = st.floats(-10, 10), st.sampled_from(["both", "textured", "plain"])
    seen, painted = tuples(st.sampled_from(cameras)), tuples(st.sampled_from(parts))
    kinds = st.builds(Prompt, names.filter(str.strip), weight, shading, st.none(), names, seen, painted)
    if not exemplars:
        return kinds
    images = st.integers(0, exemplars - 1)
    return kinds | st.builds(Prompt, st.just(""), weight, shading, images, st.just(""), seen, painted)


@st.composite
def bodies(draw: st.DrawFn) -> Body:
    vertices, joints, polygons = draw(st.integers(0, 5)), draw(tuples(names, 1, 4)), draw(sizes)
    corners = draw(indices(0, vertices, polygons, 4)).copy()
    corners[::2, 3] = -1
    influences = draw(st.integers(1, 3))
    return Body(
        name=draw(names),
        licence=draw(names),
        vertices=draw(floats(vertices, 3)),
        polygons=corners,
        polygon_uvs=draw(floats(len(corners), 4, 2) | floats(0, 4, 2)),
        joints=joints,
        parents=np.array([draw(st.integers(-1, index - 1)) for index in range(len(joints))], np.int32),
        heads=draw(floats(len(joints), 3)),
        tails=draw(floats(len(joints), 3)),
        skin_joints=draw(indices(0, len(joints), vertices, influences)),
        skin_weights=draw(weights(vertices, influences)),
        shapes=draw(
            tuples(
                st.builds(
                    BodyShape,
                    names,
                    numbers,
                    numbers,
                    st.booleans(),
                    floats(vertices, 3),
                    st.none() | floats(len(joints), 3),
                )
            )
        ),
        motions=draw(
            tuples(
                sizes.flatmap(
                    lambda frames: st.builds(Motion, names, numbers, floats(frames, len(joints), 3), floats(frames, 3))
                )
            )
        ),
    )


@st.composite
def correctives(draw: st.DrawFn) -> Correctives:
    shapes, vertices, frames = draw(sizes), draw(sizes), draw(sizes)
    weights = arrays.arrays(np.float32, (frames, shapes), elements=st.floats(0, 1, width=32))
    return Correctives(draw(floats(shapes, vertices, 3)), draw(weights))


def between(low: float, high: float) -> Strategy:
    return st.tuples(st.floats(low, high), st.floats(low, high)).map(lambda pair: tuple(sorted(pair)))


def any_value(kind: msgspec.inspect.Type) -> Strategy:
    """Whatever a field of this type may be."""
    match kind:
        case msgspec.inspect.Metadata(type=inner):
            return any_value(inner)
        case msgspec.inspect.BoolType():
            return st.booleans()
        case msgspec.inspect.IntType(ge=low, le=high, lt=limit):
            return st.integers(low, high if limit is None else limit - 1)
        case msgspec.inspect.FloatType(ge=low, le=high):
            return st.floats(low, high)
        case msgspec.inspect.StrType(min_length=least):
            return names.filter(bool) if least else names
        case msgspec.inspect.LiteralType(values=values):
            return st.sampled_from(values)
        case other:
            raise TypeError(f"no strategy for {other}")


def any_of(struct: type[msgspec.Struct]) -> Strategy:
    """Any instance of a Struct of plain fields."""
    fields = msgspec.inspect.type_info(struct).fields
    return st.builds(struct, **{field.name: any_value(field.type) for field in fields})


varying = any_of(Vary)
settings = any_of(Settings)

suns = st.builds(Sun, colours.filter(any), colours)
looks = st.builds(Look, st.floats(0, 1), st.floats(0, 1), colours, st.lists(suns, min_size=1, max_size=4).map(tuple))
states = st.builds(
    State,
    coefficients=sizes.flatmap(floats),
    offsets=tuples(sizes.flatmap(lambda count: floats(count, 3))),
    textures=tuples(images()),
    look=looks,
    normal_maps=tuples(images()),
)
summaries = st.builds(
    Summary,
    counts,
    numbers,
    st.booleans(),
    numbers,
    numbers,
    st.builds(Validity, counts, counts, counts, numbers),
    numbers,
    names,
    st.dictionaries(names, names, max_size=3),
    tuples(names),
)

statuses = st.builds(Status, st.booleans(), names, st.none() | st.floats(0, 1e9), names, counts)

MESSAGES: dict[str, Strategy] = {
    "hello": st.builds(Hello, st.just(PROTOCOL_VERSION) | st.integers(-(2**63), 2**63 - 1), names, names, names),
    "welcome": st.builds(Welcome, counts, names, names, tuples(names), tuples(names), statuses),
    "body_request": st.builds(BodyRequest, names),
    "model_request": st.builds(ModelRequest, names, st.integers(0, 300), st.integers(0, 100)),
    "correctives_request": st.builds(
        CorrectivesRequest, names, st.tuples(sizes, sizes).flatmap(lambda size: floats(*size, 3))
    ),
    "body": bodies(),
    "correctives": correctives(),
    "submit": submissions(),
    "attach": st.builds(Attach, jobs),
    "cancel": st.builds(Cancel, jobs),
    "pause": st.builds(Pause, jobs),
    "resume": st.builds(Resume, jobs),
    "paused": st.builds(Paused, jobs),
    "resumed": st.builds(Resumed, jobs),
    "ping": st.builds(Ping, numbers),
    "pong": st.builds(Pong, numbers, st.none() | numbers, statuses),
    "accepted": st.builds(Accepted, jobs, counts, tuples(names)),
    "progress": st.builds(Progress, jobs, counts, counts, numbers, numbers, numbers),
    "update": st.builds(Update, jobs, counts, states),
    "done": st.builds(Done, jobs, states, summaries),
    "failed": st.builds(
        Failed,
        st.sampled_from(["version", "secret", "bad_message", "diverged", "internal"]),
        names,
        names,
        st.none() | jobs,
    ),
}
"""One strategy per message type, by its tag on the wire."""
