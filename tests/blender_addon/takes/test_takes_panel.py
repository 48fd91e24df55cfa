"""What the takes panel says, in every state it can be in, with calls that Blender's own UILayout would take."""

import pytest

from ..strict_layout import StrictLayout


@pytest.fixture
def drawn(blender, rooms):
    """Draw the panel and each line of its list; what they said."""

    def draw():
        panel, layout = rooms("interface.panels.takes"), StrictLayout(blender)
        panel.show_takes(layout, blender.context)
        owner = rooms("interface.takes").owner_of(blender.context.object)
        own = owner.clipmatrix_wardrobe if owner else None
        for take in own.takes if own else ():
            panel.show_take(layout, take, worn=take.uid == own.worn)
        return layout.drawn

    return draw


def test_without_a_character_it_says_to_select_one(drawn):
    assert drawn() == ["Select a character to see its takes"]


def test_without_takes_it_says_how_to_get_one(scenes, drawn):
    scenes.character()
    assert drawn() == ["No takes yet: accept a result to keep it"]


def test_it_shows_the_selected_take_with_all_its_buttons(blender, character, accept, drawn):
    accept(7, prompt="a knight in shining armour, of whom a long story is told")
    said = drawn()
    assert "Seed 7, 5 steps, similarity 0.300" in said
    assert "#7" in said
    assert any(line.startswith("“a knight") for line in said)
    assert {f"clipmatrix.take_{name}" for name in ("apply", "delete", "compare", "copy_settings", "rerun")} <= set(said)


def test_the_original_has_no_settings_to_copy(blender, character, accept, drawn):
    accept(1)
    blender.data.objects["Rig"].clipmatrix_wardrobe.active = 0
    said = drawn()
    assert "clipmatrix.take_apply" in said
    assert "clipmatrix.take_rerun" not in said
    assert not any(line.startswith("Seed") for line in said)


def test_it_follows_the_selection(blender, scenes, character, accept, drawn):
    accept(7)
    scenes.select(character[0].parent)
    assert "#7" in drawn()
    scenes.select(character[1])
    assert "#7" in drawn()
    scenes.select(scenes.cube("Other"))
    assert drawn() == ["No takes yet: accept a result to keep it"]


def test_a_take_of_a_job_that_was_stopped_and_one_with_a_strange_date_are_shown(blender, character, accept, drawn):
    take = accept(7)
    take.steps, take.date = 0, "last Tuesday"
    said = drawn()
    assert "Seed 7" in said
    assert "last Tuesday" in said


def test_an_index_beyond_the_list_shows_the_last_take(blender, character, accept, drawn):
    accept(7)
    blender.data.objects["Rig"].clipmatrix_wardrobe.active = 99
    assert "Seed 7, 5 steps, similarity 0.300" in drawn()
    assert blender.ops.clipmatrix.take_copy_settings() == {"FINISHED"}


def test_the_generate_panel_compares_a_result_that_waits(blender, rooms, character):
    def said():
        layout = StrictLayout(blender)
        rooms("interface.panels.generate").show_job(layout, blender.context)
        return layout.drawn

    binding = rooms("scene.snapshot").snapshot(blender.context, character).binding
    session = rooms("job.session").current()
    session.job = rooms("job.jobs").Job(id="one", brief=None, binding=binding)
    assert "clipmatrix.result_compare" not in said()
    session.job.newest = object()
    assert "clipmatrix.result_compare" in said()
    session.job = None
