"""Every panel draws in every state of the session, with calls that Blender's own UILayout would take.

Without a window Blender draws nothing, so the panels' ``show`` functions get a layout that checks each call against
the RNA of the real one: its functions, their parameters, icons, operators and properties.
"""

import numpy as np
import pytest
from clipmatrix_protocol import Look, Progress, State, Summary, Validity

SUMMARY = Summary(5, 1.0, False, 0.1, 0.3, Validity(1, 0, 0, 1.1), 100.0, "cpu", {})


class StrictLayout:
    """Takes the calls UILayout takes, remembers their texts, and raises on any other."""

    def __init__(self, bpy, drawn=None):
        self._bpy = bpy
        self._functions = bpy.types.UILayout.bl_rna.functions
        self.drawn = [] if drawn is None else drawn

    def __setattr__(self, name, value):
        if not name.startswith("_") and name != "drawn":
            assert name in self._bpy.types.UILayout.bl_rna.properties, f"UILayout has no {name}"
        super().__setattr__(name, value)

    def __getattr__(self, name):
        function = self._functions[name]

        def call(*arguments, **options):
            self._check(name, function.parameters, arguments, options)
            return self._answer(name, arguments)

        return call

    def _check(self, name, parameters, arguments, options):
        for option, value in options.items():
            assert option in parameters, f"{name}() takes no {option}"
            if option in ("icon", "type"):
                assert value in parameters[option].enum_items, f"{name}() knows no {option} {value}"
        if name == "prop":
            data, prop = arguments
            assert prop in data.bl_rna.properties, f"{data} has no property {prop}"
        if "text" in options:
            assert isinstance(options["text"], str)
            self.drawn.append(options["text"])

    def _answer(self, name, arguments):
        if name == "operator":
            category, operator = arguments[0].split(".")
            kind = getattr(getattr(self._bpy.ops, category), operator).get_rna_type()
            self.drawn.append(arguments[0])
            return StrictProperties(kind)
        return StrictLayout(self._bpy, self.drawn) if name in ("box", "row", "column") else None


class StrictProperties:
    """An operator's properties: only those it has can be set."""

    def __init__(self, kind):
        self.__dict__["kind"] = kind

    def __setattr__(self, name, value):
        assert name in self.kind.properties, f"{self.kind.identifier} has no property {name}"


def draw(blender, rooms):
    """All panels, one after the other; what they said."""
    layout = StrictLayout(blender)
    for panel in rooms("interface.panels").CLASSES:
        assert panel.poll(blender.context) if hasattr(panel, "poll") else True
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
    made = rooms("job.jobs").Job(id="one", brief=None, binding=None, **attributes)
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
