"""Prompts with textures of their own."""

import clipmatrix_protocol as protocol
import msgspec
import numpy as np
import pytest
import torch
from clipmatrix.guidance.towers import load_tower
from clipmatrix.optimize.audition import first_colour
from clipmatrix.optimize.objective import objective
from clipmatrix.optimize.parameters import begin
from clipmatrix.optimize.random_draws import draw
from clipmatrix.optimize.scene import prepare
from clipmatrix.optimize.state import read

from .test_paint import noise, painted

CPU = torch.device("cpu")
BODY, BALL = protocol.Prompt("a red skittle", paints=("body",)), protocol.Prompt("a blue ball", paints=("ball",))
EVERYWHERE = protocol.Prompt("a shiny skittle")


def scene_of(character, tower, prompts):
    brief = protocol.Brief(prompts, settings=protocol.Settings(texture_size=64, resolution=64, views=2))
    return prepare(protocol.Submit("job", character, brief), (tower,), CPU)


@pytest.mark.parametrize("images", [(), (noise(0), noise(1)), (np.full((64, 64, 3), 230, np.uint8),) * 2])
def test_a_texture_that_no_prompt_paints_stays_exactly_at_its_start(run, character, tower, images):
    start = painted(character, *images) if images else character
    state = run(start, tower, steps=4, prompts=(BODY,))[0].state
    if images:
        np.testing.assert_array_equal(state.textures[1], images[1])
    else:
        assert len(np.unique(state.textures[1])) == 1
    assert not np.array_equal(state.textures[0], state.textures[1])
    assert all(offsets.any() for offsets in state.offsets)  # shape changes as ever


def test_a_prompt_that_sees_no_paint_leaves_it_to_the_others(run, character, tower):
    grey = np.full((64, 64, 3), 204, np.uint8)
    shape = protocol.Prompt("a fat skittle", shading="plain")
    state = run(painted(character, grey, grey), tower, prompts=(shape, BODY))[0].state
    np.testing.assert_array_equal(state.textures[1], grey)
    assert not np.array_equal(state.textures[0], grey)
    assert all(offsets.any() for offsets in state.offsets)


def gradients(character, tower, prompts):
    """Of one step: the levels' and the offsets'."""
    scene = scene_of(painted(character), tower, prompts)
    parameters = begin(scene)
    for leaf in (*parameters.paint.pyramid.leaves(), parameters.geometry.differential):
        leaf.requires_grad_()
    with torch.no_grad():
        start = read(parameters)
    objective(parameters, start, scene, draw(scene, torch.Generator().manual_seed(0))).backward()
    return parameters


def test_a_prompt_pulls_its_own_textures_as_hard_as_it_would_alone_and_no_others(character, tower):
    both = gradients(character, tower, (BODY, BALL))
    free = gradients(character, tower, tuple(msgspec.structs.replace(one, paints=()) for one in (BODY, BALL)))
    image, other = both.paint.pyramid.images[-1].grad, free.paint.pyramid.images[-1].grad
    assert image[0].any()
    assert image[1].any()
    assert not torch.allclose(image, other, rtol=0.1)
    torch.testing.assert_close(both.geometry.differential.grad, free.geometry.differential.grad, rtol=1e-3, atol=1e-7)
    body = gradients(character, tower, (BODY, msgspec.structs.replace(BALL, weight=1e-9)))
    assert body.paint.pyramid.images[-1].grad[1].abs().max() < 1e-6 * body.paint.pyramid.images[-1].grad[0].abs().max()


def test_textures_of_different_prompts_share_no_grid(character, tower):
    def several(*prompts):
        return len(begin(scene_of(character, tower, prompts)).paint.pyramid.grids[0])

    assert several(EVERYWHERE) == 1
    assert several(EVERYWHERE, msgspec.structs.replace(BODY, paints=("body", "ball"))) == 1
    assert several(EVERYWHERE, BODY) == 2


def test_prompts_that_paint_everything_by_name_do_what_they_do_without(run, character, tower):
    names = tuple(part.name for part in character.parts)
    free, named = (
        run(character, tower, steps=3, prompts=(msgspec.structs.replace(EVERYWHERE, paints=paints),))[0].state
        for paints in ((), names)
    )
    for first, second in zip(free.textures, named.textures, strict=True):
        assert np.abs(first.astype(int) - second).max() <= 1


def test_each_part_is_auditioned_for_its_own_prompts(character):
    rigid = msgspec.structs.replace(
        character,
        shapes=tuple(msgspec.structs.replace(shape, low=shape.value, high=shape.value) for shape in character.shapes),
    )
    scene = scene_of(
        rigid,
        load_tower("embedded", CPU),
        (protocol.Prompt("a red figure", paints=("body",)), protocol.Prompt("a blue figure", paints=("ball",))),
    )
    parameters = begin(scene)
    found = first_colour(parameters, read(parameters), scene, lambda: False, lambda *_: None)
    assert found.shape == (2, 3, 1, 1, 1)
    body, ball = (
        found[int(group), :, 0, 0, 0] for group in parameters.paint.seen.layout.groups[:, :, 0, 0].argmax(dim=0)
    )
    assert body.argmax() == 0
    assert ball.argmax() == 2


def test_a_part_that_is_not_there_is_refused(character):
    brief = protocol.Brief((protocol.Prompt("a hat", paints=("hat",)),))
    with pytest.raises(ValueError, match="no part 'hat' for a prompt to paint; it has body, ball"):
        protocol.Submit("job", character, brief)
