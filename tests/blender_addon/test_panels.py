"""Every panel draws in every state of the session, with calls that Blender's own UILayout would take."""

import numpy as np
import pytest
from clipmatrix_protocol import Look, Progress, State, Summary, Validity

from .strict_layout import StrictLayout

SUMMARY = Summary(5, 1.0, False, 0.1, 0.3, Validity(1, 0, 0, 1.1), 100.0, "cpu", {})


def draw(blender, rooms):
    """All panels, one after the other; what they said."""
    return layout_of(blender, rooms).drawn


def layout_of(blender, rooms):
    layout = StrictLayout(blender)
    for panel in rooms("interface.panels").CLASSES:
        if not hasattr(panel, "poll") or panel.poll(blender.context):
            panel.show(layout, blender.context)
    return layout


def put(rooms, phase, **attributes):
    """Bring the session into a state, as if a backend had."""
    session = rooms("job.session").current()
    session.state = rooms("job.phases").Phase[phase]
    for name, value in attributes.items():
        setattr(session, name, value)
    return session


def job(rooms, **attributes):
    binding = rooms("scene.binding").Binding("Rig", (), None)
    made = rooms("job.jobs").Job(id="one", brief=None, binding=binding, **attributes)
    if made.ended:
        made.newest = State(np.zeros(0, np.float32), (), (), Look())
    return made


PROGRESS = Progress("one", 2, 5, 1.0, 3.0, 0.25)


@pytest.mark.parametrize(
    ("phase", "with_job", "words"),
    [
        ("OFFLINE", {}, ["Not connected", "clipmatrix.start_backend"]),
        ("CONNECTING", {}, ["Connecting"]),
        ("REFUSED", {}, ["Turned away"]),
        ("IDLE", {}, ["Connected", "clipmatrix.generate", "clipmatrix.disconnect"]),
        ("FETCHING", {}, ["Connected"]),
        ("SUBMITTED", {}, ["Waiting for its turn", "clipmatrix.stop"]),
        ("RUNNING", {"progress": PROGRESS}, ["2 of 5, 3 s left", "Similarity 0.250", "clipmatrix.stop"]),
        ("STOPPING", {"progress": PROGRESS}, ["2 of 5, 3 s left"]),
        ("FINISHED", {"ended": True, "summary": SUMMARY}, ["Similarity 0.100 to 0.300", "clipmatrix.accept"]),
        ("FAILED", {"ended": True}, ["clipmatrix.accept", "clipmatrix.discard"]),
        ("LOST", {"progress": PROGRESS}, ["Connection lost", "2 of 5, 3 s left"]),
    ],
)
def test_every_state_is_shown_in_words(blender, scenes, rooms, phase, with_job, words):
    scenes.character()
    put(rooms, phase, job=job(rooms, **with_job) if with_job else None)
    drawn = draw(blender, rooms)
    for word in words:
        assert word in drawn


def test_an_error_is_shown_with_its_button_and_a_way_to_report_it(blender, scenes, rooms):
    errors = rooms("errors")
    fix = errors.Fix("clipmatrix.unwrap", "Unwrap", {"object": "Column"})
    put(rooms, "IDLE", error=errors.Refusal("Column has no UVs.", "Make some.", fix))
    drawn = draw(blender, rooms)
    assert "Column has no UVs. Make some." in " ".join(drawn)
    assert {"Unwrap", "clipmatrix.copy_report"} <= set(drawn)


def test_remarks_and_what_updates_wait_for_are_shown(blender, scenes, rooms):
    scenes.character()
    put(rooms, "RUNNING", waits="Column is in edit mode", remarks=("sees less",), warnings=("unknown word",))
    assert {"Waits: Column is in edit mode", "sees less", "unknown word"} <= set(draw(blender, rooms))


def test_no_selection_is_said_in_the_character_panel(blender, rooms):
    assert "No character is selected." in " ".join(draw(blender, rooms))


def test_the_preferences_draw(blender, rooms):
    preferences = rooms("interface.preferences")
    layout = StrictLayout(blender)
    preferences.draw(preferences.of(blender.context), layout)
    assert preferences.of(blender.context).address == "tcp://127.0.0.1:7661"


def nothing(scenes, settings):
    """Nothing is selected, and nobody has written a prompt."""


def a_character(scenes, settings):
    scenes.character()
    settings.prompt = "a knight"


def a_character_that_plays(scenes, settings):
    _, rig = scenes.character()
    scenes.wave(rig)
    scenes.select(rig)
    settings.frames = "RANGE"
    scenes.bpy.ops.clipmatrix.prompt_add(text="rust")
    settings.prompts[0].mute = True


def edit_mode(scenes, settings):
    scenes.character()
    settings.poses = "CURRENT"
    scenes.bpy.ops.object.mode_set(mode="EDIT")


@pytest.mark.parametrize("situation", [nothing, a_character, a_character_that_plays, edit_mode])
def test_every_panel_draws_in_every_phase(blender, scenes, rooms, situation):
    situation(scenes, rooms("interface.properties").of(blender.context.scene))
    for phase in rooms("job.phases").Phase:
        for with_job in (None, {"progress": PROGRESS}, {"ended": True, "summary": SUMMARY}):
            put(rooms, phase.name, job=job(rooms, **with_job) if with_job else None)
            assert "clipmatrix.export_gltf" in draw(blender, rooms)


def test_a_line_of_the_list_of_prompts_draws(blender, rooms):
    blender.ops.clipmatrix.prompt_add(text="rust")
    settings = rooms("interface.properties").of(blender.context.scene)
    for mute in (False, True):
        settings.prompts[0].mute = mute
        layout = StrictLayout(blender)
        rooms("interface.panels.prompt").show_item(layout, settings.prompts[0])
        assert layout.shown == {"mute", "text", "weight"}


@pytest.mark.parametrize("kind", ["quality", "vary"])
def test_the_button_for_presets_opens_their_panel(blender, rooms, kind):
    panel = getattr(rooms("interface.presets"), f"CLIPMATRIX_PT_{kind}_presets")
    panel.draw_panel_header(StrictLayout(blender))
    assert hasattr(blender.types, panel.__name__)
    add = getattr(blender.ops.clipmatrix, f"{kind}_preset_add")
    assert panel.preset_add_operator == f"clipmatrix.{kind}_preset_add"
    assert add.poll()


def test_text_wraps_to_the_width_it_has(blender, rooms):
    paragraph = rooms("interface.paragraph")
    layout = StrictLayout(blender)
    paragraph.paragraph(layout, "The backend at tcp://127.0.0.1:5555 does not answer.", "INFO", width=20)
    assert all(len(line) <= 24 for line in layout.drawn)
    assert "".join(layout.drawn).replace(" ", "") == "Thebackendattcp://127.0.0.1:5555doesnotanswer."
    assert paragraph.columns(blender.context) == 32


def test_every_setting_is_shown_by_some_panel(blender, scenes, rooms):
    scenes.character()
    settings = rooms("interface.properties").of(blender.context.scene)
    settings.frames, settings.cameras = "RANGE", "BOTH"
    shown = set()
    for settings.poses in ("CURRENT", "ACTION"):
        shown |= layout_of(blender, rooms).shown
    missing = set(rooms("command.setting_options").options()) - shown
    assert missing == set()
