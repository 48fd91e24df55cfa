import clipmatrix_protocol as protocol
import numpy as np
import pytest
import torch
from clipmatrix.guidance.prompts import HARDLY_MOVED, SIDES, Seen, Targets, sides, similarity, targets
from clipmatrix.guidance.towers import load_tower

RED, BLUE = protocol.Prompt("a red figure"), protocol.Prompt("a blue figure")


@pytest.fixture(scope="module")
def embedded():
    return load_tower("embedded", torch.device("cpu"))


ORBIT = (protocol.CameraOrbit(),)


def brief(*prompts, cameras=ORBIT, view_words=False):
    return protocol.Brief(prompts=prompts, cameras=cameras, settings=protocol.Settings(view_words=view_words))


def seen(vectors, *, sources=None, start=None, side=None):
    count = len(vectors)
    nothing = torch.zeros(count, dtype=torch.int64)
    return Seen(vectors, start, nothing if side is None else side, nothing if sources is None else sources)


def test_weights_sum_to_one_in_magnitude_and_keep_their_sign(embedded):
    goal = targets(embedded, brief(RED, protocol.Prompt("a blue figure", weight=-3.0, shading="textured")))
    assert float(goal.textured.abs().sum() + goal.plain.abs().sum()) == pytest.approx(1.0)
    assert goal.textured[0] > 0 > goal.textured[1]
    assert goal.plain[1] == 0


def test_a_picture_that_is_the_prompt_is_most_similar(embedded):
    goal = targets(embedded, brief(protocol.Prompt("a red figure", shading="textured")))
    exact = similarity(seen(embedded.encode_text(["a red figure"])), goal, goal.textured)
    other = similarity(seen(embedded.encode_text(["a blue figure"])), goal, goal.textured)
    assert float(exact) == pytest.approx(1.0, abs=1e-5)
    assert other < exact - 0.3


def test_texts_are_told_the_side_only_if_asked(embedded):
    told, untold = (targets(embedded, brief(RED, view_words=asked)) for asked in (True, False))
    assert told.vectors.shape[1] == len(SIDES)
    assert untold.vectors.shape[1] == 1
    torch.testing.assert_close(told.vectors[0, 2], embedded.encode_text(["a red figure, back view"])[0])
    assert not torch.allclose(told.vectors[0, 0], told.vectors[0, 2], atol=1e-2)
    back = seen(told.vectors[:, 2], side=torch.tensor([2]))
    front = seen(told.vectors[:, 2], side=torch.tensor([0]))
    assert similarity(back, told, told.textured) > similarity(front, told, told.textured)


def test_azimuth_and_elevation_say_which_side_is_seen():
    azimuths = torch.tensor([0.0, 50.0, -50.0, 90.0, -90.0, 180.0, -170.0, 350.0, 20.0])
    elevations = torch.tensor([0.0, 0.0, 10.0, 0.0, 0.0, 0.0, 30.0, 0.0, 75.0])
    assert [SIDES[side].split()[0] for side in sides(azimuths, elevations).tolist()] == [
        "front", "front", "front", "side", "side", "back", "back", "front", "overhead",
    ]  # fmt: skip


def test_a_prompt_judges_only_what_its_own_cameras_see(embedded):
    cameras = (protocol.CameraOrbit(), protocol.CameraOrbit(name="low", elevation=(0.0, 5.0)))
    head = protocol.Prompt("a blue figure", cameras=("low",), shading="textured")
    goal = targets(embedded, brief(head, cameras=cameras))
    pictures = embedded.encode_text(["a red figure", "a blue figure"])
    through_low = similarity(seen(pictures, sources=torch.tensor([0, 1])), goal, goal.textured)
    elsewhere = similarity(seen(pictures, sources=torch.tensor([1, 0])), goal, goal.textured)
    unseen = similarity(seen(pictures, sources=torch.tensor([0, 0])), goal, goal.textured)
    assert float(through_low) == pytest.approx(1.0, abs=1e-5)
    assert elsewhere < through_low - 0.3
    assert float(unseen) == 0.0


def test_a_direction_is_away_from_what_the_character_was(embedded):
    asked = protocol.Prompt("a blue figure", origin="a red figure", shading="textured")
    goal = targets(embedded, brief(asked))
    red, blue, green = embedded.encode_text(["a red figure", "a blue figure", "a green figure"]).split(1)
    along = similarity(seen(blue, start=red), goal, goal.textured)
    back = similarity(seen(red, start=blue), goal, goal.textured)
    aside = similarity(seen(green, start=red), goal, goal.textured)
    assert float(along) == pytest.approx(1.0, abs=1e-5)
    assert float(back) == pytest.approx(-1.0, abs=1e-5)
    assert back < aside < along
    assert torch.isfinite(similarity(seen(red, start=red), goal, goal.textured))


def test_an_image_is_a_prompt_like_a_text(embedded):
    image = np.zeros((40, 60, 3), np.uint8)
    image[:, 10:50] = [200, 30, 30]
    image[:8] = [30, 30, 200]  # the bottom
    goal = targets(embedded, brief(protocol.Prompt(image=0)), (image,))
    upright = torch.tensor(image[::-1, 10:50].copy()).permute(2, 0, 1)[None] / 255
    torch.testing.assert_close(goal.vectors[0, 0], embedded.encode_image(upright)[0])


def test_a_direction_that_is_hardly_one_has_the_gradient_of_its_definition():
    drawn = torch.Generator().manual_seed(0)
    start, goal = torch.nn.functional.normalize(torch.randn(2, 1, 8, generator=drawn).double(), dim=-1)
    now = (start + 2e-7 * torch.randn(1, 8, generator=drawn)).requires_grad_()  # all that a job's first step sees
    one, none = torch.ones(1).double(), torch.zeros(1)
    asked = Targets(goal[None], torch.tensor([True]), one, none, torch.tensor([[True]]))
    (found,) = torch.autograd.grad(similarity(seen(now, start=start), asked, one), now)
    assert 0 < (now - start).norm() < 1e-6
    torch.testing.assert_close(found, goal / HARDLY_MOVED)
