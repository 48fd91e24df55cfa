import clipmatrix_protocol as protocol
import msgspec
import pytest
import torch
from clipmatrix.guidance.towers import load_tower
from clipmatrix.optimize.audition import first_colour
from clipmatrix.optimize.parameters import begin
from clipmatrix.optimize.scene import prepare
from clipmatrix.optimize.state import read


@pytest.fixture(scope="module")
def embedded():
    return load_tower("embedded", torch.device("cpu"))


def first(character, tower, text):
    """What the whole body's colour begins with for a prompt: (3,)."""
    brief = protocol.Brief(prompts=(protocol.Prompt(text),), settings=protocol.Settings(texture_size=64, resolution=64))
    scene = prepare(protocol.Submit("job", character, brief), (tower,), torch.device("cpu"))
    parameters = begin(scene)
    return first_colour(parameters, read(parameters), scene)[0, :, 0, 0, 0]


@pytest.mark.parametrize(
    ("colour", "signs"),
    [("red", (1, -1, -1)), ("green", (-1, 1, -1)), ("blue", (-1, -1, 1)), ("yellow", (1, 1, -1)), ("cyan", (-1, 1, 1))],
)
def test_a_job_begins_near_the_colour_that_is_meant(character, embedded, colour, signs):
    rigid = msgspec.structs.replace(
        character,
        shapes=tuple(msgspec.structs.replace(shape, low=shape.value, high=shape.value) for shape in character.shapes),
    )
    assert torch.sign(first(rigid, embedded, f"a {colour} figure")).tolist() == list(signs)


def test_where_a_shape_suits_better_than_any_colour_the_body_stays_grey(character, embedded):
    colours = [first(character, embedded, text) for text in ("a very fat figure", "a red figure")]
    assert not colours[0].any()
    assert colours[1].any()
