"""What kinds of prompts do to the embedded figure under the embedded CLIP; measured in the result."""

import clipmatrix_protocol as protocol
import msgspec
import numpy as np
import pytest
import torch
from clipmatrix.bodies import load_figure
from clipmatrix.bodies.figure_character import figure_character
from clipmatrix.bodies.motions import walk
from clipmatrix.evaluate.judge import judge_tower
from clipmatrix.guidance import load_towers
from clipmatrix.optimize import optimise_with_towers
from clipmatrix.optimize.parameters import begin
from clipmatrix.optimize.pictures import pictures
from clipmatrix.optimize.sampling import fixed_views
from clipmatrix.optimize.scene import prepare
from clipmatrix.optimize.state import read

from tests.measures.appearance import mean_colour, visible_area

pytestmark = pytest.mark.timeout(900)  # a machine may be busy

CPU = torch.device("cpu")
PAINT_ALONE = protocol.Vary(shape=0.0, offsets=0.0, material=0.0, light=0.0)
SIZE = 64


@pytest.fixture(scope="module")
def towers():
    return load_towers("embedded", CPU)


@pytest.fixture(scope="module")
def figure():
    """The figure in the pose it begins its walk with, and at rest."""
    character = figure_character(walk(frames=4))
    names = load_figure().joint_names
    head = names.index("head")
    part = character.parts[0]
    weights = np.where(part.skin_joints == head, part.skin_weights, 0.0).sum(axis=1).astype(np.float32)
    return msgspec.structs.replace(character, regions=(protocol.Region("head", (weights,)),))


def painted(character, colour):
    """The character in one colour, sRGB 0..255."""
    return msgspec.structs.replace(character, start_textures=(np.full((SIZE, SIZE, 3), colour, np.uint8),))


def asked(character, *prompts, exemplars=(), cameras=None, steps=40):
    brief = protocol.Brief(
        prompts=prompts,
        vary=PAINT_ALONE,
        cameras=cameras or (protocol.CameraOrbit(),),
        settings=protocol.Settings(steps=steps, texture_size=SIZE, update_every=60.0, early_stop=False),
    )
    return protocol.Submit("job", character, brief, exemplars)


def grown(towers, job):
    """The texture that a job ends with, (H, W, 3) in [0, 1]."""
    return optimise_with_towers(job, towers, CPU, lambda message: None, lambda: False).state.textures[0] / 255.0


def shown(towers, character, texture=None):
    """Pictures of the character from its fixed views, (N, 3, h, w)."""
    if texture is not None:
        character = msgspec.structs.replace(character, start_textures=((texture * 255).round().astype(np.uint8),))
    scene = prepare(asked(character, protocol.Prompt("x")), towers, CPU)
    views = fixed_views(scene.stage)
    ground = torch.full((len(views.poses), scene.view_size, scene.view_size, 3), 0.5)
    with torch.no_grad():
        return pictures(read(begin(scene)), scene, views, ground).textured.permute(0, 3, 1, 2)


def colour_of(character, texture, chosen=None):
    """Mean visible colour, (3,), of the triangles whose corners are all chosen."""
    part = character.parts[0]
    areas = visible_area(part.vertices, part.triangles)
    if chosen is not None:
        areas = areas * chosen[part.triangles].all(axis=1)
    return mean_colour(part.corner_uvs, areas, texture)


def test_an_image_pulls_the_colours_towards_its_own(towers, figure):
    for channel in (0, 2):
        colour = np.zeros(3)
        colour[channel] = 230
        picture = shown(towers, painted(figure, colour))[0].permute(1, 2, 0).numpy()
        exemplar = np.ascontiguousarray((picture[::-1] * 255).round().astype(np.uint8))
        texture = grown(towers, asked(figure, protocol.Prompt(image=0), exemplars=(exemplar,), steps=25))
        seen = colour_of(figure, texture)
        assert seen.argmax() == channel, seen
        assert seen[channel] - np.delete(seen, channel).max() > 0.1, seen


def test_red_paint_turns_green_when_asked(towers, figure):
    red = painted(figure, (200, 40, 40))
    seen = colour_of(figure, grown(towers, asked(red, protocol.Prompt("a green figure"))))
    assert seen[1] - np.delete(seen, 1).max() > 0.2, seen  # left to itself it stays red


def test_a_direction_is_followed_from_the_first_step_on(towers, figure):
    skin = painted(figure, (205, 150, 125))
    red, green, blue = colour_of(figure, grown(towers, asked(skin, protocol.Prompt("a red figure", origin="a person"))))
    assert red - max(green, blue) > 0.4, (red, green, blue)  # 0.16 where the first step has gradients of rounding


def test_a_negative_prompt_lowers_the_judged_similarity_to_what_it_names(towers, figure):
    judge = judge_tower(CPU)
    red = painted(figure, (200, 40, 40))
    words = judge.encode_text(["a red figure"])

    def judged(pictures_of):
        with torch.no_grad():
            return float((judge.encode_image(pictures_of) @ words.T).mean())

    texture = grown(towers, asked(red, protocol.Prompt("a red figure", weight=-1.0)))
    assert judged(shown(towers, red, texture)) < judged(shown(towers, red)) - 0.02


def test_a_prompt_for_the_head_changes_the_head_more_than_the_rest(towers, figure):
    cameras = (protocol.CameraRegion(region="head", name="head"),)
    texture = grown(towers, asked(figure, protocol.Prompt("a red figure", cameras=("head",)), cameras=cameras))
    weights = figure.regions[0].weights[0]
    grey = np.array([0.5, 0.5, 0.5])
    head, rest = colour_of(figure, texture, weights > 0.5), colour_of(figure, texture, weights == 0)
    assert np.abs(head - grey).max() > 0.15, head
    assert np.abs(rest - grey).max() < 0.01, rest  # coarse colour is not shared with what nobody looks at


def test_head_and_body_may_be_asked_for_different_colours(towers, figure):
    cameras = (protocol.CameraOrbit(), protocol.CameraRegion(region="head", name="head", share=0.5))
    texture = grown(
        towers,
        asked(
            figure,
            protocol.Prompt("a blue figure", cameras=("orbit",)),
            protocol.Prompt("a red figure", cameras=("head",)),
            cameras=cameras,
            steps=60,
        ),
    )
    weights = figure.regions[0].weights[0]
    head, rest = colour_of(figure, texture, weights > 0.5), colour_of(figure, texture, weights == 0)
    assert head[0] > head[2] + 0.1, (head, rest)
    assert rest[2] > rest[0] + 0.1, (head, rest)
