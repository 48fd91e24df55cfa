"""The CLIP that comes with the package: its size, its words, and what it sees."""

from collections.abc import Callable

import open_clip
import pytest
import torch
from clipmatrix.clip_names import EMBEDDED
from clipmatrix.guidance import Tower
from clipmatrix.guidance.towers import WEIGHTS
from torch import Tensor

COLOURS = {
    "red": (1.0, 0.05, 0.05), "green": (0.05, 0.8, 0.1), "blue": (0.05, 0.1, 1.0), "yellow": (1.0, 0.95, 0.05),
    "purple": (0.55, 0.05, 0.6), "orange": (1.0, 0.5, 0.0), "black": (0.02, 0.02, 0.02), "white": (1.0, 1.0, 1.0),
}  # fmt: skip
GREY = (0.5, 0.5, 0.5)
Portraits = Callable[..., Tensor]


def named(tower: Tower, portraits: Portraits) -> list[str]:
    """The colour that fits each of eight plainly coloured figures best."""
    texts = tower.encode_text([f"a {name} figure" for name in COLOURS])
    said = []
    for colour in COLOURS.values():
        views = tower.encode_image(portraits(colour, colour))
        said.append(list(COLOURS)[int((views @ texts.T).mean(dim=0).argmax())])
    return said


@pytest.mark.parametrize("name", EMBEDDED)
def test_a_model_is_small_and_loads_through_open_clip_itself(name: str) -> None:
    assert (WEIGHTS / name / "open_clip_model.safetensors").stat().st_size <= 12_000_000
    model, preprocess = open_clip.create_model_from_pretrained(f"local-dir:{WEIGHTS / name}")
    assert isinstance(model, open_clip.CLIP)
    assert preprocess is not None


@pytest.mark.parametrize("name", EMBEDDED)
def test_the_words_of_everyday_prompts_are_known(name: str, request: pytest.FixtureRequest) -> None:
    tower = request.getfixturevalue(name)
    for text in (
        *(f"a {colour} figure" for colour in (*COLOURS, "grey", "brown", "pink", "cyan")),
        "a person with a red shirt and blue trousers", "a figure with yellow and black stripes", "a person painted red",
        "someone wearing blue", "a figure made of gold", "a white figure with pink spots", "black and white checks",
        "a very fat figure", "a very thin figure", "a tall muscular man", "a child", "a short old woman",
    ):  # fmt: skip
        assert tower.unknown_words(text) == ()


def test_words_it_never_saw_are_named_in_order_and_once(embedded: Tower) -> None:
    assert embedded.unknown_words("A red Dragon, wearing a dragon helmet!") == ("dragon", "helmet")


def test_unknown_words_do_not_change_what_is_understood(embedded: Tower) -> None:
    plain, cluttered = embedded.encode_text(["a red figure", "a Red zyzzyva figure"])
    torch.testing.assert_close(plain, cluttered)


def test_it_names_the_colour_of_a_figure(embedded: Tower, portraits: Portraits) -> None:
    right = sum(said == name for said, name in zip(named(embedded, portraits), COLOURS, strict=True))
    assert right >= 7


def test_without_training_the_same_model_names_no_colours(untrained: Tower, portraits: Portraits) -> None:
    right = sum(said == name for said, name in zip(named(untrained, portraits), COLOURS, strict=True))
    assert right <= 3


@pytest.mark.parametrize("name", EMBEDDED)
def test_it_tells_which_half_has_which_colour(name: str, portraits: Portraits, request: pytest.FixtureRequest) -> None:
    tower = request.getfixturevalue(name)
    texts = tower.encode_text(
        ["a person with a red shirt and blue trousers", "a person with a blue shirt and red trousers"]
    )
    red_above = tower.encode_image(portraits(COLOURS["red"], COLOURS["blue"])) @ texts.T
    blue_above = tower.encode_image(portraits(COLOURS["blue"], COLOURS["red"])) @ texts.T
    assert red_above.mean(dim=0).argmax() == 0
    assert blue_above.mean(dim=0).argmax() == 1


@pytest.mark.parametrize("name", EMBEDDED)
def test_it_tells_fat_from_thin(name: str, portraits: Portraits, request: pytest.FixtureRequest) -> None:
    tower = request.getfixturevalue(name)
    fat, thin = tower.encode_text(["a very fat figure", "a very thin figure"])
    preference = [
        float((tower.encode_image(portraits(GREY, GREY, shapes)) @ (fat - thin)).mean())
        for shapes in ({"thin": 1.0}, {}, {"fat": 1.0})
    ]
    assert preference[0] < preference[1] < preference[2]
