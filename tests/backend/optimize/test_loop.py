from dataclasses import replace

import clipmatrix_protocol as protocol
import msgspec
import numpy as np
import open_clip
import pytest
import torch
from clipmatrix.errors import JobError
from clipmatrix.optimize import brief_warnings, optimise, optimise_with_towers

CPU = torch.device("cpu")


def same(first: protocol.State, second: protocol.State) -> bool:
    return (
        np.array_equal(first.coefficients, second.coefficients)
        and all(map(np.array_equal, first.offsets, second.offsets))
        and all(map(np.array_equal, first.textures, second.textures))
        and first.look == second.look
    )


def light_of(look: protocol.Look) -> list[float]:
    """All numbers of a light."""
    return [*look.ambient, *(number for sun in look.suns for number in (*sun.direction, *sun.colour))]


def test_everything_that_may_vary_changes_and_comes_home_in_its_shape(run, character, tower):
    done, _ = run(character, tower)
    state = done.state
    assert state.coefficients.shape == (3,)
    assert state.coefficients[2] == 0.5  # pinned
    assert np.abs(state.coefficients[:2] - [0.0, 0.25]).max() > 1e-3
    assert [len(offsets) for offsets in state.offsets] == [len(part.vertices) for part in character.parts]
    assert all(np.abs(offsets).max() > 1e-4 for offsets in state.offsets)
    assert [texture.shape for texture in state.textures] == [(64, 64, 3)] * 2
    assert all(texture.std() > 1 for texture in state.textures)
    assert state.look != protocol.Look()


def test_coefficients_stay_in_their_ranges(run, character, tower):
    done, _ = run(character, tower, steps=6, vary=protocol.Vary(shape=10.0))
    low = np.array([shape.low for shape in character.shapes], np.float32)
    high = np.array([shape.high for shape in character.shapes], np.float32)
    assert (low <= done.state.coefficients).all()
    assert (done.state.coefficients <= high).all()


@pytest.mark.parametrize("kept", ["shape", "offsets", "texture", "material", "light"])
def test_what_may_not_vary_stays_exactly_as_it_was(run, character, tower, kept):
    state = run(character, tower, vary=protocol.Vary(**{kept: 0.0}))[0].state
    start = np.array([shape.value for shape in character.shapes], np.float32)
    look = protocol.Look()
    unchanged = {
        "shape": np.array_equal(state.coefficients, start),
        "offsets": not any(offsets.any() for offsets in state.offsets),
        "texture": state.textures == (),
        "material": (state.look.roughness, state.look.metallic) == pytest.approx((look.roughness, look.metallic)),
        "light": np.allclose(light_of(state.look), light_of(look)),
    }
    assert {name for name, still in unchanged.items() if still} == {kept}


def test_material_and_light_start_where_the_character_says(run, character, tower):
    suns = (protocol.Sun((0.5, -0.5, 0.25), (1.0, 0.5, 0.25)), protocol.Sun((0.0, 1.0, 0.5), (0.25, 0.5, 0.5)))
    look = protocol.Look(0.25, 0.75, (0.1, 0.2, 0.3), suns)
    shiny = msgspec.structs.replace(character, start_look=look)
    still = run(shiny, tower, vary=protocol.Vary(material=0.0, light=0.0))[0].state.look
    assert (still.roughness, still.metallic) == pytest.approx((look.roughness, look.metallic), abs=1e-6)
    assert light_of(still) == pytest.approx(light_of(look), abs=1e-6)
    moved = run(shiny, tower)[0].state.look
    assert moved != still
    assert moved.metallic == pytest.approx(0.75, abs=0.2)


def test_nothing_at_all_changes_when_nothing_may(run, character, tower):
    done, said = run(character, tower, vary=protocol.Vary(0.0, 0.0, 0.0, 0.0, 0.0))
    assert done.summary.similarity_after == done.summary.similarity_before
    assert done.summary.validity.edge_stretch_p99 == 1.0
    assert isinstance(said[-1], protocol.Update)


def test_the_same_seed_gives_the_same_result_bit_for_bit(run, character, tower):
    first, second, other = (run(character, tower, seed=seed)[0].state for seed in (3, 3, 4))
    assert same(first, second)
    assert not same(first, other)


def test_the_guiding_similarity_rises(run, character, tower):
    summary = run(character, tower, steps=40)[0].summary
    assert summary.similarity_after > summary.similarity_before + 0.01


def test_a_negative_prompt_is_left_behind(run, character, tower):
    prompts = (protocol.Prompt("a red skittle", weight=-1.0),)
    summary = run(character, tower, steps=40, prompts=prompts)[0].summary
    assert summary.similarity_after > summary.similarity_before + 0.01  # the weighted one: away from the text


def test_a_plain_prompt_leaves_the_texture_alone(run, character, tower):
    state = run(character, tower, prompts=(protocol.Prompt("a fat skittle", shading="plain"),))[0].state
    assert state.textures == ()
    assert any(offsets.any() for offsets in state.offsets)


def test_a_prompt_that_weighs_nothing_does_not_paint_either(run, character, tower):
    prompts = (protocol.Prompt("a fat skittle", shading="plain"), protocol.Prompt("a red skittle", weight=0.0))
    assert run(character, tower, prompts=prompts)[0].state.textures == ()


def test_the_result_is_sound_in_every_pose_even_when_offsets_run_wild(run, character, tower):
    summary = run(character, tower, steps=15, vary=protocol.Vary(offsets=10.0))[0].summary
    assert summary.validity.poses == 3
    assert (summary.validity.inverted, summary.validity.degenerate) == (0, 0)


def test_progress_ends_at_the_last_step_and_updates_carry_the_state(run, character, tower):
    done, said = run(character, tower, steps=5)
    updates = [message for message in said if isinstance(message, protocol.Update)]
    last = [message for message in said if isinstance(message, protocol.Progress)][-1]
    assert [update.step for update in updates] == [1, 2, 3, 4, 5]
    assert (last.step, last.steps, last.seconds_left) == (5, 5, 0.0)
    assert not same(updates[0].state, updates[-1].state)
    assert (done.summary.steps, done.summary.stopped_early) == (5, False)


def test_a_body_without_paint_says_that_it_is_looked_at_before_the_first_step(run, character, tower):
    bare = [message.step for message in run(character, tower, steps=2)[1] if isinstance(message, protocol.Progress)]
    assert bare[0] == 0
    assert bare == sorted(bare)
    still = run(character, tower, steps=2, vary=protocol.Vary(texture=0.0))[1]
    assert all(message.step for message in still if isinstance(message, protocol.Progress))


def test_cancelling_delivers_what_has_been_reached(run, character, tower):
    said: list[object] = []

    def after_two() -> bool:
        return sum(isinstance(message, protocol.Update) for message in said) >= 2

    brief = protocol.Brief(
        prompts=(protocol.Prompt("a red skittle"),),
        settings=protocol.Settings(steps=50, views=2, resolution=64, texture_size=64, update_every=0.0),
    )
    done = optimise_with_towers(protocol.Submit("job", character, brief), (tower,), CPU, said.append, after_two)
    assert (done.summary.steps, done.summary.stopped_early) == (2, True)
    assert np.array_equal(done.state.coefficients, said[-1].state.coefficients)


def test_a_textured_character_starts_from_its_own_texture(run, character, tower):
    image = np.zeros((32, 128, 3), np.uint8)
    image[..., 0] = 200
    painted = msgspec.structs.replace(character, start_textures=(image, image))
    vary = protocol.Vary(texture=1e-6)
    state = run(painted, tower, steps=1, vary=vary)[0].state
    assert np.abs(state.textures[0].astype(int) - [200, 0, 0]).max() <= 6  # the pyramid's margin


def test_a_take_is_continued_from_its_offsets(run, character, tower):
    offsets = tuple(np.full(part.vertices.shape, 0.05, np.float32) for part in character.parts)
    taken = msgspec.structs.replace(character, start_offsets=offsets)
    kept = run(taken, tower, vary=protocol.Vary(offsets=0.0))[0].state
    assert all(map(np.array_equal, kept.offsets, offsets))
    moved = run(taken, tower)[0].state
    assert 0.03 < moved.offsets[0].mean() < 0.07
    assert not np.array_equal(moved.offsets[0], offsets[0])


def test_a_tower_that_answers_with_nonsense_ends_in_diverged(run, character, tower):
    model = open_clip.model.CLIP(
        embed_dim=32,
        vision_cfg={"image_size": 32, "patch_size": 8, "width": 32, "layers": 1, "head_width": 16},
        text_cfg={"context_length": 16, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 1},
    )
    with torch.no_grad():
        model.visual.proj.fill_(float("nan"))
    broken = replace(tower, model=model.eval().requires_grad_(False))
    with pytest.raises(JobError) as failure:
        run(character, broken)
    assert failure.value.code == "diverged"
    assert failure.value.remedy


def test_a_model_that_does_not_exist_is_a_clear_refusal(character):
    brief = protocol.Brief(
        prompts=(protocol.Prompt("a red skittle"),), settings=protocol.Settings(clip="ViT-B-32:/nowhere.safetensors")
    )
    with pytest.raises(JobError) as failure:
        optimise(protocol.Submit("job", character, brief), CPU, lambda message: None, lambda: False)
    assert failure.value.code == "clip_unavailable"
    assert failure.value.remedy


def test_words_the_embedded_clip_never_saw_are_named():
    def brief(text: str, clip: str = "embedded") -> protocol.Brief:
        return protocol.Brief(prompts=(protocol.Prompt(text),), settings=protocol.Settings(clip=clip))

    (warning,) = brief_warnings(brief("a red zorblax figure"))
    assert "zorblax" in warning
    assert "red" not in warning.replace("zorblax", "")[:60]
    assert brief_warnings(brief("a red figure")) == ()
    assert brief_warnings(brief("a red zorblax figure", clip="ViT-B-32:openai")) == ()
