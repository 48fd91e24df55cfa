"""A character that comes with paint of its own: where it starts, what holds it, what locks keep."""

import clipmatrix_protocol as protocol
import msgspec
import numpy as np
import pytest
import torch
from clipmatrix.guidance.towers import load_tower
from clipmatrix.optimize import regularise
from clipmatrix.optimize.parameters import begin
from clipmatrix.optimize.scene import is_plain, prepare
from clipmatrix.optimize.state import pack, read, read_full
from clipmatrix.optimize.texture.atlas import atlas, shares

from .test_constraints import covered_texels, with_region

CPU = torch.device("cpu")


def noise(seed=0, side=64):
    """A texture of every byte there is, black and white as well."""
    made = np.random.default_rng(seed).integers(0, 256, (side, side, 3), dtype=np.uint8)
    made[:8], made[8:16] = 0, 255
    return made


def painted(character, *images, **more):
    return msgspec.structs.replace(character, start_textures=images or (noise(0), noise(1)), **more)


def one_colour(*rgb):
    return np.full((1, 1, 3), rgb, np.uint8)


def scene_of(character, tower, *, locked=(), **settings):
    brief = protocol.Brief(
        (protocol.Prompt("a red skittle"),),
        locked=locked,
        settings=protocol.Settings(**{"texture_size": 64, "resolution": 64, **settings}),
    )
    return prepare(protocol.Submit("job", character, brief), (tower,), CPU)


def test_paint_that_nothing_has_changed_is_delivered_bit_for_bit(character, tower):
    scene = scene_of(painted(character), tower)
    state = pack(read_full(begin(scene)), scene)
    for texture, image in zip(state.textures, scene_textures(character), strict=True):
        np.testing.assert_array_equal(texture, image)


def scene_textures(character):
    return painted(character).start_textures


def test_white_and_black_can_be_left(run, character, tower):
    """Colour alone may change, so that the test is of that and not of how much the prompt speaks of it."""
    white, vary = np.full((64, 64, 3), 255, np.uint8), protocol.Vary(shape=0.0, offsets=0.0)
    for start in (white, 255 - white):
        state = run(painted(character, start, noise()), tower, steps=30, vary=vary)[0].state
        moved = np.abs(state.textures[0].astype(int) - start)
        assert np.quantile(moved, 0.9) > 50


def test_paint_as_white_as_it_gets_counts_as_much_as_grey_where_colour_and_shape_are_compared(character, tower):
    grey, white = np.full((64, 64, 3), 128, np.uint8), np.full((64, 64, 3), 255, np.uint8)
    gains = [
        begin(scene_of(painted(character, one, one), tower, keep=1.0)).paint.colour_gain() for one in (grey, white)
    ]
    assert gains == [pytest.approx(1.0, abs=0.01), pytest.approx(12.7, rel=0.01)]
    assert begin(scene_of(character, tower)).paint.colour_gain() == 1.0


def test_what_lies_between_the_islands_does_not_run_into_what_views_see(character, tower):
    small = msgspec.structs.replace(
        character,
        parts=tuple(msgspec.structs.replace(part, corner_uvs=part.corner_uvs / 2) for part in character.parts),
    )
    image = np.zeros((512, 512, 3), np.uint8)
    image[:256, :256] = 200
    parameters = begin(scene_of(painted(small, image, image), tower, texture_size=512))
    seen = read(parameters).textures
    assert seen.shape[1] == 128
    assert float(seen[:, :64, :64].min()) == pytest.approx(float(seen[0, 20, 20, 0]), abs=1e-4)


# -- what is paint ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("images", "plain"),
    [
        ((one_colour(206, 206, 206),) * 2, True),
        ((one_colour(0, 0, 0), np.full((4, 4, 3), 1, np.uint8)), True),
        ((one_colour(206, 206, 206), one_colour(40, 40, 40)), False),  # a pattern, of parts
        ((one_colour(230, 120, 30),) * 2, False),
        ((one_colour(206, 206, 206), noise()), False),
    ],
)
def test_one_colour_without_a_hue_is_no_paint(character, images, plain):
    assert is_plain(painted(character, *images), keep=0) is plain
    assert not is_plain(painted(character, *images), keep=0.1)
    assert is_plain(painted(character, *images, repaint=True), keep=0.1)
    assert is_plain(character, keep=0)


def test_a_plain_character_starts_from_the_colour_that_suits_and_kept_it_starts_from_its_own(run, character, tower):
    light = painted(character, one_colour(230, 230, 230), one_colour(230, 230, 230))
    bare, same = (run(one, tower, steps=3)[0].state for one in (character, light))
    for first, second in zip(bare.textures, same.textures, strict=True):
        np.testing.assert_array_equal(first, second)
    kept = run(light, tower, steps=3, keep=1.0)[0].state
    assert np.abs(kept.textures[0].astype(int) - 230).max() < 20


def test_a_character_painted_anew_forgets_its_paint(run, character, tower):
    bare, anew = (run(one, tower, steps=3)[0].state for one in (character, painted(character, repaint=True)))
    np.testing.assert_array_equal(bare.textures[0], anew.textures[0])


@pytest.mark.parametrize("more", [{}, {"repaint": True}])
def test_locked_texels_keep_what_the_character_shows_even_where_the_rest_is_painted_anew(run, character, tower, more):
    for image in (noise(), np.full((64, 64, 3), 230, np.uint8)):
        held = with_region(painted(character, image, image, **more))
        state = run(held, tower, steps=3, locked=("top",))[0].state
        for part, texture in zip(held.parts, state.textures, strict=True):
            chosen = part.vertices[:, 2] > 0.9
            texels = covered_texels(part, 64, chosen)
            assert texels.sum() > 100
            np.testing.assert_array_equal(texture[texels], image[texels])
        assert (state.textures[0] != image).any()


def test_a_white_character_that_is_locked_throughout_stays_white(run, character, tower):
    white = np.full((64, 64, 3), 255, np.uint8)
    held = with_region(painted(character, white, white), above=-1.0)
    state = run(held, tower, steps=2, locked=("top",))[0].state
    assert all((texture == 255).all() for texture in state.textures)


def test_beside_locked_islands_stays_what_the_artist_has_put_there(run, character, tower):
    small = with_region(painted(character))
    small = msgspec.structs.replace(
        small, parts=tuple(msgspec.structs.replace(part, corner_uvs=part.corner_uvs / 2) for part in small.parts)
    )
    state = run(small, tower, steps=2, locked=("top",))[0].state
    ball = state.textures[1]  # all of it is locked
    np.testing.assert_array_equal(ball, small.start_textures[1])


# -- keep -------------------------------------------------------------------------------------------------------------


def test_the_more_is_kept_the_nearer_the_result_and_the_prompt_pulls_all_the_same(run, character):
    """Under the embedded CLIP, whose pull the strengths are measured against."""
    image = np.full((64, 64, 3), (64, 115, 90), np.uint8)
    image[::16], image[8:16] = (242, 235, 217), (230, 150, 120)
    start, embedded = painted(character, image, image), load_tower("embedded", CPU)
    change, gain = {}, {}
    for keep in (0.0, 0.4, 2.0):
        vary = protocol.Vary(shape=0.0, offsets=0.0)
        done = run(start, embedded, steps=20, keep=keep, vary=vary, prompts=(protocol.Prompt("a red figure"),))[0]
        change[keep] = np.mean([np.abs(texture.astype(int) - image).mean() for texture in done.state.textures])
        gain[keep] = done.summary.similarity_after - done.summary.similarity_before
    assert change[0.0] > 1.2 * change[0.4] > 2 * change[2.0], (change, gain)
    assert gain[0.0] > gain[0.4] > gain[2.0], (change, gain)
    assert gain[0.4] > 0.05, (change, gain)


def test_keeping_the_paint_does_not_hold_the_shape(run, character, tower):
    free, kept = (run(painted(character), tower, steps=20, keep=keep)[0].state for keep in (0.0, 10.0))
    start = np.array([shape.value for shape in character.shapes])
    moved = [np.abs(state.coefficients - start).max() for state in (free, kept)]
    assert moved[1] > 0.5 * moved[0]


def cost(character, tower, side=64):
    """What a change of all paint by the same amount costs."""
    parameters = begin(scene_of(painted(character), tower, texture_size=side))
    start = read(parameters).textures
    change = regularise.repainted((start.sqrt() + 0.1).square(), start)
    return float(regularise.repainting(change, parameters.paint.shares))


def test_a_change_costs_the_same_whatever_the_units_the_parts_and_the_texture_size(character, tower):
    tall = msgspec.structs.replace(
        character,
        parts=tuple(
            msgspec.structs.replace(part, vertices=part.vertices * np.float32(100)) for part in character.parts
        ),
    )
    alone = msgspec.structs.replace(character, parts=character.parts[:1], textures=1)
    assert cost(character, tower) == pytest.approx(0.1, rel=1e-3)
    assert cost(tall, tower) == pytest.approx(0.1, rel=1e-3)
    assert cost(character, tower, side=256) == pytest.approx(0.1, rel=1e-3)
    parameters = begin(scene_of(msgspec.structs.replace(painted(alone, noise())), tower))
    assert float(parameters.paint.shares.sum()) == pytest.approx(1.0)


def test_each_texel_counts_by_the_surface_it_paints(character, tower):
    scene = scene_of(character, tower)
    found = shares(scene.surface, scene.start, 64).sum(dim=(1, 2))
    corners = scene.start[scene.surface.triangles]
    sides = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    areas = torch.linalg.cross(*sides).norm(dim=1)
    body = float(areas[scene.surface.slots == 0].sum() / areas.sum())
    assert found.tolist() == pytest.approx([body, 1 - body], rel=0.05)
    layout = atlas(scene.surface, scene.start, torch.ones(len(scene.start)), 64)
    gaps = layout.nearest != torch.arange(64 * 64)
    assert not shares(scene.surface, scene.start, 64).flatten(1)[gaps].any()
