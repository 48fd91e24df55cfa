"""One small hand-made message with arrays per kind that carries any, to be spoilt by tests."""

import numpy as np
from clipmatrix_protocol import (
    Body,
    BodyShape,
    Brief,
    Character,
    Done,
    Failed,
    Hello,
    Look,
    Message,
    Motion,
    Part,
    Prompt,
    Shape,
    State,
    Submit,
    Summary,
    Update,
    Validity,
)

CORNERS = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float32)


def part() -> Part:
    return Part(
        name="tetrahedron",
        vertices=CORNERS,
        triangles=np.array([[0, 2, 1], [0, 1, 3]], np.int32),
        corner_uvs=np.zeros((2, 3, 2), np.float32),
        texture=0,
        skin_joints=np.zeros((4, 1), np.int32),
        skin_weights=np.ones((4, 1), np.float32),
        shapes=np.array([0], np.int32),
        shape_deltas=np.zeros((1, 4, 3), np.float32),
    )


def submit() -> Submit:
    character = Character(
        name="someone",
        parts=(part(),),
        shapes=(Shape("fat", 0.0, 0.0, 1.0),),
        joints=("root",),
        poses=np.eye(4, dtype=np.float32)[None, None],
        textures=1,
        start_textures=(np.full((2, 2, 3), 128, np.uint8),),
        start_offsets=(np.zeros((4, 3), np.float32),),
        start_normal_maps=(np.full((2, 2, 3), 128, np.uint8),),
    )
    return Submit("job-1", character, Brief((Prompt("a red figure"),)))


def body() -> Body:
    return Body(
        name="figure",
        licence="CC0",
        vertices=CORNERS,
        polygons=np.array([[0, 2, 1, -1], [0, 1, 2, 3]], np.int32),
        polygon_uvs=np.zeros((2, 4, 2), np.float32),
        joints=("root", "child"),
        parents=np.array([-1, 0], np.int32),
        heads=np.zeros((2, 3), np.float32),
        tails=np.ones((2, 3), np.float32),
        skin_joints=np.array([[0, 1]] * 4, np.int32),
        skin_weights=np.full((4, 2), 0.5, np.float32),
        shapes=(BodyShape("fat", 0.0, 1.0, False, CORNERS),),
        motions=(Motion("walk", 24.0, np.zeros((3, 2, 3), np.float32), np.zeros((3, 3), np.float32)),),
    )


def state() -> State:
    texels = np.zeros((2, 2, 3), np.uint8)
    return State(np.array([0.5], np.float32), (CORNERS,), (texels,), Look(), (texels,))


def update() -> Update:
    return Update("job-1", 7, state())


def done() -> Done:
    summary = Summary(10, 1.5, False, 0.1, 0.3, Validity(1, 0, 0, 1.1), 100.0, "cpu", {"torch": "2"})
    return Done("job-1", state(), summary)


def all_examples() -> list[Message]:
    return [Hello(1, "test", "s"), submit(), body(), update(), done(), Failed("internal", "what", "do", "job-1")]
