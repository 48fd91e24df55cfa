"""Every panel draws in every state of the session, with calls that Blender's own UILayout would take."""

import numpy as np
import pytest
from clipmatrix_protocol import Look, Progress, State, Summary, Validity

from .strict_layout import StrictLayout

SUMMARY = Summary(5, 1.0, False, 0.1, 0.3, Validity(1, 0, 0, 1.1), 100.0, "cpu", {})


def draw(blender, rooms):
    """All panels, one after the other; what they said."""
    layout = StrictLayout(blender)
    for panel in rooms("interface.panels").CLASSES:
        if not hasattr(panel, "poll") or panel.poll(blender.context):
            panel.show(layout, blender.context)
    return layout.drawn


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
    assert {"Column has no UVs.", "Make some.", "Unwrap", "clipmatrix.copy_report"} <= set(drawn)


def test_remarks_and_what_updates_wait_for_are_shown(blender, scenes, rooms):
    scenes.character()
    put(rooms, "RUNNING", waits="Column is in edit mode", remarks=("sees less",), warnings=("unknown word",))
    assert {"Waits: Column is in edit mode", "sees less", "unknown word"} <= set(draw(blender, rooms))


def test_no_selection_is_said_in_the_character_panel(blender, rooms):
    assert "No character is selected." in draw(blender, rooms)


def test_the_preferences_draw(blender, rooms):
    preferences = rooms("interface.preferences")
    layout = StrictLayout(blender)
    preferences.draw(preferences.of(blender.context), layout)
    assert preferences.of(blender.context).address == "tcp://127.0.0.1:7661"
