"""The Connection panel's buttons, and why each of them may be grey."""

import pytest
from clipmatrix_protocol import Invitation, write_invitation

from ..strict_layout import StrictLayout


@pytest.fixture
def drawn(blender, rooms):
    """A function that draws the panel and returns its texts and operators."""

    def run():
        layout = StrictLayout(blender)
        rooms("interface.panels.connection").show_connection(layout, blender.context)
        return layout.drawn

    return run


@pytest.fixture
def launched(session, settings, blender, tmp_path):
    """A backend of our own that never gets ready."""
    program = tmp_path / "clipmatrix"
    program.write_text("#!/bin/sh\nexec sleep 100\n")
    program.chmod(0o755)
    settings.python = str(program)
    blender.ops.clipmatrix.start_backend()
    return session


def why_not(blender, operator):
    """What Blender says about a button that is grey; empty if it can be pressed."""
    function = getattr(blender.ops.clipmatrix, operator)
    if function.poll():
        return ""
    with pytest.raises(RuntimeError) as refused:
        function()
    return str(refused.value)


@pytest.mark.parametrize(
    ("way", "button"),
    [("START", "start_backend"), ("ADDRESS", "connect"), ("LINE", "connect")],
)
@pytest.mark.parametrize("state", ["OFFLINE", "REFUSED"])
def test_each_way_to_connect_shows_its_button(session, settings, phase, drawn, way, button, state):
    session.state = phase[state]
    settings.way = way
    assert f"clipmatrix.{button}" in drawn()
    assert ("clipmatrix.paste_line" in drawn()) is (way == "LINE")


def test_what_is_touched_last_is_the_way_that_is_used(settings):
    assert settings.way == "START"
    settings.secret = "a secret"
    assert settings.way == "ADDRESS"
    settings.line = "a line"
    assert settings.way == "LINE"
    settings.address = "127.0.0.1"
    assert settings.way == "ADDRESS"


def test_connecting_can_be_cancelled(session, phase, drawn, blender):
    session.connect("127.0.0.1:9", "")
    assert {"Connecting", "Cancel", "clipmatrix.disconnect"} <= set(drawn())
    blender.ops.clipmatrix.disconnect()
    assert session.state is phase.OFFLINE


@pytest.mark.parametrize("state", ["IDLE", "FINISHED", "FAILED", "LOST"])
def test_one_can_hang_up_on_somebody_elses_backend(session, phase, drawn, state):
    session.state = phase[state]
    assert "clipmatrix.disconnect" in drawn()
    assert "clipmatrix.stop_backend" not in drawn()


@pytest.mark.parametrize("state", ["STARTING", "CONNECTING", "IDLE", "RUNNING", "LOST"])
def test_ones_own_backend_can_always_be_stopped(launched, phase, drawn, state):
    launched.state = phase[state]
    assert "clipmatrix.stop_backend" in drawn()
    assert "clipmatrix.start_backend" not in drawn()


def test_a_running_backend_of_ones_own_can_be_connected_to_again(launched, phase, drawn):
    launched.state = phase.OFFLINE
    assert {"clipmatrix.connect", "clipmatrix.stop_backend"} <= set(drawn())


def test_an_error_comes_with_its_button_and_the_report(session, rooms, drawn):
    errors = rooms("errors")
    fix = errors.Fix("wm.path_open", "Show Its Log", {"filepath": "/somewhere/backend.log"})
    session.error = errors.Refusal("The backend did not start.", "It said: nothing useful", fix)
    assert {"The backend did not start.", "Show Its Log", "wm.path_open", "clipmatrix.copy_report"} <= set(drawn())


@pytest.mark.parametrize("fix", ["link.target.ALLOW_ONLINE", "link.find.CHOOSE", "link.hindrances.CONNECT"])
def test_every_button_under_an_error_is_one_that_blender_has(session, rooms, drawn, fix):
    room, _, name = fix.rpartition(".")
    session.error = rooms("errors").Refusal("Something.", "Else.", getattr(rooms(room), name))
    assert getattr(rooms(room), name).label in drawn()


def test_buttons_say_why_they_are_grey(blender, session, phase):
    assert "There is no connection" in why_not(blender, "disconnect")
    assert "Blender has not started a backend" in why_not(blender, "stop_backend")
    assert why_not(blender, "connect") == why_not(blender, "start_backend") == ""
    session.state = phase.RUNNING
    for operator in ("connect", "start_backend"):
        assert "busy; stop the job first" in why_not(blender, operator)
    session.state = phase.OFFLINE


def test_a_second_backend_is_not_started_beside_the_first(blender, launched, phase):
    assert "The backend is starting" in why_not(blender, "connect")
    assert "The backend is starting" in why_not(blender, "start_backend")
    assert "starting; stop it instead" in why_not(blender, "disconnect")
    launched.state = phase.IDLE
    assert "started already; stop it first" in why_not(blender, "start_backend")


@pytest.mark.parametrize("way", ["START", "ADDRESS", "LINE"])
def test_the_preferences_draw_in_every_way(blender, settings, rooms, way):
    settings.way = way
    layout = StrictLayout(blender)
    rooms("interface.preferences").draw(settings, layout)
    assert ("clipmatrix.paste_line" in layout.drawn) is (way == "LINE")


def test_the_panel_tells_where_a_pasted_line_leads_and_nothing_else_of_it(settings, drawn):
    line = write_invitation(Invitation("render.example.org", 7661, bytes(32), bytes(32)))
    settings.line = line
    assert "render.example.org" in drawn()
    assert not any("AAAA" in text for text in drawn())
    settings.line = line[:-1]
    assert "render.example.org" not in drawn()
