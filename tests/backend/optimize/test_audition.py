import clipmatrix_protocol as protocol
import msgspec
import numpy as np
import pytest
import torch
from clipmatrix.guidance.towers import load_tower
from clipmatrix.optimize.audition import SHAPES, first_colour
from clipmatrix.optimize.fixed_views import Measure
from clipmatrix.optimize.parameters import begin
from clipmatrix.optimize.scene import prepare
from clipmatrix.optimize.state import read


@pytest.fixture(scope="module")
def embedded():
    return load_tower("embedded", torch.device("cpu"))


def first(character, tower, text, cancelled=lambda: False, looked=lambda *_: None, texture=1.0, others=(), **how):
    """What the whole body's colour begins with for a prompt, and others: (3,)."""
    brief = protocol.Brief(
        prompts=(protocol.Prompt(text, **how), *others),
        vary=protocol.Vary(texture=texture),
        settings=protocol.Settings(texture_size=64, resolution=64),
    )
    scene = prepare(protocol.Submit("job", character, brief), (tower,), torch.device("cpu"))
    parameters = begin(scene)
    return first_colour(parameters, read(parameters), scene, cancelled, looked)[0, :, 0, 0, 0]


def in_paint(character, colour):
    """The character in paint of one colour, sRGB 0..255."""
    return msgspec.structs.replace(character, start_textures=(np.full((64, 64, 3), colour, np.uint8),) * 2)


def rigid(character):
    """The character with shape keys that may not move."""
    shapes = tuple(msgspec.structs.replace(shape, low=shape.value, high=shape.value) for shape in character.shapes)
    return msgspec.structs.replace(character, shapes=shapes)


@pytest.mark.parametrize(
    ("colour", "signs"),
    [("red", (1, -1, -1)), ("green", (-1, 1, -1)), ("blue", (-1, -1, 1)), ("yellow", (1, 1, -1)), ("cyan", (-1, 1, 1))],
)
def test_a_job_begins_near_the_colour_that_is_meant(character, embedded, colour, signs):
    assert torch.sign(first(rigid(character), embedded, f"a {colour} figure")).tolist() == list(signs)


def test_where_a_shape_suits_better_than_any_colour_the_body_stays_grey(character, embedded):
    colours = [first(character, embedded, text) for text in ("a very fat figure", "a red figure")]
    assert not colours[0].any()
    assert colours[1].any()


@pytest.mark.parametrize("how", [{"shading": "plain"}, {"origin": "a red figure"}])
def test_a_prompt_to_which_all_colours_are_alike_leaves_the_body_grey(character, embedded, how):
    assert not first(rigid(character), embedded, "a red figure", **how).any()


def with_twitches(character, count):
    """The character with so many shape keys more that hardly move it, before its own."""
    body, *others = character.parts
    twitches = np.random.default_rng(0).normal(0, 1e-4, (count, *body.vertices.shape)).astype(np.float32)
    own = [msgspec.structs.replace(part, shapes=part.shapes + count) for part in (body, *others)]
    own[0] = msgspec.structs.replace(
        own[0],
        shapes=np.concatenate([np.arange(count, dtype=np.int32), own[0].shapes]),
        shape_deltas=np.concatenate([twitches, body.shape_deltas]),
    )
    shapes = tuple(protocol.Shape(f"twitch {number}", 0.0, 0.0, 1.0) for number in range(count)) + character.shapes
    return msgspec.structs.replace(character, parts=tuple(own), shapes=shapes)


@pytest.fixture
def looks(monkeypatch):
    """A list that grows by one with each look at a shape or a colour."""
    taken: list[str] = []

    def noted(name):
        look = getattr(Measure, name)
        monkeypatch.setattr(Measure, name, lambda *asked: (taken.append(name), look(*asked))[1])

    noted("similarity")
    noted("each")
    return taken


def test_of_many_shape_keys_those_that_move_the_surface_most_are_bent(character, embedded, looks):
    many = with_twitches(character, 60)
    assert not first(many, embedded, "a very fat figure").any(), "its own keys are among them"
    assert len(looks) == 1 + 27 + 2 * SHAPES


def test_a_job_that_is_cancelled_looks_no_further_and_begins_with_grey(character, embedded, looks):
    assert not first(character, embedded, "a red figure", lambda: len(looks) >= 5).any()
    assert len(looks) <= 7


def test_each_look_is_told_with_how_many_there_are(character, embedded):
    told = []
    first(character, embedded, "a red figure", looked=lambda *look: told.append(look))
    total = 27 + 2 * 2  # one of its three shapes is pinned
    assert told == [(number, total) for number in range(1, total + 1)]


def test_paint_of_another_colour_than_is_meant_gives_way(character, embedded):
    red, _, blue = first(in_paint(rigid(character), (200, 40, 40)), embedded, "a blue figure")
    assert red < -1
    assert blue > 1


@pytest.mark.parametrize(
    "others",
    [
        (protocol.Prompt("a very fat figure", shading="plain"), protocol.Prompt("a tall figure", shading="plain")),
        (protocol.Prompt("a person"), protocol.Prompt("a figure"), protocol.Prompt("a body")),
        (protocol.Prompt("a fat figure", origin="a thin figure"),),
    ],
)
def test_it_gives_way_whatever_else_is_asked_for(character, embedded, others):
    red, _, blue = first(in_paint(rigid(character), (200, 40, 40)), embedded, "a blue figure", others=others)
    assert red < -1
    assert blue > 1


def test_paint_of_several_colours_stays(character, embedded):
    paint = np.full((64, 64, 3), (200, 40, 40), np.uint8)
    paint[:, :32] = (20, 20, 160)
    several = msgspec.structs.replace(rigid(character), start_textures=(paint, paint))
    assert not first(several, embedded, "a green figure").any()


@pytest.mark.parametrize(
    "text",
    ["a red figure", "a person", "a very fat figure", "a person with a red shirt", "a striped figure", "a tall robot"],
)
def test_paint_that_a_prompt_can_live_with_stays(character, embedded, text):
    assert not first(in_paint(rigid(character), (200, 40, 40)), embedded, text).any()


def test_paint_gives_way_no_further_than_the_texture_may_change(character, embedded):
    red = in_paint(rigid(character), (200, 40, 40))
    fully, hardly = (first(red, embedded, "a blue figure", texture=texture) for texture in (1.0, 0.1))
    torch.testing.assert_close(hardly, 0.1 * fully)


@pytest.mark.parametrize(
    ("painted", "keep", "prompt", "looked_at"),
    [
        (False, 0.0, protocol.Prompt("a red skittle"), True),
        (True, 0.0, protocol.Prompt("a red skittle"), True),
        (True, 1.0, protocol.Prompt("a red skittle"), False),
        (True, 0.0, protocol.Prompt("a red skittle", origin="a blue skittle"), False),
        (True, 0.0, protocol.Prompt("a fat skittle", shading="plain"), False),
    ],
)
def test_colours_are_looked_at_where_they_may_change(run, character, tower, painted, keep, prompt, looked_at):
    came = in_paint(character, (200, 40, 40)) if painted else character
    _, said = run(came, tower, steps=1, prompts=(prompt,), keep=keep)
    told = [message.step for message in said if isinstance(message, protocol.Progress)]
    assert (told[0] == 0) == looked_at
