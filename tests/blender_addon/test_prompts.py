"""The list of prompts, and the brief that a scene's settings make, there and back."""

import msgspec
import pytest
from clipmatrix_protocol import Brief, CameraOrbit, Prompt, Settings, Vary
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

TENTHS = st.integers(0, 100).map(lambda tenth: tenth / 10)


@pytest.fixture
def own(blender, rooms):
    """The scene's properties."""
    return rooms("interface.properties").of(blender.context.scene)


@pytest.fixture
def brief(own, rooms):
    """The brief that the scene's properties make."""
    return lambda: rooms("interface.properties").brief(own)


def texts(own):
    return [prompt.text for prompt in own.prompts]


def test_an_untouched_scene_asks_for_what_its_line_shows(own, brief):
    assert own.prompt == "a red figure"
    assert brief() == Brief(prompts=(Prompt("a red figure"),))


def test_writing_into_the_line_writes_the_first_prompt(own, brief):
    own.prompt = "a knight"
    assert texts(own) == ["a knight"]
    own.prompt = "an old knight"
    assert texts(own) == ["an old knight"]
    assert brief().prompts == (Prompt("an old knight"),)


def test_a_second_prompt_joins_the_first(blender, own, brief):
    blender.ops.clipmatrix.prompt_add(text="rusty armour")
    assert texts(own) == ["a red figure", "rusty armour"]
    assert own.active_prompt == 1
    own.prompts[1].weight, own.prompts[1].shading = -0.3, "plain"
    assert brief().prompts == (Prompt("a red figure"), Prompt("rusty armour", -0.3, "plain"))


def test_a_muted_prompt_is_left_out_and_stays_in_the_list(blender, own, brief):
    blender.ops.clipmatrix.prompt_add(text="rusty armour")
    own.prompts[0].mute = True
    assert brief().prompts == (Prompt("rusty armour"),)
    assert texts(own) == ["a red figure", "rusty armour"]


def test_prompts_change_places_and_the_active_one_stays_active(blender, own):
    for text in ("b", "c"):
        blender.ops.clipmatrix.prompt_add(text=text)
    own.prompt = "a"
    blender.ops.clipmatrix.prompt_move(direction="UP")
    assert (texts(own), own.active_prompt) == (["a", "c", "b"], 1)
    blender.ops.clipmatrix.prompt_move(direction="UP")
    assert blender.ops.clipmatrix.prompt_move(direction="UP") == {"CANCELLED"}
    assert (texts(own), own.active_prompt) == (["c", "a", "b"], 0)
    blender.ops.clipmatrix.prompt_move(direction="DOWN")
    assert (texts(own), own.active_prompt) == (["a", "c", "b"], 1)


def test_the_active_prompt_is_removed_but_never_the_last(blender, own):
    for text in ("b", "c"):
        blender.ops.clipmatrix.prompt_add(text=text)
    blender.ops.clipmatrix.prompt_remove()
    assert (texts(own), own.active_prompt) == (["a red figure", "b"], 1)
    blender.ops.clipmatrix.prompt_remove()
    with pytest.raises(RuntimeError, match="only one prompt"):
        blender.ops.clipmatrix.prompt_remove()
    with pytest.raises(RuntimeError, match="only one prompt"):
        blender.ops.clipmatrix.prompt_move()


def test_no_more_prompts_can_be_added_than_a_job_takes(blender, own, brief):
    for index in range(31):
        blender.ops.clipmatrix.prompt_add(text=f"prompt {index}")
    assert len(brief().prompts) == 32
    with pytest.raises(RuntimeError, match="32 prompts already"):
        blender.ops.clipmatrix.prompt_add(text="one more")


def test_nothing_is_written_only_where_no_prompt_has_a_text(own, rooms):
    nothing_written = rooms("interface.properties").nothing_written
    assert not nothing_written(own)
    own.prompt = "  "
    assert nothing_written(own)
    own.prompt = "a knight"
    own.prompts[0].mute = True
    assert not nothing_written(own)  # so that Generate can say that it is muted


def mute_all(own):
    own.prompt = "a knight"
    own.prompts[0].mute = True


def weigh_nothing(own):
    own.prompt = "a knight"
    own.prompts[0].weight = 0


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda own: setattr(own, "prompt", "  "), "A prompt is empty. Write"),
        (lambda own: setattr(own, "prompt", "x" * 301), "longer than 300 letters. Shorten"),
        (mute_all, "All prompts are muted. Switch"),
        (weigh_nothing, "All prompts have the weight 0. Give"),
    ],
)
def test_a_prompt_that_is_none_is_refused_with_a_remedy(own, brief, rooms, spoil, words):
    spoil(own)
    with pytest.raises(rooms("errors").Refusal, match=words):
        brief()


def test_settings_take_defaults_and_ranges_from_the_protocol(own, brief, rooms):
    own.steps = 10**6
    assert own.steps == 10_000
    own.azimuth = (90, -90)
    with pytest.raises(rooms("errors").Refusal, match="azimuth"):
        brief()


prompts = st.builds(
    Prompt,
    text=st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=300).filter(
        lambda text: text == text.strip() != ""
    ),
    origin=st.sampled_from(["", "a grey figure"]),
    weight=st.integers(-100, 100).filter(bool).map(lambda tenth: tenth / 10),
    shading=st.sampled_from(["both", "textured", "plain"]),
)
briefs = st.builds(
    Brief,
    prompts=st.lists(prompts, min_size=1, max_size=5).map(tuple),
    vary=st.builds(Vary, *[TENTHS] * 6),
    cameras=st.tuples(
        st.builds(
            CameraOrbit,
            azimuth=st.tuples(st.integers(-360, 0), st.integers(0, 359)).map(
                lambda pair: (pair[0] + 0.1, pair[1] + 0.2)
            ),
            elevation=st.tuples(st.integers(-89, 0), st.integers(0, 89)).map(
                lambda pair: (pair[0] - 0.5, pair[1] + 0.7)
            ),
        )
    ),
    settings=st.builds(
        Settings,
        clip=st.sampled_from(["embedded", "ViT-B-32:laion2b_s34b_b79k"]),
        steps=st.integers(1, 10_000),
        texture_size=st.sampled_from([64, 1024, 4096]),
        seed=st.integers(0, 2**31 - 1),
        update_every=TENTHS,
        view_words=st.booleans(),
        keep=TENTHS,
        mirror=st.booleans(),
    ),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=briefs)
def test_a_restored_brief_is_the_brief_again(own, rooms, wanted):
    module = rooms("interface.properties")
    module.restore(own, wanted)
    assert msgspec.to_builtins(module.brief(own)) == msgspec.to_builtins(wanted)
